"""Names and codes of regions in the forms that tables have them: in full, in short, abbreviated, filled up with zeros."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence

COUNTY_DIGITS = 6
TOWN_CODE = re.compile(r"\d{9}|\d{12}")
_ENDINGS = ("自治县", "自治州", "自治区", "地区", "新区", "林区", "特区", "区", "县", "市", "省", "旗", "盟")
_MIN_SHORT = 2
_ABBREVIATIONS = (
    ("经济技术开发区", "经开区"), ("高新技术产业开发区", "高新区"), ("经济开发区", "经开区"), ("高新技术开发区", "高新区"),
)  # fmt: skip


def tidy_code(code: str) -> str:
    """Return a code without what spreadsheets add: blanks, ``.0``, and the zeros that fill one up to 12 digits."""
    text = unicodedata.normalize("NFKC", code).strip()
    text = re.sub(r"\.0*$", "", text)
    if TOWN_CODE.fullmatch(text):
        while len(text) > COUNTY_DIGITS and text.endswith("000"):
            text = text[:-3]
    return text


def tidy_name(name: str) -> str:
    """Return a name without blanks and full-width forms."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", name))


def short_name(name: str) -> str:
    """Return a name without its last word for a kind of unit (区, 县, 市 …), if two characters or more are left."""
    for ending in _ENDINGS:
        if name.endswith(ending) and len(name) - len(ending) >= _MIN_SHORT:
            return name[: -len(ending)]
    return name


def abbreviated(name: str) -> str:
    """Return a name with the usual abbreviations of development zones."""
    for long, abbreviation in _ABBREVIATIONS:
        name = name.replace(long, abbreviation)
    return name


class NameForms:
    """Names in their forms → codes: in full (also behind the names of what lies above), and in short."""

    def __init__(self) -> None:
        self._full: dict[str, set[str]] = defaultdict(set)
        self._short: dict[str, set[str]] = defaultdict(set)

    def add(self, code: str, name: str, above: Sequence[str], *, is_zone: bool) -> None:
        """Add a region; ``above``: names of what it lies in, from the province down."""
        self._full[name].add(code)
        for start in range(len(above)):
            leading = above[start:]
            self._full["".join(leading) + name].add(code)
            self._full["".join(map(short_name, leading)) + name].add(code)
        shorts = {short_name(name), abbreviated(name)}
        if is_zone and above:
            city = short_name(above[-1])
            own = name.removeprefix(above[-1]).removeprefix(city)
            shorts |= {own, abbreviated(own)}
        for form in shorts:
            self._short[form].add(code)

    def named(self, name: str, among: Mapping[str, str], below: str = "") -> list[str]:
        """Return the codes called ``name`` whose path (``among``: code → path) starts with ``below``, in order.

        A name in full goes before one in short: where the former finds a region, the latter is not asked.
        """
        tries = ((self._full, name), (self._short, name), (self._short, abbreviated(name)), (self._short, short_name(name)))
        for forms, asked in tries:
            found = sorted(code for code in forms.get(asked, ()) if among[code].startswith(below))
            if found:
                return found
        return []
