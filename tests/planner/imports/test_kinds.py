"""Files of kinds without points, through the pages: no datum is asked for, and a file can be the whole of its source."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from geo.models import AreaTotal, DataSource, ImportBatch, Region
from planner.accounts.models import Role
from tests.planner.accounts.world import make_member
from tests.planner.imports.test_views import at, work

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def brought(client, world, text, *, kind="area_totals", name="普查.csv"):
    file = SimpleUploadedFile(name, text.encode())
    values = {"kind": kind, "file": file, "region": world.west.region.pk, "source": "", "name_zh": "普查", "year": 2020}
    assert client.post(reverse("imports:upload"), values).status_code == 302
    batch = ImportBatch.objects.latest("pk")
    work(batch)
    return batch


def answer(**changes):
    return {"column-area_code": "区划代码", "column-area_name": "区县", "column-persons": "人数", "constant-year": "2020",
            "constant-measure": "residents"} | changes  # fmt: skip


def checked(client, batch, **changes):
    assert client.post(at("columns", batch), answer(**changes)).status_code == 302
    work(batch)
    return client.get(at("batch", batch)).content.decode()


def committed(client, batch):
    client.post(at("commit", batch))
    work(batch, False, False, None)


def test_totals_of_areas_need_no_datum_and_say_how_they_were_joined(planner, world):
    region = Region.objects.get(pk=world.west.region.pk)
    batch = brought(planner, world, f"区划代码,区县,人数\n{region.code},{region.name_zh},1200\n,无名区,30\n")
    page = planner.get(at("columns", batch)).content.decode()
    assert 'id="datums"' not in page
    assert 'name="replace"' in page
    preview = checked(planner, batch)
    assert "1,230" in preview
    assert "<td>1200</td>" in preview
    assert "无名区" in preview
    assert "leaflet" not in preview
    committed(planner, batch)
    assert set(AreaTotal.objects.values_list("persons", "region__code")) == {(1200, region.code), (30, None)}


def test_a_file_that_is_the_whole_of_its_source(planner, world):
    code = world.west.region.code
    committed_first = brought(planner, world, f"区划代码,区县,人数\n{code},甲,1200\n,无名区,30\n")
    checked(planner, committed_first)
    committed(planner, committed_first)
    again = brought(planner, world, f"区划代码,区县,人数\n{code},甲,1200\n")
    assert "notice" in checked(planner, again, replace="on")
    committed(planner, again)
    assert AreaTotal.objects.count() == 1
    assert again.summary["written"] == {"created": 0, "changed": 0, "removed": 1}
    assert "removed records" in planner.get(at("batch", again), headers={"accept-language": "en"}).content.decode()


def test_records_come_out_by_source_to_those_who_may_see_them(planner, world):
    batch = brought(planner, world, f"区划代码,区县,人数\n{world.west.region.code},甲,1200\n")
    checked(planner, batch)
    committed(planner, batch)
    slug = DataSource.objects.get(name_zh="普查").slug
    url = reverse("imports:export", args=["area_totals", "csv"])
    assert f"{url}?source={slug}" in planner.get(reverse("imports:list")).content.decode()
    sent = b"".join(planner.get(f"{url}?source={slug}").streaming_content).decode("utf-8-sig")
    assert "1200" in sent
    assert planner.get(url).status_code == 404
    assert planner.get(reverse("imports:export", args=["area_totals", "gpkg"])).status_code == 404
    stranger = Client()
    stranger.force_login(make_member(Role.PLANNER, world.east.region, name="stranger"))
    assert stranger.get(f"{url}?source={slug}").status_code == 404
    assert slug not in stranger.get(reverse("imports:list")).content.decode()


def test_a_changed_boundary_is_told_in_vertices(planner, world):
    region = world.west.region
    ring = [[118.7, 32.0], [118.8, 32.0], [118.8, 32.05], [118.75, 32.1], [118.7, 32.1], [118.7, 32.0]]

    text = json.dumps(
        {"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [ring]},
         "properties": {"code": region.code, "name_zh": region.name_zh, "level": region.level}}]}
    )  # fmt: skip
    batch = brought(planner, world, text, kind="regions", name="boundary.geojson")
    sent = {"column-code": "code", "column-name_zh": "name_zh", "column-level": "level", "datum": "wgs84"}
    assert planner.post(at("columns", batch), sent).status_code == 302
    work(batch)
    assert "6 vertices" in planner.get(at("batch", batch), headers={"accept-language": "en"}).content.decode() or (
        "6 个顶点" in planner.get(at("batch", batch)).content.decode()
    )
