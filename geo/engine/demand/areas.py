"""Tables of areas, of several levels and several years, to people of today's counties: nobody lost, nobody counted twice.

A census table has rows of the province, its cities, their counties, and of development zones that are no counties; an older one
has counties that were merged since. Joined by code alone, the zones and the merged counties fall out: 4.7 % of Jiangsu's people
in the census of 2020.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from geo.engine.demand.remainder import split_persons

BY_REGION, BY_SHARES, BY_ANCESTOR = "region", "shares", "ancestor"
NOT_FOUND, OUTSIDE, WIDER = "area.not_found", "area.outside", "area.wider"
_DEEPEST = 5
"""A county that was merged into one that was merged … : so many steps are followed."""


@dataclass(frozen=True, kw_only=True)
class AreaRow:
    """A row of a table of areas. path: of the region it was joined to on record, "" if to none."""

    code: str
    name: str
    persons: int
    path: str = ""


@dataclass(frozen=True, kw_only=True)
class Gazetteer:
    """What is known of areas.

    scope: path of the region in question; counties: paths of its counties with cells, in their order; paths: code → path of
    every region on record; names: name → code where only one region has it; shares: code of a zone or of a county that is no
    more → code of a county → part of the people; former_names: name → code of those.
    """

    scope: str
    counties: tuple[str, ...]
    paths: Mapping[str, str]
    names: Mapping[str, str]
    shares: Mapping[str, Mapping[str, Fraction]]
    former_names: Mapping[str, str]

    def below(self, path: str) -> tuple[int, ...]:
        """Return the indices of the counties that are, or lie below, the region of ``path``; none for one above the scope."""
        if not path.startswith(self.scope):
            return ()
        return tuple(index for index, county in enumerate(self.counties) if county.startswith(path))


@dataclass(frozen=True, kw_only=True)
class Portion:
    """People of one row for some counties. how: ``BY_REGION``, ``BY_SHARES`` or ``BY_ANCESTOR``."""

    row: AreaRow
    path: str
    counties: tuple[int, ...]
    persons: int
    how: str


@dataclass(frozen=True, kw_only=True)
class Sum:
    """A row that holds other rows: what is left of it was spread where no other row is; ``difference``: nowhere to put it."""

    row: AreaRow
    spread_persons: int
    difference_persons: int


@dataclass(frozen=True, kw_only=True)
class Lost:
    """People of a row that could not be placed, and the code of why."""

    row: AreaRow
    persons: int
    why: str


@dataclass(frozen=True, kw_only=True)
class Divided:
    """A table divided among counties."""

    portions: tuple[Portion, ...]
    sums: tuple[Sum, ...]
    lost: tuple[Lost, ...]

    @property
    def persons(self) -> int:
        """People placed."""
        return sum(portion.persons for portion in self.portions)


def divide_rows(rows: Sequence[AreaRow], known: Gazetteer) -> Divided:
    """Divide the people of ``rows`` among the counties of ``known``.

    A row goes to its region; a zone or a county that is no more to the counties that hold its people, by their shares (whole
    people, largest remainder); a region on record without cells and without shares to the nearest region above it. A row that
    holds the regions of other rows is a sum: only what the others leave is spread, over the counties that no other row names.
    """
    found: list[Portion] = []
    lost: list[Lost] = []
    for row in rows:
        portions, why = _placed(row, known)
        found += portions
        missing = row.persons - sum(portion.persons for portion in portions)
        if missing or why:
            lost.append(Lost(row=row, persons=missing, why=why))
    kept, sums = _without_sums(found, known)
    elsewhere = _without_parts(lost, [(row, _path_of(row, known)) for row in rows])
    return Divided(portions=tuple(portion for portion in kept if portion.persons), sums=tuple(sums), lost=tuple(elsewhere))


def _without_parts(lost: Sequence[Lost], rows: Sequence[tuple[AreaRow, str]]) -> list[Lost]:
    """Count the people of areas elsewhere once: of a region whose parts have rows of their own, only what these leave."""
    paths = sorted({path for _row, path in rows if path})
    persons = {path: max(row.persons for row, own in rows if own == path) for path in paths}
    found = []
    for each in lost:
        path = next((path for row, path in rows if row is each.row), "")
        below = [other for other in paths if path and other.startswith(path) and other != path]
        tops = [other for other in below if not any(other.startswith(above) and other != above for above in below)]
        rest = each.persons - sum(persons[other] for other in tops)
        if each.why not in {OUTSIDE, WIDER} or not tops:
            found.append(each)
        elif rest > 0:
            found.append(replace(each, persons=rest))
    return found


def _placed(row: AreaRow, known: Gazetteer) -> tuple[list[Portion], str]:
    """Return where the people of a row go, and why some of them go nowhere, "" if all are placed."""
    path = _path_of(row, known)
    counties = known.below(path)
    if counties:
        return [Portion(row=row, path=path, counties=counties, persons=row.persons, how=BY_REGION)], ""
    former = next((code for code in _codes(row, path, known) if code in known.shares), "")
    if former:
        return _by_shares(row, former, known)
    above = _ancestor(path, known)
    if above:
        return [Portion(row=row, path=above, counties=known.below(above), persons=row.persons, how=BY_ANCESTOR)], ""
    return [], _why(path, known)


def _why(path: str, known: Gazetteer) -> str:
    """Return why the people of a region of ``path`` have no cells here."""
    if path and known.scope.startswith(path):
        return WIDER
    return OUTSIDE if path else NOT_FOUND


def _path_of(row: AreaRow, known: Gazetteer) -> str:
    """Return the path of a row's region, "" if it has none today."""
    return row.path or known.paths.get(row.code, "") or _path_of_name(row, known)


def _path_of_name(row: AreaRow, known: Gazetteer) -> str:
    """Return the path of the one region of this name; a code that says otherwise is believed."""
    return "" if row.code else known.paths.get(known.names.get(row.name, ""), "")


def _codes(row: AreaRow, path: str, known: Gazetteer) -> tuple[str, ...]:
    last = path.rstrip("/").split("/")[-1]
    return row.code, last, "" if row.code or path else known.former_names.get(row.name, "")


def _ancestor(path: str, known: Gazetteer) -> str:
    """Return the path of the nearest region above that has cells, "" if none has."""
    while path.count("/") > 1:
        path = path[: path.rstrip("/").rindex("/") + 1]
        if known.below(path):
            return path
    return ""


def _by_shares(row: AreaRow, former: str, known: Gazetteer) -> tuple[list[Portion], str]:
    shares = _today(former, known, _DEEPEST)
    persons = split_persons(row.persons, shares)
    portions, why = [], ""
    for code, part in persons.items():
        path = known.paths.get(code, "")
        if known.below(path):
            portions.append(Portion(row=row, path=path, counties=known.below(path), persons=part, how=BY_SHARES))
        else:
            why = _why(path, known)
    return portions, why


def _today(code: str, known: Gazetteer, depth: int) -> dict[str, Fraction]:
    """Return the shares of today's counties in a former one, followed through later changes."""
    found: dict[str, Fraction] = {}
    for successor, share in known.shares[code].items():
        later = _today(successor, known, depth - 1) if depth and successor in known.shares else {successor: Fraction(1)}
        whole = sum(later.values())
        for last, part in later.items():
            found[last] = found.get(last, Fraction(0)) + share * part / whole
    return found


def _without_sums(found: list[Portion], known: Gazetteer) -> tuple[list[Portion], list[Sum]]:
    """Replace each row that holds other rows by what those leave of it, from the lowest rows up."""
    kept: list[Portion] = []
    sums: list[Sum] = []
    for portion in sorted(found, key=_depth_of(known), reverse=True):
        finer = [other for other in kept if other.row is not portion.row and _lies_in(other, portion)]
        if portion.how != BY_REGION or not finer:
            kept.append(portion)
            continue
        rest = portion.persons - sum(other.persons for other in finer)
        named = {county for other in finer if other.how == BY_REGION for county in other.counties}
        free = tuple(county for county in portion.counties if county not in named)
        spread = max(0, rest) if free else 0
        if spread:
            kept.append(replace(portion, counties=free, persons=spread))
        sums.append(Sum(row=portion.row, spread_persons=spread, difference_persons=rest - spread))
    return kept, sums


def _depth_of(known: Gazetteer) -> Callable[[Portion], tuple[int, int, str]]:
    """Order portions so that those within others come last: what was divided or lies below a region, then by depth."""
    return lambda portion: (portion.how != BY_REGION, portion.path.count("/"), portion.row.code)


def _lies_in(other: Portion, whole: Portion) -> bool:
    """Say whether a portion is part of the region of another one; two rows of one region are not parts of each other."""
    if other.how == BY_REGION:
        return other.path.startswith(whole.path) and other.path != whole.path
    return other.path.startswith(whole.path) and (other.path != whole.path or len(whole.counties) > 1)
