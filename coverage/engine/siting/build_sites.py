"""Generated sites to build on: at gathering points and amid clusters of people whom nothing reaches."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from coverage.engine.siting.candidate_rules import CandidateRules
from coverage.engine.siting.candidates import Candidate, Gathering, Origin, VenueFacts, works_of
from coverage.engine.siting.problem import BoolArray, Float64Array, Int64Array
from geo.engine.inputs import Demand

EARTH_METRES = 6_371_008.8
SnapToStreets = Callable[[Float64Array, Float64Array], tuple[Float64Array, Float64Array, BoolArray]]
"""Takes lon, lat; returns lon, lat on the nearest street and whether there is one near enough."""


@dataclass(frozen=True, kw_only=True)
class RegionName:
    """A region as sites are named after it: path of codes, Chinese and English name."""

    path: str
    name_zh: str
    name_en: str


@dataclass(frozen=True, kw_only=True)
class _Spot:
    """A place found: where, in which region, and what drew it there."""

    lon: float
    lat: float
    region_path: str
    origin: Origin


def on_sphere(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Float64Array:
    """Return (n, 3) float64 metres on the mean sphere; straight distances differ from arcs by < 1 mm over 10 km."""
    rad_lon, rad_lat = np.radians(np.asarray(lon, np.float64)), np.radians(np.asarray(lat, np.float64))
    flat = np.cos(rad_lat)
    return EARTH_METRES * np.column_stack([flat * np.cos(rad_lon), flat * np.sin(rad_lon), np.sin(rad_lat)])


def build_candidates(
    demand: Demand,
    is_reached: BoolArray,
    gatherings: Sequence[VenueFacts],
    regions: Mapping[str, RegionName],
    rules: CandidateRules,
    snap_to_streets: SnapToStreets,
) -> tuple[list[Candidate], int]:
    """Return up to ``rules.build_sites_count`` sites to build on, and how many were dropped for want of a street.

    First gathering points with enough workers waiting, most first; then cell centres by the unreached workers around them,
    first the best of every region, then the best anywhere. Each keeps ``build_spacing_metres`` from those before it (greedy
    thinning). is_reached: (n,) bool. regions: by code, at least those of ``demand.region_codes``; gathering points outside
    them are left out.
    """
    spots = _spots(demand, is_reached, gatherings, regions, rules)
    if not spots:
        return [], 0
    lon, lat, found = snap_to_streets(np.array([s.lon for s in spots]), np.array([s.lat for s in spots]))
    kept = [
        dataclasses.replace(spot, lon=float(x), lat=float(y))
        for spot, x, y, ok in zip(spots, lon, lat, found, strict=True)
        if ok
    ]
    return _named(kept, regions, rules), len(spots) - len(kept)


def _spots(
    demand: Demand,
    is_reached: BoolArray,
    gatherings: Sequence[VenueFacts],
    regions: Mapping[str, RegionName],
    rules: CandidateRules,
) -> list[_Spot]:
    busy = [(g, region_path_in(g.region_path, regions)) for g in gatherings]
    busy = [(g, p) for g, p in busy if p and (g.waiting_persons or 0) >= rules.gathering_waiting_persons]
    busy.sort(key=lambda pair: (-(pair[0].waiting_persons or 0), pair[0].code))
    people = np.where(is_reached, 0, demand.workers_persons)
    cells = np.flatnonzero(people > 0)
    order = cells[_by_people_around(demand, people, cells, rules.build_cluster_metres)]
    lon = np.concatenate([[g.lon for g, _ in busy], demand.lon[order]])
    lat = np.concatenate([[g.lat for g, _ in busy], demand.lat[order]])
    paths = [p for _, p in busy] + [regions[demand.region_codes[i]].path for i in demand.region_index[order].tolist()]
    chosen = _thinned(on_sphere(lon, lat), paths, len(busy), rules)
    return [
        _Spot(
            lon=float(lon[i]), lat=float(lat[i]), region_path=paths[i], origin="gathering_point" if i < len(busy) else "cluster"
        )
        for i in chosen
    ]  # fmt: skip


def region_path_in(path: str, regions: Mapping[str, RegionName]) -> str:
    """Return the path of the lowest of ``regions`` that a path lies in; empty where none."""
    for code in reversed(path.strip("/").split("/")):
        if code in regions:
            return regions[code].path
    return ""


def _by_people_around(demand: Demand, people: Int64Array, cells: Int64Array, metres: float) -> Int64Array:
    """Return the order of ``cells`` by the people of ``cells`` within ``metres``, most first; ties by cell."""
    if not len(cells):
        return np.zeros(0, np.int64)
    tree = cKDTree(on_sphere(demand.lon[cells], demand.lat[cells]))
    pairs = tree.query_pairs(metres, output_type="ndarray")
    own = people[cells].astype(np.float64)
    around = own.copy()
    np.add.at(around, pairs[:, 0], own[pairs[:, 1]])
    np.add.at(around, pairs[:, 1], own[pairs[:, 0]])
    return np.argsort(-around, kind="stable").astype(np.int64)


def _thinned(points: Float64Array, paths: Sequence[str], first: int, rules: CandidateRules) -> list[int]:
    """Walk the points in order: the ``first`` ones, then some of every region, then any, each apart from those taken."""
    if not len(points):
        return []
    tree, blocked = cKDTree(points), np.zeros(len(points), np.bool_)
    taken: list[int] = []
    count_of: dict[str, int] = {}
    for limit, which in (
        (np.inf, range(first)),
        (rules.build_sites_per_region, range(len(points))),
        (np.inf, range(len(points))),
    ):
        for i in which:
            if len(taken) >= rules.build_sites_count:
                return taken
            if not blocked[i] and count_of.get(paths[i], 0) < limit:
                blocked[tree.query_ball_point(points[i], rules.build_spacing_metres)] = True
                count_of[paths[i]] = count_of.get(paths[i], 0) + 1
                taken.append(i)
    return taken


def _named(spots: Sequence[_Spot], regions: Mapping[str, RegionName], rules: CandidateRules) -> list[Candidate]:
    by_path = {region.path: (code, region) for code, region in regions.items()}
    numbers: dict[str, int] = {}
    works = (works_of("build", rules.build_area_m2, rules),)
    found = []
    for spot in spots:
        code, region = by_path[spot.region_path]
        numbers[code] = numbers.get(code, 0) + 1
        found.append(
            Candidate(
                place_code=f"NEW-{code}-{numbers[code]:03}", name_zh=f"新建点 · {region.name_zh} {numbers[code]}",
                name_en=f"New site, {region.name_en or region.name_zh} {numbers[code]}", lon=spot.lon, lat=spot.lat,
                region_path=spot.region_path, origin=spot.origin, works=works,
            )
        )  # fmt: skip
    return found


def with_gatherings(
    candidates: Sequence[Candidate], gatherings: Sequence[VenueFacts], rules: CandidateRules
) -> list[Candidate]:
    """Return the candidates with the nearest gathering point within twice the standard's distance, as the crow flies."""
    if not gatherings or not candidates:
        return list(candidates)
    tree = cKDTree(on_sphere([g.lon for g in gatherings], [g.lat for g in gatherings]))
    metres, index = tree.query(on_sphere([c.lon for c in candidates], [c.lat for c in candidates]))
    limit = 2 * rules.gathering_near_metres
    return [
        dataclasses.replace(c, gathering=_gathering(gatherings[i], m)) if m <= limit else c
        for c, m, i in zip(candidates, np.asarray(metres).tolist(), np.asarray(index).tolist(), strict=True)
    ]


def _gathering(venue: VenueFacts, metres: float) -> Gathering:
    return Gathering(
        code=venue.code, name_zh=venue.name_zh, name_en=venue.name_en, metres=metres, waiting_persons=venue.waiting_persons or 0
    )
