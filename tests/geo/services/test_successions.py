import csv
import datetime as dt

import pytest

from geo.models import Region, RegionSuccession
from geo.services.successions import SUCCESSIONS, close_region, join_to_regions, keep_successions, read_successions
from tests.factories import make_province, make_region
from tests.geo.management.files import run_json

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_loading_regions_records_what_became_of_former_ones():
    assert run_json("load_regions", "--province", "江苏省")[0] == 0
    count = RegionSuccession.objects.count()
    assert RegionSuccession.objects.get(predecessor_code="320611").successor_code == "320613"
    assert run_json("load_regions", "--province", "江苏省")[0] == 0
    assert RegionSuccession.objects.count() == count == len(read_successions())
    on_record = set(Region.objects.values_list("code", flat=True))
    assert set(RegionSuccession.objects.values_list("successor_code", flat=True)) <= on_record
    assert not on_record & set(RegionSuccession.objects.values_list("predecessor_code", flat=True))

    joined = join_to_regions(
        ["320611", "", ""], ["港闸区", "鼓楼区", "苏州工业园区"], 2020, on=dt.date(2026, 1, 1), parents=["", "徐州市", ""]
    )
    assert joined.region_codes == ["320613", "320302", "320571"]
    assert [row.how for row in joined.rows] == ["succession", "name", "zone"]


def test_the_table_is_sound():
    """Codes of six digits in one province; shares of each region add up to 1; every change names its document."""
    with SUCCESSIONS.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    shares = {}
    for row in rows:
        assert len(row["predecessor_code"]) == len(row["successor_code"]) == 6
        assert row["predecessor_code"][:4] == row["successor_code"][:4]
        assert row["predecessor_name"]
        assert row["document"]
        assert len(row["document"]) <= 200
        assert dt.date(2009, 1, 1) < dt.date.fromisoformat(row["happened_on"]) < dt.date(2026, 1, 1)
        shares[row["predecessor_code"]] = shares.get(row["predecessor_code"], 0) + float(row["share"])
    assert set(shares.values()) == {1.0}


def test_an_old_region_on_record_is_ended_with_its_history():
    _, city, *_ = make_province()
    old = make_region("320103", "白下区", "county", parent=city)
    Region.objects.filter(pk=old.pk).update(valid_from=dt.date(2000, 1, 1))
    keep_successions("320000")
    old.refresh_from_db()
    assert old.valid_until == dt.date(2013, 3, 28)
    assert old.history.count() == 2
    assert close_region("320103", on=dt.date(2020, 1, 1)) == 0
    assert close_region("320102", on=dt.date(2026, 1, 1)) == 1


def test_other_provinces_stay_out():
    assert keep_successions("310000") == 0
    assert not RegionSuccession.objects.exists()
