"""The map: classes, scale, places."""

import numpy as np
import pytest
from pyproj import Geod

from coverage.models import CoverageResult, RecommendedSite
from planner.reports.map_picture import CLASS_COLOURS, NO_DATA, class_limits, class_of, draw_map
from tests.factories import make_plan_on_province, make_result


@pytest.mark.parametrize(
    ("shares", "top"), [([0.0], 0.06), ([0.05, 0.29], 0.30), ([0.3], 0.30), ([0.31], 0.36), ([1.0], 1.0), ([None, 0.99], 1.0)]
)
def test_limits_are_six_equal_steps_up_to_the_data(shares, top):
    np.testing.assert_allclose(class_limits(shares), np.linspace(0, top, 7), atol=1e-12)


def test_a_limit_belongs_to_the_class_above_and_the_last_class_holds_its_end():
    limits = class_limits([0.6])  # 0, 0.1, ... 0.6
    assert [class_of(share, limits) for share in (0.0, 0.0999, 0.1, 0.59, 0.6)] == [0, 0, 1, 5, 5]


@pytest.mark.django_db
@pytest.mark.database
class TestDrawnMap:
    def picture(self):
        recommendation = make_plan_on_province()
        areas = list(CoverageResult.objects.filter(region__level="county").order_by("region__code").select_related("region"))
        outlined = list(CoverageResult.objects.filter(region__level="prefecture").select_related("region"))
        return draw_map(areas, outlined, RecommendedSite.objects.filter(recommendation=recommendation).order_by("rank"))

    def test_counties_are_coloured_by_share_within_reach(self):
        picture = self.picture()
        # West: 300 of 400 = 0.75, limits are steps of 0.13 to 0.78: class 5. East: 0 of 600: class 0.
        assert [region.colour for region in picture.regions] == [CLASS_COLOURS[5], CLASS_COLOURS[0]]
        assert sum(step.regions_count for step in picture.legend) == 2

    def test_it_fills_the_sheet_and_tells_its_scale(self):
        picture = self.picture()
        assert picture.width == pytest.approx(170.0)
        # The widest parallel of the box is its southern edge, 0.2° at 32.0° N; the drawing is 170 mm for that length.
        length_metres = Geod(ellps="WGS84").line_length([118.7, 118.9], [32.0, 32.0])
        assert picture.scale_denominator == pytest.approx(length_metres / 0.170, rel=0.05)
        bar = picture.scale_bar_km * 1000 / picture.scale_bar_millimetres
        assert bar == pytest.approx(length_metres / 170, rel=1e-3)

    def test_north_is_up_and_west_is_left(self):
        first, second, third = self.picture().sites
        assert first.x < second.x < third.x
        assert [site.action for site in (first, second, third)] == ["integrate", "build", "renovate"]

    def test_a_region_without_workers_is_hatched(self):
        recommendation = make_plan_on_province()
        CoverageResult.objects.filter(region__code="320104").delete()
        east = recommendation.region.children.get().children.get(code="320104")
        make_result(recommendation.run, east, 0, 0, 0)
        areas = list(CoverageResult.objects.filter(region__level="county").order_by("region__code").select_related("region"))
        assert [region.colour for region in draw_map(areas, [], []).regions] == [CLASS_COLOURS[5], NO_DATA]

    def test_without_boundaries_there_is_no_map(self):
        assert draw_map([], [], []) is None
