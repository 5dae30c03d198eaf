import datetime as dt
from dataclasses import replace

import pytest
from django.contrib.gis.geos import Point

from geo.engine.errors import InputError
from geo.models import AreaTotal, CandidateDetail, DemandCell, DemandModel, OpeningHours, Venue
from geo.quality.checks import check_all, check_one, find_data_set, find_line
from geo.quality.lines import MANY, NEVER, RATHER_NOT
from geo.quality.records import all_records
from tests.factories import NOW, make_network, make_province, make_source

pytestmark = [pytest.mark.django_db, pytest.mark.database]
TODAY = dt.date(2026, 11, 23)


def venue(code, region, lon, lat, **values):
    values = {"name_zh": code, "kind": "gig_station", "status": "operating", "source": make_source(year=2018)} | values
    return Venue.objects.create(code=code, region=region, location=Point(lon, lat, srid=4326), **values)


def line(check, data_set="venues.facts"):
    return find_line(find_data_set(check_all(all_records(network=None, on=TODAY)), data_set), check)


def keys(check, data_set="venues.facts"):
    return [found.key for found in line(check, data_set).findings]


def test_missing_fields_are_counted():
    *_, west, _ = make_province()
    full = venue(
        "a", west, 118.75, 32.05, name_en="A", phone="1", address="x", capacity_persons=5
    )  # fmt: skip
    OpeningHours.objects.create(venue=full, opens_at=dt.time(5), closes_at=dt.time(10))
    venue("b", west, 118.76, 32.05, floor_area_m2=9.0, source_datum="gcj02")
    venue("c", west, 118.77, 32.05)
    assert keys("no-phone") == keys("no-address") == keys("no-hours") == keys("no-name-en") == ["b", "c"]
    assert keys("no-size") == ["c"]
    assert keys("datum") == ["b"]
    assert line("no-hours").of_count == 3
    assert line("no-hours").severity == "bad"  # 2 of 3 is above one half


def test_duplicates_need_the_same_name_nearby_or_the_same_point():
    *_, west, _ = make_province()
    # 0.001° of longitude at 32.05° is 94 m, 0.002° is 189 m.
    venue("a", west, 118.750, 32.05, name_zh="站")
    venue("b", west, 118.751, 32.05, name_zh="站")
    venue("c", west, 118.753, 32.05, name_zh="站")
    venue("d", west, 118.753, 32.05, name_zh="别的")
    assert keys("same-name") == ["a", "b"]
    assert keys("same-place") == ["c", "d"]


def test_venues_outside_their_region_say_how_far():
    *_, west, _ = make_province()
    venue("in", west, 118.75, 32.05)
    venue("out", west, 118.81, 32.05)  # 0.01° east of the border: 944 m
    found = line("outside-region").findings
    assert [each.key for each in found] == ["out"]
    assert abs(int(found[0].detail.removesuffix(" m")) - 944) <= 2


def test_kinds_make_data_sets_of_their_own_and_sources_tell_their_age():
    *_, west, _ = make_province()
    venue("a", west, 118.75, 32.05)
    venue("b", west, 118.75, 32.05, kind="candidate_site")
    venue("c", west, 118.75, 32.05, kind="informal_gathering_point")
    codes = [each.code for each in check_all(all_records(network=None, on=TODAY))]
    assert codes == ["venues.facts", "candidates.facts", "gathering-points.facts", "regions"]
    assert keys("same-place") == []


def test_people_of_areas_without_a_region_are_lost():
    *_, west, _ = make_province()
    common = {"source": make_source("census", year=2020), "year": 2020, "measure": "residents"}
    AreaTotal.objects.create(region=west, area_code="320102", persons=900, **common)
    AreaTotal.objects.create(area_name="港闸区", persons=100, **common)
    lost = line("people-lost", "area-totals.census")
    assert (lost.count, lost.of_count, lost.severity) == (100, 1000, "bad")
    assert [each.name for each in lost.findings] == ["港闸区"]
    assert line("source-old", "area-totals.census").count == 1  # 2020 is six years ago


def test_regions_and_networks():
    province, *_ = make_province()
    province.resident_persons = 5
    province.save()
    make_network()
    assert keys("no-residents", "regions") == ["320100", "320102", "320104"]
    assert keys("no-boundary", "regions") == []
    assert line("synthetic", "networks").count == 1
    assert line("old", "networks").count == 0


def test_an_unknown_data_set_is_refused():
    with pytest.raises(InputError):
        find_data_set((), "nothing")


def test_limits_are_exclusive():
    assert MANY.judge(0.1) == "good"
    assert MANY.judge(0.11) == "warn"
    assert MANY.judge(0.51) == "bad"
    assert NEVER.judge(0.0) == "good"
    assert RATHER_NOT.judge(1.0) == "warn"


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (NEVER, "bad as soon as there is one"), (RATHER_NOT, "warning above 0 %"),
        (MANY, "warning above 10 %, bad above 50 %"),
    ],
)  # fmt: skip
def test_rules_say_what_they_do(rule, sentence):
    assert rule.words[1] == sentence


def test_only_the_records_given_are_checked():
    *_, west, east = make_province()
    venue("a", west, 118.75, 32.05)
    venue("b", east, 118.85, 32.05)
    records = all_records(network=None, on=TODAY)
    own = replace(records, venues=records.venues.filter(region=west))
    assert find_data_set(check_all(own), "venues.facts").record_count == 1


def test_what_is_needed_depends_on_the_category():
    *_, west, _ = make_province()
    venue("a", west, 118.75, 32.05)
    site = venue("b", west, 118.75, 32.05, kind="candidate_site", capacity_persons=3)
    venue("c", west, 118.75, 32.05, kind="informal_gathering_point")
    venue("d", west, 118.75, 32.05, kind="informal_gathering_point", waiting_persons=7)
    assert line("required").findings[0].detail == ("开放时间、服务能力或面积", "opening hours, capacity or floor area")
    assert keys("required", "candidates.facts") == ["b"]
    CandidateDetail.objects.create(venue=site, action="renovation")
    assert keys("required", "candidates.facts") == []
    assert keys("required", "gathering-points.facts") == ["c"]
    assert (
        find_line(find_data_set(check_all(all_records(network=None, on=TODAY)), "gathering-points.facts"), "no-phone") is None
    )


def test_duplicates_are_found_across_sources_and_spellings():
    *_, west, _ = make_province()
    venue("a", west, 118.750, 32.05, name_zh="玄武 零工驿站")
    venue("b", west, 118.751, 32.05, name_zh="玄武零工驿站", source=make_source("other"))
    assert [(each.key, each.detail) for each in line("same-name").findings] == [("a", "b · 94 m")]
    assert keys("same-name", "venues.other") == ["b"]


def cell(index, region, lon, lat, workers):
    return DemandCell.objects.create(
        h3_index=index, region=region, settlement_class="urban", location=Point(lon, lat, srid=4326), area_km2=0.8,
        workers_persons=workers, year=2020, confidence="low", is_modelled=True, source=make_source(),
    )  # fmt: skip


def test_cells_outside_their_region_by_more_than_a_cell():
    """0.8 km² is a circle of 505 m: a centre 472 m outside (0.005° of longitude at 32.05° N) is the border's, 944 m is not."""
    *_, west, _ = make_province()
    cell("1", west, 118.75, 32.05, 1)
    cell("2", west, 118.805, 32.05, 2)
    cell("3", west, 118.81, 32.05, 40)
    found = line("outside-region", "demand.facts")
    assert [each.key for each in found.findings] == ["3"]
    assert found.findings[0].value == pytest.approx(944, abs=2)
    assert (found.of_count, found.notes[0][1]) == (3, "40 workers are in these cells.")


def test_models_tell_who_was_lost_and_what_was_rescaled():
    province, *_ = make_province()

    def share(factor, grid, persons):
        return {"source": "grid", "persons": persons, "grid_persons": grid, "rescaling_factor": factor}

    DemandModel.objects.create(
        slug="m", name_zh="模型", name_en="Model", region=province, recipe={}, created_at=NOW, state="done",
        report={
            "cells": 12,
            "components": [
                {"source": "census", "measure": "gig", "year": 2020, "persons_in": 1000, "persons_lost": 30,
                 "persons_elsewhere": 5}
            ],
            "regions": [
                {"code": "320102", "name_zh": "玄武区", "components": [share(3.0, 100, 300)]},
                {"code": "320104", "name_zh": "秦淮区", "components": [share(0.9, 100, 90), {"source": "roll", "persons": 4}]},
                {"code": "320106", "name_zh": "鼓楼区", "components": [share(None, 0, 7)]},
            ],
        },
    )  # fmt: skip
    lost = line("people-lost", "model.m")
    assert (lost.count, lost.of_count, lost.severity, lost.findings[0].detail) == (30, 1000, "bad", "30 / 1,000")
    assert line("people-elsewhere", "model.m").count == 5
    rescaled = line("rescaled", "model.m")
    assert ([each.key for each in rescaled.findings], rescaled.of_count) == (["320102"], 3)
    assert rescaled.notes[0][1] == "factors of the regions: 0.9 to 3."
    assert keys("grid-empty", "model.m") == ["320106"]
    assert keys("not-run", "model.m") == []


def test_a_model_that_never_ran_says_so():
    province, *_ = make_province()
    DemandModel.objects.create(slug="m", name_zh="模型", name_en="Model", region=province, recipe={}, created_at=NOW)
    assert keys("not-run", "model.m") == ["m"]
    assert line("people-lost", "model.m").of_count == 0


def test_closed_streets_of_active_networks():
    network = make_network()
    network.edge_count, network.node_count = 1000, 400
    network.report = {
        "closed_outside_largest_component": {"walk": {"edges": 50, "km": 3.2}, "car": {"edges": 0, "km": 0.0}},
        "cut_off": {"walk": {"nodes": 8, "km": 0.5}},
    }  # fmt: skip
    network.save()
    closed = line("closed-walk", "networks")
    assert (closed.count, closed.of_count, closed.severity, closed.findings[0].detail) == (50, 1000, "warn", "50 · 3.2 km")
    assert line("closed-car", "networks").severity == "good"
    assert (line("cut-off-walk", "networks").count, line("cut-off-walk", "networks").of_count) == (8, 400)


def test_one_data_set_is_checked_alone():
    *_, west, _ = make_province()
    venue("a", west, 118.75, 32.05)
    records = all_records(network=None, on=TODAY)
    everything = check_all(records)
    assert [check_one(records, each.code) for each in everything] == list(everything)
    for wrong in ("nothing", "venues.nothing", "demand.nothing", "model.x", "area-totals.x", "networks.x"):
        with pytest.raises(InputError):
            check_one(records, wrong)
