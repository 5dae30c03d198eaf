"""load_regions keeps a province, again and again, without doubles."""

import pytest
from django.contrib.gis.geos import Point

from geo.models import Region
from tests.geo.management.files import problems, run, run_json

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_jiangsu_and_again():
    code, first = run_json("load_regions", "--province", "江苏省")
    assert code == 0
    assert first["counts"] == {"province": 1, "prefecture": 13, "county": 95}
    assert (first["functional_zones"], first["created"], first["updated"]) == (11, 120, 0)
    assert first["without_name_en"] == first["without_residents"] == 0
    ids = set(Region.objects.values_list("pk", flat=True))
    code, second = run_json("load_regions", "--province", "江苏省")
    assert (code, second["created"], second["updated"]) == (0, 0, 120)
    assert set(Region.objects.values_list("pk", flat=True)) == ids

    assert Region.objects.get(code="320102").path == "320000/320100/320102/"
    zone = Region.objects.get(code="320571")
    assert (zone.unit_type, zone.parent.code, zone.boundary) == ("functional_zone", "320500", None)
    statutory = Region.objects.filter(unit_type="statutory")
    for level in ("province", "prefecture", "county"):
        assert sum(statutory.filter(level=level).values_list("resident_persons", flat=True)) == 84_748_016
    assert Region.objects.get(code="320100").resident_persons == 9_314_685  # Nanjing, bulletin of the seventh census
    assert Region.objects.get(code="320571").resident_persons == 1_133_927
    assert Region.objects.filter(level="county", boundary__contains=Point(118.797, 32.055, srid=4326)).get().code == "320102"


def test_a_municipality_stands_beside_it():
    assert run_json("load_regions", "--province", "上海市")[1]["counts"] == {"province": 1, "county": 16}
    code, out, _err = run("load_regions", "--province", "上海市")
    assert code == 0
    assert "17 regions have no English name on record" in out
    assert Region.objects.get(code="310101").path == "310000/310101/"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--province", "江苏"), ("province.unknown", None, "province")),
        (("--province", "Jiangsu"), ("province.unknown", None, "province")),
        (("--province", "江苏省", "--source", "amap"), ("boundary.gcj02", None, "source")),
        (("--province", "江苏省", "--source", "nowhere"), ("boundary.source_unknown", None, "source")),
    ],
)
def test_mistakes_end_with_exit_code_2_and_change_nothing(arguments, expected):
    assert problems("load_regions", *arguments) == [expected]
    assert Region.objects.count() == 0
