"""Tags to rights of way: one row a rule, as docs/streets.md has them."""

import pytest

from geo.engine.network.osm_tags import (
    CLASSES,
    barrier_closes,
    control_of,
    duration_seconds,
    level_of,
    posted_speed_kph,
    rights_of,
    way_class,
)

BOTH, ALONG, BACK, NO = (True, True), (True, False), (False, True), (False, False)


def rights(**tags):
    found = rights_of({key.replace("__", ":"): value for key, value in tags.items()})
    if found is None:
        return NO, NO, NO
    return tuple(zip(found.forward, found.backward, strict=True))


@pytest.mark.parametrize(
    ("tags", "walk", "ebike", "car"),
    [
        ({"highway": "residential"}, BOTH, BOTH, BOTH),
        ({"highway": "motorway"}, NO, NO, ALONG),
        ({"highway": "motorway", "oneway": "no"}, NO, NO, BOTH),
        ({"highway": "motorway", "access": "yes"}, NO, NO, ALONG),
        ({"highway": "trunk"}, BOTH, BOTH, BOTH),
        ({"highway": "trunk", "motorroad": "yes"}, NO, NO, BOTH),
        ({"highway": "trunk", "expressway": "yes"}, NO, NO, BOTH),
        ({"highway": "trunk", "name": "内环高架"}, NO, NO, BOTH),
        ({"highway": "primary", "name": "龙蟠路快速路"}, NO, NO, BOTH),
        ({"highway": "residential", "name": "高架新村路"}, BOTH, BOTH, BOTH),
        ({"highway": "trunk", "expressway": "yes", "bicycle": "yes", "foot": "yes"}, BOTH, BOTH, BOTH),
        ({"highway": "cycleway"}, BOTH, BOTH, NO),
        ({"highway": "cycleway", "foot": "no"}, NO, BOTH, NO),
        ({"highway": "footway"}, BOTH, NO, NO),
        ({"highway": "footway", "bicycle": "yes"}, BOTH, BOTH, NO),
        ({"highway": "pedestrian", "bicycle": "designated"}, BOTH, BOTH, NO),
        ({"highway": "pedestrian", "access": "yes"}, BOTH, NO, NO),
        ({"highway": "path"}, BOTH, BOTH, NO),
        ({"highway": "path", "foot": "designated"}, BOTH, NO, NO),
        ({"highway": "path", "bicycle": "no"}, BOTH, NO, NO),
        ({"highway": "footway", "bicycle": "dismount"}, BOTH, NO, NO),
        ({"highway": "residential", "electric_bicycle": "no"}, BOTH, NO, BOTH),
        ({"highway": "steps", "bicycle": "yes"}, BOTH, NO, NO),
        ({"highway": "service", "access": "private"}, NO, NO, NO),
        ({"highway": "service", "access": "private", "foot": "yes"}, BOTH, NO, NO),
        ({"highway": "residential", "motor_vehicle": "no"}, BOTH, BOTH, NO),
        ({"highway": "residential", "vehicle": "no"}, BOTH, NO, NO),
        ({"highway": "residential", "motor_vehicle": "permit"}, BOTH, BOTH, NO),
        ({"highway": "service", "motor_vehicle": "psv", "bicycle": "yes"}, BOTH, BOTH, NO),
        ({"highway": "corridor"}, BOTH, NO, NO),
        ({"highway": "residential", "vehicle": "no", "bicycle": "yes"}, BOTH, BOTH, NO),
        ({"highway": "residential", "access": "no", "motorcar": "yes"}, NO, NO, BOTH),
        ({"highway": "residential", "oneway": "yes"}, BOTH, ALONG, ALONG),
        ({"highway": "residential", "oneway": "-1"}, BOTH, BACK, BACK),
        ({"highway": "residential", "junction": "roundabout"}, BOTH, ALONG, ALONG),
        ({"highway": "residential", "oneway": "yes", "oneway__bicycle": "no"}, BOTH, BOTH, ALONG),
        ({"highway": "residential", "oneway": "yes", "cycleway": "opposite_lane"}, BOTH, BOTH, ALONG),
        ({"highway": "residential", "oneway": "yes", "cycleway__left__oneway": "-1"}, BOTH, BOTH, ALONG),
        ({"highway": "residential", "oneway__bicycle": "yes"}, BOTH, ALONG, BOTH),
        ({"highway": "busway"}, BOTH, BOTH, NO),
        ({"route": "ferry"}, BOTH, BOTH, NO),
        ({"route": "ferry", "motor_vehicle": "yes", "bicycle": "no"}, BOTH, NO, BOTH),
        ({"highway": "pedestrian", "area": "yes"}, NO, NO, NO),
        ({"highway": "construction"}, NO, NO, NO),
        ({"highway": "ferry"}, NO, NO, NO),
        ({"building": "yes"}, NO, NO, NO),
    ],
)
def test_rights(tags, walk, ebike, car):
    assert rights(**tags) == (walk, ebike, car)


@pytest.mark.parametrize("highway", [name for name in CLASSES if name != "ferry"])
def test_every_class_is_a_way_for_somebody(highway):
    assert rights_of({"highway": highway}).highway == highway


def test_old_and_special_names_fall_into_a_class():
    assert way_class({"highway": "road"}) == "unclassified"
    assert way_class({"highway": "proposed"}) is None


@pytest.mark.parametrize(
    ("text", "kph"),
    [
        ("50", 50),
        ("50 km/h", 50),
        ("30 mph", 48.28032),
        ("60;40", 60),
        ("walk", 6),
        ("none", None),
        ("CN:urban", None),
        ("0", None),
    ],
)
def test_posted_speeds(text, kph):
    assert posted_speed_kph(text) == (kph if kph is None else pytest.approx(kph))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("25", 1500), ("00:25", 1500), ("1:05", 3900), ("00:02:30", 150), ("PT25M", 1500), ("PT1H5M", 3900), ("PT12.5S", 12.5),
        ("soon", None),
    ],
)  # fmt: skip
def test_durations(text, seconds):
    assert duration_seconds(text) == seconds


@pytest.mark.parametrize(
    ("tags", "control"),
    [
        ({"highway": "traffic_signals"}, "signals"),
        ({"highway": "crossing", "crossing": "traffic_signals"}, "signals"),
        ({"highway": "crossing"}, "crossing"),
        ({"highway": "bus_stop"}, ""),
    ],
)
def test_controls(tags, control):
    assert control_of(tags) == control


@pytest.mark.parametrize(
    ("tags", "level"),
    [
        ({}, 0),
        ({"bridge": "yes"}, 1),
        ({"bridge": "viaduct"}, 1),
        ({"bridge": "no"}, 0),
        ({"tunnel": "yes"}, -1),
        ({"tunnel": "building_passage"}, 0),
        ({"bridge": "yes", "layer": "2"}, 2),
        ({"bridge": "yes", "layer": "0"}, 0),
        ({"tunnel": "yes", "layer": "-2"}, -2),
        ({"layer": "+1"}, 1),
        ({"layer": "99"}, 5),
        ({"layer": "-99"}, -5),
        ({"bridge": "yes", "layer": "1;2"}, 1),
        ({"tunnel": "yes", "layer": "deep"}, -1),
    ],
)
def test_levels(tags, level):
    assert level_of(tags) == level
    assert rights_of({"highway": "residential"} | tags).level == level


@pytest.mark.parametrize(
    ("tags", "closed"),
    [
        ({}, ""),
        ({"access": "no"}, ""),
        ({"barrier": "bollard"}, "car"),
        ({"barrier": "bollard", "access": "yes"}, "car"),
        ({"barrier": "bollard", "motor_vehicle": "yes"}, ""),
        ({"barrier": "bollard", "bicycle": "no"}, "ebike car"),
        ({"barrier": "cycle_barrier"}, "car"),
        ({"barrier": "cycle_barrier", "bicycle": "dismount"}, "car"),
        ({"barrier": "block", "electric_bicycle": "no"}, "ebike car"),
        ({"barrier": "stile"}, "ebike car"),
        ({"barrier": "kissing_gate", "bicycle": "yes"}, "car"),
        ({"barrier": "gate"}, ""),
        ({"barrier": "gate", "access": "private"}, "walk ebike car"),
        ({"barrier": "gate", "access": "private", "foot": "yes"}, "ebike car"),
        ({"barrier": "lift_gate", "access": "no", "bicycle": "yes", "foot": "yes"}, "car"),
        ({"barrier": "lift_gate", "vehicle": "no"}, "ebike car"),
        ({"barrier": "lift_gate", "motor_vehicle": "private"}, "car"),
        ({"barrier": "lift_gate", "access": "customers"}, ""),
        ({"barrier": "kerb"}, ""),
    ],
)
def test_barriers(tags, closed):
    assert barrier_closes(tags) == tuple(mode in closed.split() for mode in ("walk", "ebike", "car"))
