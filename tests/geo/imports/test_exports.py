"""Import → export → import is the identity, whatever a text holds."""

import datetime as dt
import json

import pytest
from django.contrib.gis.geos import Point
from django.core.management import call_command
from hypothesis import HealthCheck, given
from hypothesis import settings as checks
from hypothesis import strategies as st

from geo.engine.errors import InputError
from geo.imports.exports import FORMATS, write_export
from geo.imports.folders import preview_of
from geo.models import (
    CandidateDetail,
    GatheringDetail,
    HourlyCount,
    Occupation,
    OpeningHours,
    Region,
    Venue,
)  # fmt: skip
from geo.services import imports
from tests.factories import NOW, make_province, make_source

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def make_venue(code, kind, region, *, lon=118.7512345678901, lat=32.05, **values):
    values = {"name_zh": f"场所{code}", "status": "operating"} | values
    return Venue.objects.create(
        code=code, kind=kind, region=region, location=Point(lon, lat, srid=4326), source=make_source("given"), **values
    )


@pytest.fixture
def province():
    province, _city, west, east = make_province()
    mason = Occupation.objects.create(code="mason", name_zh="瓦工", name_en="mason")
    cook = Occupation.objects.create(code="cook", name_zh="厨师", name_en="cook")
    market = make_venue(
        "025-001", "gig_market_comprehensive", west, name_zh="=HYPERLINK(1)", name_en="-1", phone="+86 25 8300", address="'=x",
        floor_area_m2=650.5, capacity_persons=1200, operator="@局",
    )  # fmt: skip
    market.occupations.set([mason, cook])
    OpeningHours.objects.create(venue=market, weekday_mask=31, opens_at=dt.time(5, 30), closes_at=dt.time(11, 30))
    OpeningHours.objects.create(venue=market, weekday_mask=96, season="summer", opens_at=dt.time(6), closes_at=dt.time(10))
    make_venue("S1", "gig_station", east, lon=118.85, lat=32.0600000000001, status="trial")
    site = make_venue("C1", "candidate_site", east, lon=118.83, status="candidate")
    CandidateDetail.objects.create(
        venue=site, action="renovation", build_cost_yuan=850000.5, lead_months=6, has_van_access=False
    )
    point = make_venue("G1", "informal_gathering_point", west, lon=118.72, waiting_persons=80)
    GatheringDetail.objects.create(
        venue=point, landmark="桥下", started_year=2010, disposition="guide", mode_shares={"walk": 0.3, "ebike": 0.7}
    )
    for hour, workers in ((5, 40), (6, 12)):
        HourlyCount.objects.create(venue=point, counted_on=dt.date(2026, 10, 20), hour=hour, workers_persons=workers)
    make_venue("G2", "informal_gathering_point", west, lon=118.73)
    return province


def again(path, kind, region):
    batch = imports.receive(path=path, name=path.name, kind=kind, region=region, source=make_source("sheet"), at=NOW)
    imports.read(batch)
    imports.choose(batch, mapping=imports.suggestions(batch), datum="wgs84")
    return imports.check(batch, on=NOW.date())


def differences(batch):
    frame = preview_of(batch)
    found = []
    for line in frame.to_dict("records"):
        if line["status"] != "unchanged":
            old, new = json.loads(line["before"] or "{}"), json.loads(line["record"] or "{}")
            found.append((line["key"], line["status"], {n: (old.get(n), v) for n, v in new.items() if old.get(n) != v},
                          list(line["problems"])))  # fmt: skip
    return found


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(("kind", "count"), [("venues", 2), ("candidates", 1), ("gathering_points", 2)])
def test_what_goes_out_comes_back_unchanged(tmp_path, province, kind, count, form, language):
    path = tmp_path / f"{kind}.{form}"
    assert write_export(kind, path, language=language) == count
    batch = again(path, kind, province)
    assert differences(batch) == []
    assert batch.summary["counts"]["unchanged"] == count


TEXTS = st.text(st.characters(categories=("L", "N", "P", "S")), min_size=1, max_size=30) | st.sampled_from(
    ["=1+1", "'=1", "''-x", "-", "+86", "@a", "'", "''", '"', "a,b", "1e5", "007", "nan", "1.50", "true", "a;b", "NULL"]
)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@checks(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(TEXTS, min_size=3, max_size=3))
def test_any_text_comes_back_as_it_was(tmp_path, province, form, texts):
    name, address, operator = texts
    Venue.objects.filter(code="S1").update(name_zh=name, address=address, operator=operator)
    path = tmp_path / f"venues.{form}"
    write_export("venues", path)
    assert differences(again(path, "venues", province)) == []


def test_only_the_region_and_the_source_asked_for(tmp_path, province):
    west = Region.objects.get(code="320102")
    assert write_export("venues", tmp_path / "a.csv", region=west) == 1
    assert write_export("venues", tmp_path / "b.csv", source=make_source("other")) == 0
    assert write_export("venues", tmp_path / "c.gpkg", source=make_source("other")) == 0


def test_unknown_kinds_and_forms_are_refused(tmp_path):
    for kind, name, code in (("venues", "a.pdf", "export.form"), ("nothing", "a.csv", "export.kind")):
        with pytest.raises(InputError) as caught:
            write_export(kind, tmp_path / name)
        assert caught.value.problems[0].code == code


def test_the_commands_write_and_count(tmp_path, province, capsys):
    call_command("export_records", str(tmp_path / "v.xlsx"), kind="venues", json=True)
    assert json.loads(capsys.readouterr().out)["records"] == 2
    call_command("import_template", str(tmp_path / "t.xlsx"), kind="venues", json=True)
    assert json.loads(capsys.readouterr().out)["fields"] > 10
    for options in ({"region": "999999"}, {"source": "nobody"}):
        with pytest.raises(SystemExit) as stopped:
            call_command("export_records", str(tmp_path / "v.csv"), kind="venues", json=True, **options)
        assert stopped.value.code == 2
