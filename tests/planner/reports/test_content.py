"""What a report says adds up, and holds only what its reader may see."""

import pytest

from coverage.models import CoverageResult, RecommendedSite
from geo.models import DataSource
from planner.reports.content import report_content
from tests.factories import make_plan_on_province

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def content_of(recommendation, *, below="3"):
    return report_content(
        recommendation,
        results=CoverageResult.objects.filter(region__code__startswith=below),
        sites=RecommendedSite.objects.filter(region__code__startswith=below),
        sources=DataSource.objects.all(),
    )


def test_the_whole_province_shows_before_and_after():
    content = content_of(make_plan_on_province())
    assert content.whole
    assert content.region.code == "320000"
    # 1,000 workers; 700 reached after, 500 of them served: 200 over capacity, 300 out of reach.
    assert (content.reached_after_share, content.served_after_share) == (0.7, 0.5)
    assert (content.over_capacity_after_persons, content.out_of_reach_after_persons) == (200, 300)
    assert content.over_capacity_share == 0.1
    assert content.out_of_reach_share == 0.7


def test_phases_group_sites_by_year_and_action():
    content = content_of(make_plan_on_province())
    rows = [(row.year, str(row.action), row.sites_count, row.newly_reached_persons) for row in content.phases]
    assert [row[0] for row in rows] == [2022, 2022, 2025]
    assert sum(row[2] for row in rows) == 3
    assert sum(row[3] for row in rows) == 400
    assert sum(row.cost_yuan for row in content.phases) == 3 * 480_000


def test_region_rows_count_the_sites_inside():
    content = content_of(make_plan_on_province())
    assert [(row.result.region.code, row.sites_count, row.newly_reached_persons) for row in content.cities] == [
        ("320100", 3, 400)
    ]
    counties = {row.result.region.code: (row.sites_count, row.newly_reached_persons) for row in content.counties}
    assert counties == {"320102": (1, 100), "320104": (2, 300)}


def test_a_reader_of_one_county_sees_that_county_only():
    content = content_of(make_plan_on_province(), below="320104")
    assert not content.whole
    assert content.total.region.code == "320104"
    assert [site.region.code for site in content.sites] == ["320104", "320104"]
    assert content.cities == ()


def test_what_names_other_regions_is_for_readers_of_the_whole():
    recommendation = make_plan_on_province()
    whole, part = content_of(recommendation), content_of(recommendation, below="320104")
    assert [notice["code"] for notice in (*whole.notes, *whole.unmet)] == ["snap", "quota"]
    assert part.notes == part.unmet == []


def test_a_reader_of_another_province_sees_nothing():
    assert content_of(make_plan_on_province(), below="33") is None


def test_synthetic_sources_are_named():
    content = content_of(make_plan_on_province())
    assert content.is_synthetic
    assert {source.slug for source in content.sources} == {"facts", "streets"}
