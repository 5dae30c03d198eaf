"""Generated sites: where people are, apart from each other, on streets."""

import numpy as np
from scipy.spatial.distance import pdist

from coverage.engine.siting.build_sites import RegionName, build_candidates, on_sphere, with_gatherings
from coverage.engine.siting.candidate_rules import CandidateRules
from coverage.engine.siting.candidates import VenueFacts
from geo.engine.inputs import Demand

REGIONS = {
    "320102": RegionName(path="320000/320100/320102/", name_zh="玄武区", name_en="Xuanwu"),
    "320104": RegionName(path="320000/320100/320104/", name_zh="秦淮区", name_en="Qinhuai"),
}


def demand_of(lon, lat, workers, region):
    n = len(lon)
    return Demand(
        cell_ids=tuple(f"{i:015x}" for i in range(n)), lon=np.array(lon), lat=np.array(lat),
        workers_persons=np.array(workers, np.int64), is_urban=np.ones(n, np.bool_), area_km2=np.ones(n),
        region_codes=tuple(REGIONS), region_index=np.array(region, np.int32),
    )  # fmt: skip


def gathering(code, lon, lat, waiting, path="320000/320100/320102/320102001/"):
    return VenueFacts(
        code=code, name_zh=code, name_en=code, kind="informal_gathering_point", status="operating", lon=lon, lat=lat,
        region_path=path, waiting_persons=waiting,
    )  # fmt: skip


def stay(lon, lat):
    return lon, lat, np.ones(len(lon), np.bool_)


def test_a_line_of_cells_by_hand():
    """Cells 0.01° of latitude apart (1,112 m), 10, 90, 20, 0, 50 and 40 (reached) workers; clusters reach 1,500 m, spacing too.

    Around each: 100, 120, 110, -, 50 (its neighbours hold none), -. First cell 1 blocks 0 and 2; then cell 4.
    """
    demand = demand_of([119.0] * 6, 32 + 0.01 * np.arange(6), [10, 90, 20, 0, 50, 40], [0, 0, 0, 0, 1, 1])
    rules = CandidateRules(build_cluster_metres=1_500, build_spacing_metres=1_500)
    found, dropped = build_candidates(demand, np.array([False] * 5 + [True]), [], REGIONS, rules, stay)
    assert [(c.place_code, round(c.lat, 2), c.origin) for c in found] == [
        ("NEW-320102-001", 32.01, "cluster"), ("NEW-320104-001", 32.04, "cluster"),
    ]  # fmt: skip
    assert (found[0].name_zh, found[0].name_en) == ("新建点 · 玄武区 1", "New site, Xuanwu 1")
    assert dropped == 0


def random_demand(seed, n=300):
    rng = np.random.default_rng(seed)
    return demand_of(119 + rng.random(n) * 0.3, 32 + rng.random(n) * 0.3, rng.integers(0, 100, n), rng.integers(0, 2, n))


def test_sites_keep_their_spacing_and_their_number():
    rules = CandidateRules(build_sites_count=40, build_spacing_metres=2_000)
    found, _ = build_candidates(random_demand(1), np.zeros(300, np.bool_), [], REGIONS, rules, stay)
    assert len(found) == 40
    assert pdist(on_sphere([c.lon for c in found], [c.lat for c in found])).min() >= 2_000
    assert len({c.place_code for c in found}) == 40


def test_every_region_has_some_even_where_people_are_few():
    lon, lat = np.concatenate([119 + 0.02 * np.arange(10), [119.5]]), np.full(11, 32.0)
    demand = demand_of(lon, lat, [1_000] * 10 + [1], [0] * 10 + [1])
    rules = CandidateRules(build_sites_count=4, build_sites_per_region=1)
    found, _ = build_candidates(demand, np.zeros(11, np.bool_), [], REGIONS, rules, stay)
    assert sum(c.region_path.endswith("/320104/") for c in found) == 1


def test_busy_gathering_points_come_first_quiet_and_foreign_ones_not():
    points = [
        gathering("quiet", 119.1, 32.1, 5), gathering("busy", 119.2, 32.2, 80),
        gathering("far", 110.0, 30.0, 500, path="410000/410100/410102/"),
    ]  # fmt: skip
    found, _ = build_candidates(random_demand(2), np.ones(300, np.bool_), points, REGIONS, CandidateRules(), stay)
    assert [(c.origin, c.lon, c.region_path) for c in found] == [("gathering_point", 119.2, "320000/320100/320102/")]


def test_sites_move_to_streets_or_are_dropped_and_counted():
    def snap(lon, lat):
        return lon + 0.001, lat, np.arange(len(lon)) > 0

    demand = demand_of([119.0, 119.2], [32.0, 32.0], [50, 40], [0, 1])
    found, dropped = build_candidates(demand, np.zeros(2, np.bool_), [], REGIONS, CandidateRules(), snap)
    assert [round(c.lon, 3) for c in found] == [119.201]
    assert dropped == 1


def test_nothing_to_build_where_all_are_reached():
    assert build_candidates(random_demand(3), np.ones(300, np.bool_), [], REGIONS, CandidateRules(), stay) == ([], 0)


def test_nearest_gathering_point_is_named_within_twice_the_standard_distance():
    """0.01° of latitude are 1,112 m, 0.02° are 2,224 m; the limit is 1,600 m."""
    demand = demand_of([119.0, 119.0], [32.01, 32.04], [50, 40], [0, 1])
    found, _ = build_candidates(demand, np.zeros(2, np.bool_), [], REGIONS, CandidateRules(), stay)
    near, far = with_gatherings(
        found, [gathering("bridge", 119.0, 32.0, 60), gathering("gate", 119.0, 32.06, 9)], CandidateRules()
    )
    assert (near.gathering.code, round(near.gathering.metres), near.gathering.waiting_persons) == ("bridge", 1112, 60)
    assert far.gathering is None


def test_distances_on_the_sphere_match_the_length_of_a_degree():
    """One degree of latitude on a sphere of 6,371,008.8 m radius: 111,195 m, the chord 1.4 m less."""
    (chord,) = pdist(on_sphere([119, 119], [32, 33]))
    assert round(chord) == 111_194
