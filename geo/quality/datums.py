"""Suspicious datums: does what is declared fit the regions and streets? Evidence only, nothing is changed."""

from collections import defaultdict

import numpy as np

from geo.engine.datum import Crs, from_wgs84, parse_crs
from geo.engine.errors import InputError, Problem
from geo.engine.plausibility import Findings, Surroundings, datum_problems, examine
from geo.quality.lines import NEVER, Finding, Line, Words, line_of
from geo.quality.venue_facts import Float64Array, VenueFacts, VenueGround

BORDER_METRES = 1_000.0
_WHOLE: Words = ("条记录", "records")
_FEW: Words = (
    "点太少（少于 30 个相距 150 米以上的点），不能判断坐标系。",
    "too few points to judge the datum: fewer than 30 that lie 150 m apart.",
)


def datum_line(venues: list[VenueFacts], ground: VenueGround) -> Line:
    """Return the line of venues whose declared datum is contradicted; its notes tell the evidence for each datum."""
    groups: dict[str, list[VenueFacts]] = defaultdict(list)
    for venue in venues:
        groups[_declared(venue)].append(venue)
    findings: list[Finding] = []
    notes: list[Words] = []
    for code in sorted(groups):
        said, doubted = _examined(groups[code], parse_crs(code), ground)
        notes += said
        findings += doubted
    title = ("坐标系可疑", "Suspicious datum")
    return line_of("datum-doubt", title, findings, len(venues), _WHOLE, NEVER, dict.fromkeys(notes))


def _declared(venue: VenueFacts) -> str:
    """Return the datum under which the venue came; WGS-84 where the word on record is none."""
    try:
        return parse_crs(venue.given_datum or venue.datum).code
    except InputError:
        return "wgs84"


def _examined(venues: list[VenueFacts], declared: Crs, ground: VenueGround) -> tuple[list[Words], list[Finding]]:
    x, y = _as_given(venues, declared)
    found = examine(x, y, declared, _surroundings(ground))
    problems = datum_problems(found)
    notes = [_sentence(problem) for problem in problems] or [_FEW]
    detail = notes[0] if problems else ""
    return notes, [venues[row].finding(detail) for row in _doubted(found, len(venues))]


def _doubted(found: Findings, count: int) -> list[int]:
    if found.verdict == "mixed":
        rows: list[int] = found.minority_rows.tolist()
        return rows
    return list(range(count)) if found.verdict == "looks_like" else []


def _sentence(problem: Problem) -> Words:
    return problem.sentence("zh-hans"), problem.sentence("en")


def _as_given(venues: list[VenueFacts], declared: Crs) -> tuple[Float64Array, Float64Array]:
    """Return the coordinates as they came; where they are not on record the degrees, back in the declared system."""
    lon, lat = (np.array([getattr(each, name) for each in venues], np.float64) for name in ("lon", "lat"))
    back = from_wgs84(lon, lat, declared)
    known = np.array([each.x is not None and each.y is not None for each in venues])
    x, y = (np.array([getattr(each, name) or 0.0 for each in venues], np.float64) for name in ("x", "y"))
    return np.where(known, x, back[0]), np.where(known, y, back[1])


def _surroundings(ground: VenueGround) -> Surroundings:
    """Return where all venues should be, and the streets. That each lies in its own region is a line of its own."""
    return Surroundings(
        area=ground.area,
        street_distance_metres=None if ground.streets is None else ground.streets.metres,
        tolerance_metres=BORDER_METRES,
    )
