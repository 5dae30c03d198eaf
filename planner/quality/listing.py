"""The records behind a line as a list: searched, sorted, in pages, and as points of a map."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from geo.quality.lines import Finding, Line
from planner.quality.templatetags.quality_words import words

ROWS_PER_PAGE = 50
MAX_POINTS = 3_000
_SEARCH_CHARACTERS = 80

SORTS: dict[str, Callable[[Finding], tuple[Any, ...]]] = {
    "key": lambda found: (found.key,),
    "name": lambda found: (words(found.name), found.key),
    "region": lambda found: (found.region_code, found.key),
    "found": lambda found: (found.value is None, found.value or 0.0, words(found.detail), found.key),
}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the reader asks of the list: words to look for, a region (and all below it), a column, and its direction."""

    text: str
    region: str
    sort: str
    is_descending: bool

    @property
    def query(self) -> str:
        """The same as part of an address, without the page."""
        given = QueryDict(mutable=True)
        given.update({name: value for name, value in (("q", self.text), ("region", self.region)) if value})
        if self.sort:
            given["sort"] = f"-{self.sort}" if self.is_descending else self.sort
        return given.urlencode()


def asked_of(given: Mapping[str, str]) -> Asked:
    """Return what an address asks for; an unknown column is none."""
    sort = given.get("sort", "")
    name = sort.removeprefix("-")
    return Asked(
        text=given.get("q", "").strip()[:_SEARCH_CHARACTERS], region=given.get("region", "")[:12],
        sort=name if name in SORTS else "", is_descending=sort.startswith("-"),
    )  # fmt: skip


def listed(line: Line, asked: Asked, names: Mapping[str, str]) -> list[Finding]:
    """Return the records of ``line`` that were asked for; ``names``: region code → name, in which words are looked for too."""
    found = [each for each in line.findings if _matches(each, asked, names)]
    return sorted(found, key=SORTS[asked.sort], reverse=asked.is_descending) if asked.sort else found


def _matches(found: Finding, asked: Asked, names: Mapping[str, str]) -> bool:
    if asked.region and found.region_code != asked.region:
        return False
    text = " ".join((found.key, words(found.name), names.get(found.region_code, ""), words(found.detail))).casefold()
    return all(word in text for word in asked.text.casefold().split())


def regions_of(line: Line, names: Mapping[str, str]) -> list[tuple[str, str, int]]:
    """Return code, name and number of records of each region that the line has records of, in the order of codes."""
    counts: dict[str, int] = {}
    for found in line.findings:
        if found.region_code:
            counts[found.region_code] = counts.get(found.region_code, 0) + 1
    return [(code, names.get(code, ""), counts[code]) for code in sorted(counts)]


def points_of(found: Sequence[Finding]) -> dict[str, Any]:
    """Return at most ``MAX_POINTS`` records with a place for the map, evenly chosen, and how many there are."""
    placed = [each for each in found if each.lon is not None and each.lat is not None]
    step = max(1, -(-len(placed) // MAX_POINTS))
    points = [
        {"at": [round(each.lon or 0.0, 6), round(each.lat or 0.0, 6)], "key": each.key, "name": words(each.name),
         "found": words(each.detail)}
        for each in placed[::step]
    ]  # fmt: skip
    return {"points": points, "count": len(placed)}
