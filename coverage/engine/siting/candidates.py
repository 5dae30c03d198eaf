"""Candidates: places with the actions that are feasible there, why others are not, and the gap to the standard."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from coverage.engine.siting.candidate_rules import CandidateRules

Origin = Literal["venue", "given", "gathering_point", "cluster"]


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """A code and what it means in both languages."""

    code: str
    zh: str
    en: str

    def as_json(self) -> dict[str, str]:
        """Return it as JSON values."""
        return vars(self).copy()


@dataclass(frozen=True, kw_only=True)
class VenueFacts:
    """What siting needs to know of a venue. opens_at: the earliest opening, None where no hours are known."""

    code: str
    name_zh: str
    name_en: str
    kind: str
    status: str
    lon: float
    lat: float
    region_path: str
    floor_area_m2: float | None = None
    staff_persons: int | None = None
    capacity_persons: int | None = None
    waiting_persons: int | None = None
    opens_at: dt.time | None = None


@dataclass(frozen=True, kw_only=True)
class Works:
    """One feasible action at a place: cost, and floor area and capacity once it is done."""

    action: str
    cost_yuan: float
    floor_area_m2: float
    capacity_persons: int


@dataclass(frozen=True, kw_only=True)
class Gathering:
    """The nearest informal gathering point, as the crow flies, with the workers seen waiting there."""

    code: str
    name_zh: str
    name_en: str
    metres: float
    waiting_persons: int


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A place where a market could stand.

    ``refused`` says why other actions are not feasible, ``gap`` what the standard still asks for.
    """

    place_code: str
    name_zh: str
    name_en: str
    lon: float
    lat: float
    region_path: str
    origin: Origin
    works: tuple[Works, ...]
    venue_code: str | None = None
    refused: tuple[Sentence, ...] = ()
    gap: tuple[Sentence, ...] = ()
    gathering: Gathering | None = field(default=None)


def venue_candidates(venues: Iterable[VenueFacts], rules: CandidateRules) -> list[Candidate]:
    """Return a candidate for each existing or given venue that siting may use, also where no action is feasible.

    Rule of actions: integrate where the floor area meets the standard; else renovate; build only on given sites. All actions of
    a place reach the same people, so a place takes the first that is feasible, which is also the cheapest of its kind.
    """
    found = []
    for venue in venues:
        if venue.kind == "candidate_site":
            found.append(_candidate(venue, rules, "given", (_build(venue, rules),), ()))
        elif venue.kind in rules.existing_kinds and venue.status in rules.existing_statuses:
            works, refused = _existing(venue, rules)
            found.append(_candidate(venue, rules, "venue", works, refused))
    return found


def _candidate(
    venue: VenueFacts, rules: CandidateRules, origin: Origin, works: tuple[Works, ...], refused: tuple[Sentence, ...]
) -> Candidate:
    return Candidate(
        place_code=venue.code, name_zh=venue.name_zh, name_en=venue.name_en or venue.name_zh, lon=venue.lon, lat=venue.lat,
        region_path=venue.region_path, origin=origin, works=works, venue_code=venue.code, refused=refused,
        gap=standard_gap(venue, rules) if origin == "venue" else (),
    )  # fmt: skip


def _build(venue: VenueFacts, rules: CandidateRules) -> Works:
    return works_of("build", venue.floor_area_m2 or rules.build_area_m2, rules)


def works_of(action: str, floor_area_m2: float, rules: CandidateRules, *, known_persons: int = 0) -> Works:
    """Return an action on a floor area; a capacity stated for the venue holds if it is larger."""
    return Works(
        action=action, cost_yuan=rules.cost_yuan(action, floor_area_m2), floor_area_m2=floor_area_m2,
        capacity_persons=max(rules.capacity_persons(floor_area_m2), known_persons),
    )  # fmt: skip


def _existing(venue: VenueFacts, rules: CandidateRules) -> tuple[tuple[Works, ...], tuple[Sentence, ...]]:
    """Return the first feasible action of an existing venue and why those before it are not."""
    area, known = venue.floor_area_m2, venue.capacity_persons or 0
    if area is None:
        return (), (_say("area_unknown", "建筑面积未登记", "the floor area is not on record"),)
    least = rules.shared_area_m2 if venue.kind in rules.shared_kinds else rules.market_area_m2
    if area >= least:
        return (works_of("integrate", area, rules, known_persons=known),), ()
    small = _say(
        "integrate_area", f"整合需建筑面积 ≥ {least:g} m²，现有 {area:g} m²",
        f"integration needs ≥ {least:g} m² of floor area; there are {area:g} m²",
    )  # fmt: skip
    if area >= rules.renovate_least_area_m2:
        after = max(area, rules.shared_area_m2)
        return (works_of("renovate", after, rules, known_persons=known),), (small,)
    needed = rules.renovate_least_area_m2
    tiny = _say(
        "renovate_area", f"改造需建筑面积 ≥ {needed:g} m²，现有 {area:g} m²",
        f"renovation needs ≥ {needed:g} m² of floor area; there are {area:g} m²",
    )  # fmt: skip
    return (), (small, tiny)


def standard_gap(venue: VenueFacts, rules: CandidateRules) -> tuple[Sentence, ...]:
    """Return what a venue lacks of the draft standard: floor area (1.2), opening time (3.2), staff (3.7)."""
    gap = []
    area, staff, opens, by = venue.floor_area_m2, venue.staff_persons, venue.opens_at, rules.opens_by_time
    least = rules.shared_area_m2 if venue.kind in rules.shared_kinds else rules.market_area_m2
    if area is None or area < least:
        zh, en = ("未登记", "unknown") if area is None else (f"{area:g} m²", f"{area:g} m²")
        gap.append(_say("1.2", f"建筑面积 {zh}，标准 ≥ {least:g} m²", f"floor area {en}, standard ≥ {least:g} m²"))
    if opens is None or opens > by:
        zh, en = ("未登记", "unknown") if opens is None else (f"{opens:%H:%M}", f"{opens:%H:%M}")
        gap.append(_say("3.2", f"开门时间 {zh}，标准不晚于 {by:%H:%M}", f"opens at {en}, standard {by:%H:%M} at the latest"))
    if staff is None or staff < rules.staff_least_persons:
        zh, en = ("未登记", "unknown") if staff is None else (f"{staff} 人", str(staff))
        needed = rules.staff_least_persons
        gap.append(_say("3.7", f"工作人员 {zh}，标准 ≥ {needed:g} 人", f"staff {en}, standard ≥ {needed:g}"))
    return tuple(gap)


def _say(code: str, zh: str, en: str) -> Sentence:
    return Sentence(code=code, zh=zh, en=en)
