"""Rows of an older or foreign table to today's regions: by code, by what became of a region, by name; nobody lost unnoticed.

A census table holds codes that were replaced since, development zones that are no statutory units, and names that two cities
share. Joined by code alone, they fall out.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from geo.engine.errors import Problem, register_messages
from geo.ingest.region_names import COUNTY_DIGITS, TOWN_CODE, NameForms, short_name, tidy_code, tidy_name

BY_CODE, BY_SUCCESSION, BY_NAME, BY_ZONE, LOST = "code", "succession", "name", "zone", "lost"
HOWS = (BY_CODE, BY_SUCCESSION, BY_NAME, BY_ZONE, LOST)
_DEEPEST = 5
"""A region that was merged into one that was merged … : so many steps are followed."""

_CITY_DIGITS = 4

register_messages(
    {
        "join.succeeded": (
            "“{value}”于 {on} 并入或改为 {now}。",
            "“{value}” became {now} on {on}.",
        ),
        "join.divided": (
            "“{value}”于 {on} 分为 {now}；按人口份额分配。",
            "“{value}” was divided on {on} among {now}, by shares of people.",
        ),
        "join.ended_before": (
            "“{value}”已于 {on} 变为 {now}，早于表的年份 {year}。",
            "“{value}” became {now} on {on}, before the year of the table, {year}.",
        ),
        "join.other_name": (
            "代码 {value} 现名“{now}”，表中为“{given}”；按代码匹配。",
            "the code {value} is “{now}” today, the table says “{given}”; joined by the code.",
        ),
        "join.by_name": ("“{value}”按名称匹配 {now}。", "“{value}” was joined to {now} by name."),
        "join.zone": ("“{value}”是功能板块，单独保留。", "“{value}” is a functional zone and kept as one."),
        "join.town": ("乡镇代码 {value} 归入 {now}。", "the township code {value} was joined to {now}."),
        "join.several": (
            "有多个区域名为“{value}”：{known}；请给出所属城市或代码。",
            "several regions are named “{value}”: {known}; give the city or the code.",
        ),
        "join.unknown": (
            "没有代码为“{code}”、名称为“{value}”的区域。",
            "there is no region with the code “{code}” or the name “{value}”.",
        ),
    }
)


@dataclass(frozen=True, kw_only=True)
class KnownRegion:
    """A region on record: its code, name, path of codes from the province down, and whether it is a functional zone."""

    code: str
    name: str
    path: str
    is_zone: bool = False


@dataclass(frozen=True, kw_only=True)
class Succession:
    """What became of a region; ``share``: the part of its people that went to the successor."""

    predecessor_code: str
    predecessor_name: str
    successor_code: str
    share: float
    happened_on: dt.date


@dataclass(frozen=True, kw_only=True)
class JoinedRow:
    """Where a row went. parts: the regions and the part of the row's people in each; note: what a person should know."""

    how: str
    parts: tuple[tuple[str, float], ...] = ()
    note: Problem | None = None

    @property
    def region_code(self) -> str | None:
        """The region, of several the one with most people, None if lost."""
        return max(self.parts, key=lambda part: (part[1], part[0]))[0] if self.parts else None


@dataclass(frozen=True, kw_only=True)
class Joined:
    """All rows of a table, in their order, with their codes and names as given."""

    rows: tuple[JoinedRow, ...]
    codes: tuple[str, ...]
    names: tuple[str, ...]
    paths: Mapping[str, str]

    @property
    def region_codes(self) -> list[str | None]:
        """The region of each row, None where it is lost."""
        return [row.region_code for row in self.rows]

    def is_sum(self) -> list[bool]:
        """Say for each row whether other rows lie within its region: a province over its cities, a city over its counties."""
        paths = [self.paths.get(code, "") if code else "" for code in self.region_codes]
        within = {above for path in paths for above in _above(path)}
        return [bool(path) and path in within for path in paths]

    def report(self, persons: Sequence[int]) -> dict[str, Any]:
        """Return rows and people by how they were joined, what was lost, and what to know; sums are counted apart.

        ``persons``: of each row, in order.
        """
        sums = self.is_sum()
        counted = {how: {"rows": 0, "persons": 0} for how in HOWS}
        for row, is_sum, people in zip(self.rows, sums, persons, strict=True):
            if not is_sum:
                counted[row.how]["rows"] += 1
                counted[row.how]["persons"] += people
        told = [
            {"code": code, "name": name, "persons": people, "how": row.how, **_sentences(row.note)}
            for row, code, name, people in zip(self.rows, self.codes, self.names, persons, strict=True)
            if row.note is not None
        ]
        return {
            "rows": len(self.rows),
            "sums": sum(sums),
            "persons": sum(each["persons"] for each in counted.values()),
            "persons_lost": counted[LOST]["persons"],
            "by_how": counted,
            "lost": [each for each in told if each["how"] == LOST],
            "notes": [each for each in told if each["how"] != LOST],
        }


def _sentences(note: Problem) -> dict[str, str]:
    return {"zh": note.sentence("zh-hans"), "en": note.sentence("en")}


def _above(path: str) -> list[str]:
    codes = path.rstrip("/").split("/")
    return ["/".join(codes[:length]) + "/" for length in range(1, len(codes))]


def join_regions(
    codes: Sequence[str],
    names: Sequence[str],
    year: int,
    regions: Iterable[KnownRegion],
    successions: Iterable[Succession],
    parents: Sequence[str] | None = None,
) -> Joined:
    """Join each row of a table to the regions it lies in today.

    ``codes``, ``names``: of each row, "" where the table has none; codes may be written as ``320102.0`` or with 12 digits.
    ``year``: of the table, which decides what a code meant that was given out anew; ``regions``: those of today; ``parents``:
    name or code of the city (or province) of each row, if the table has such a column. Tried in turn: the code; what became of
    the code, through later changes too; the name within the parent, in full, in short or as it was, where only one region has
    it. A code is believed before a name. Rows that cannot be joined are kept, as lost.
    """
    known = _Known(regions, successions, year)
    clean = [tidy_code(code) for code in codes]
    above = parents or [""] * len(clean)
    rows = tuple(
        known.join(code, tidy_name(name), tidy_name(parent)) for code, name, parent in zip(clean, names, above, strict=True)
    )
    return Joined(rows=rows, codes=tuple(clean), names=tuple(names), paths=known.paths)


class _Known:
    """Regions of today and what became of those of before."""

    def __init__(self, regions: Iterable[KnownRegion], successions: Iterable[Succession], year: int) -> None:
        self.by_code = {region.code: region for region in regions}
        self.paths = {region.code: region.path for region in self.by_code.values()}
        self.year = year
        self.events = _latest_events(successions)
        self.names = NameForms()
        for region in self.by_code.values():
            self.names.add(region.code, region.name, self._names_above(region), is_zone=region.is_zone)
        self.former: dict[str, set[str]] = defaultdict(set)
        for code, events in self.events.items():
            for form in (events[0].predecessor_name, short_name(events[0].predecessor_name)):
                self.former[form].add(code)

    def _names_above(self, region: KnownRegion) -> list[str]:
        return [self.by_code[code].name for code in region.path.rstrip("/").split("/")[:-1] if code in self.by_code]

    def join(self, code: str, name: str, parent: str) -> JoinedRow:
        """Return where a row goes."""
        if code in self.by_code and not self._meant_another(code):
            return self._by_code(self.by_code[code], name)
        if code in self.events:
            return self._by_succession(code, name)
        if TOWN_CODE.fullmatch(code) and code[:COUNTY_DIGITS] in (self.by_code.keys() | self.events.keys()):
            return self._of_town(code)
        return self._by_name(code, name, self._parent_path(code, parent))

    def _meant_another(self, code: str) -> bool:
        """Say whether a code of today stood for a region that ended only after the year of the table."""
        events = self.events.get(code, [])
        return any(event.happened_on.year > self.year and event.successor_code != code for event in events)

    def _by_code(self, region: KnownRegion, name: str) -> JoinedRow:
        if region.is_zone:
            return _zone(region)
        note = None
        if name and region.code not in self.names.named(name, self.paths, region.path):
            note = Problem(code="join.other_name", value=region.code, details={"now": region.name, "given": name})
        return JoinedRow(how=BY_CODE, parts=((region.code, 1.0),), note=note)

    def _by_succession(self, code: str, name: str) -> JoinedRow:
        event = self.events[code][0]
        parts = tuple(sorted(self._today(code, _DEEPEST).items()))
        value = name or event.predecessor_name
        if any(each not in self.by_code for each, _ in parts):
            return JoinedRow(how=LOST, note=Problem(code="join.unknown", value=value, details={"code": code}))
        now = "、".join(f"{self.by_code[each].name} {each}" for each, _ in parts)
        details = {"on": event.happened_on.isoformat(), "now": now, "year": self.year}
        sentence = "join.divided" if len(parts) > 1 else "join.succeeded"
        if event.happened_on.year < self.year:
            sentence = "join.ended_before"
        return JoinedRow(how=BY_SUCCESSION, parts=parts, note=Problem(code=sentence, value=value, details=details))

    def _today(self, code: str, depth: int) -> dict[str, float]:
        """Return the shares of today's regions in a former one, through later changes; they add up to 1."""
        found: dict[str, float] = defaultdict(float)
        total = sum(event.share for event in self.events[code])
        for event in self.events[code]:
            goes_on = depth and event.successor_code not in self.by_code and event.successor_code in self.events
            later = self._today(event.successor_code, depth - 1) if goes_on else {event.successor_code: 1.0}
            for last, part in later.items():
                found[last] += event.share / total * part
        return dict(found)

    def _of_town(self, code: str) -> JoinedRow:
        county = code[:COUNTY_DIGITS]
        if county not in self.by_code:
            return self._by_succession(county, code)
        details = {"now": f"{self.by_code[county].name} {county}"}
        return JoinedRow(how=BY_CODE, parts=((county, 1.0),), note=Problem(code="join.town", value=code, details=details))

    def _parent_path(self, code: str, parent: str) -> str:
        """Return the path that a row lies below: what the table says, else what the code says, else an empty one."""
        found = [tidy_code(parent)] if tidy_code(parent) in self.by_code else []
        if parent and not found:
            found = [each for each in self.names.named(parent, self.paths) if each.endswith("00")]
        if not found and len(code) >= COUNTY_DIGITS and code.isdigit():
            found = [each for each in (code[:_CITY_DIGITS] + "00", code[:2] + "0000") if each in self.by_code]
        return self.paths[found[0]] if found else ""

    def _by_name(self, code: str, name: str, below: str) -> JoinedRow:
        found = self.names.named(name, self.paths, below) if name else []
        if len(found) == 1:
            return _named(self.by_code[found[0]], name)
        if found:
            full = "、".join("".join([*self._names_above(self.by_code[each]), self.by_code[each].name]) for each in found)
            return JoinedRow(how=LOST, note=Problem(code="join.several", value=name, details={"known": full}))
        former = [each for each in self.former.get(name, ()) if self._lies_below(each, below)]
        if len(former) == 1:
            return self._by_succession(former[0], name)
        return JoinedRow(how=LOST, note=Problem(code="join.unknown", value=name, details={"code": code}))

    def _lies_below(self, former: str, below: str) -> bool:
        return all(self.paths[each].startswith(below) for each in self._today(former, _DEEPEST) if each in self.paths)


def _latest_events(successions: Iterable[Succession]) -> dict[str, list[Succession]]:
    """Return the changes of each old code; of a code that was given out twice those of the latest day."""
    found: dict[str, list[Succession]] = defaultdict(list)
    for event in sorted(successions, key=lambda each: (each.happened_on, each.successor_code)):
        earlier = found[event.predecessor_code]
        if earlier and earlier[-1].happened_on != event.happened_on:
            earlier.clear()
        earlier.append(event)
    return dict(found)


def _named(region: KnownRegion, name: str) -> JoinedRow:
    if region.is_zone:
        return _zone(region)
    note = Problem(code="join.by_name", value=name, details={"now": f"{region.name} {region.code}"})
    return JoinedRow(how=BY_NAME, parts=((region.code, 1.0),), note=note)


def _zone(region: KnownRegion) -> JoinedRow:
    return JoinedRow(how=BY_ZONE, parts=((region.code, 1.0),), note=Problem(code="join.zone", value=region.name))
