"""A population grid from a browser: received, read apart, kept for the region of its planner; or refused in words."""

import io

import numpy as np
import pytest
import rasterio
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from rasterio.transform import from_origin

from geo.engine.errors import InputError
from geo.jobs import import_queue
from geo.models import DataSource, ImportBatch
from geo.services.grids import grid_sources
from geo.tasks import import_grid
from planner.accounts.models import Role
from tests.planner.accounts.world import make_member, make_world

pytestmark = [pytest.mark.django_db, pytest.mark.database]
UPLOAD = "/demand/grids/new/"
NODATA = -9999.0


@pytest.fixture
def world(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    return make_world()


@pytest.fixture
def planner(client, world):
    client.force_login(make_member(Role.PLANNER, world.west.region))
    return client


def tif(values, west=118.70, north=32.10, step=0.01):
    """Return a GeoTIFF in memory."""
    array = np.array(values, np.float32)
    with rasterio.MemoryFile() as file:
        with file.open(
            driver="GTiff", width=array.shape[1], height=array.shape[0], count=1, dtype="float32", crs="EPSG:4326",
            transform=from_origin(west, north, step, step), nodata=NODATA,
        ) as raster:  # fmt: skip
            raster.write(array, 1)
        return bytes(file.getbuffer())


def form(world, content=None, name="人口.tif", **changes):
    pixels = np.full((10, 10), 7.0)
    pixels[0, :2] = NODATA
    values = {
        "file": SimpleUploadedFile(name, content if content is not None else tif(pixels)), "region": world.west.region.pk,
        "measure": "residents", "resolution": 8, "name_zh": "人口栅格", "owner": "某大学", "year": 2020,
    }  # fmt: skip
    return values | changes


def latest():
    return ImportBatch.objects.latest("pk")


def brought(client, world, **changes):
    answer = client.post(UPLOAD, form(world, **changes))
    assert answer.status_code == 302, answer.context["form"].errors
    return latest()


def test_a_raster_is_received_read_and_told(planner, world, settings):
    batch = brought(planner, world)
    assert (batch.state, batch.stage, batch.region) == ("queued", "received", world.west.region)
    address = reverse("demand:grid", args=[batch.pk])
    assert "progress" in planner.get(address).content.decode()
    import_grid.call(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.stage) == ("done", "committed")
    found = batch.summary
    assert found["persons"] == 686  # 98 pixels of 7
    assert found["persons_inside"] + found["persons_outside"] == 686
    assert found["about"]["pixels"]["nodata"] == 2
    page = planner.get(address)
    assert "686" in page.content.decode()
    assert [source.slug for source in grid_sources(settings.VAR_DIR)] == [batch.source.slug]
    assert batch.source.owner == "某大学"


def test_only_the_box_of_the_region_is_read_and_what_lies_around_it_is_said(planner, world):
    """Twenty pixels wide: ten in the west, ten in the east, which is not this planner's."""
    batch = brought(planner, world, content=tif(np.full((10, 20), 7.0)))
    import_grid.call(batch.pk)
    batch.refresh_from_db()
    assert 700 <= batch.summary["persons"] < 800
    assert batch.summary["persons_inside"] <= 700


def test_a_table_must_declare_its_datum_and_is_read_by_its_columns(planner, world):
    table = "lon,lat,人口\n118.75,32.05,40\n118.76,32.06,2\n"
    refused = planner.post(UPLOAD, form(world, table.encode(), "人口.csv"))
    assert (refused.status_code, list(refused.context["form"].errors)) == (400, ["datum"])
    batch = brought(planner, world, content=table.encode(), name="人口.csv", datum="wgs84", as_points="on")
    import_grid.call(batch.pk)
    batch.refresh_from_db()
    assert (batch.summary["persons"], batch.summary["about"]["form"], batch.summary["about"]["rows"]) == (42, "points", 2)


@pytest.mark.parametrize("changes", [
    {"name": "x.exe"}, {"name": "x"}, {"name_zh": ""}, {"year": ""}, {"year": 1200}, {"file": ""}, {"resolution": 3},
    {"measure": "cats"}, {"datum": "mars"}, {"band": 0},
])  # fmt: skip
def test_a_form_with_a_mistake_is_sent_back(planner, world, changes):
    count = ImportBatch.objects.count()
    sources = DataSource.objects.count()
    assert planner.post(UPLOAD, form(world, **changes)).status_code == 400
    assert (ImportBatch.objects.count(), DataSource.objects.count()) == (count, sources)


@pytest.mark.parametrize("content", [b"", b"II*\0 no raster", tif(np.full((2, 2), 0.0)), tif(np.full((2, 2), 5.0), west=100)])
def test_what_cannot_be_used_is_refused_with_a_sentence_and_nothing_is_kept(planner, world, settings, content):
    answer = planner.post(UPLOAD, form(world, content))
    if answer.status_code == 400:  # an empty file is seen at once
        assert answer.context["form"].errors["file"]
        return
    batch = latest()
    with pytest.raises(InputError):
        import_grid.call(batch.pk)
    batch.refresh_from_db()
    assert batch.state == "failed"
    assert batch.warnings
    page = planner.get(reverse("demand:grid", args=[batch.pk])).content.decode()
    assert batch.warnings[0]["zh"][:6] in page or batch.warnings[0]["en"][:6] in page
    assert grid_sources(settings.VAR_DIR) == []


def test_another_region_is_not_to_be_chosen(planner, world):
    for region in (world.east.region, world.province):
        assert planner.post(UPLOAD, form(world, region=region.pk)).status_code == 400


def test_nobody_replaces_the_grid_of_another_region(world, client):
    slugs = []
    for name, county in (("a", world.west), ("b", world.east)):
        client.force_login(make_member(Role.PLANNER, county.region, name=name))
        slugs.append(brought(client, world, region=county.region.pk).source.slug)
    assert len(set(slugs)) == 2
    again = brought(client, world, region=world.east.region.pk, licence="CC BY 4.0")
    assert (again.source.slug, again.source.licence) == (slugs[1], "CC BY 4.0")


def test_a_grid_of_another_region_is_not_there(planner, world, client):
    for name in ("grid", "grid_state"):
        assert planner.get(reverse(f"demand:{name}", args=[world.east.grid.pk])).status_code == 404
        assert planner.get(reverse(f"demand:{name}", args=[world.west.batch.pk])).status_code == 404  # a table
    assert planner.post(reverse("demand:grid_cancel", args=[world.east.grid.pk])).status_code == 404


def test_grids_stay_out_of_the_pages_of_tables(planner, world):
    batch = brought(planner, world)
    assert batch not in planner.get("/imports/").context["batches"].object_list
    for name in ("batch", "columns", "undo"):
        assert planner.get(reverse(f"imports:{name}", args=[batch.pk])).status_code == 404


def test_a_cancelled_grid_is_not_read(planner, world, settings):
    batch = brought(planner, world)
    planner.post(reverse("demand:grid_cancel", args=[batch.pk]))
    import_grid.call(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.stage, grid_sources(settings.VAR_DIR)) == ("cancelled", "received", [])
    with pytest.raises(InputError):
        import_queue.queue_grid(brought(planner, world))  # it waits already


def test_a_body_above_the_limit_is_refused_before_it_is_read(planner):
    class Unread(io.BytesIO):
        def read(self, *_):
            raise AssertionError("the body was read")

    answer = planner.generic(
        "POST", UPLOAD, b"", "multipart/form-data; boundary=x", CONTENT_LENGTH="300000000", **{"wsgi.input": Unread()}
    )
    assert answer.status_code == 413


def test_a_form_from_elsewhere_and_one_of_a_reviewer_are_refused(world):
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(make_member(Role.PLANNER, world.west.region))
    assert careful.post(UPLOAD, form(world)).status_code == 403
    careful = Client()
    careful.force_login(make_member(Role.REVIEWER, world.west.region, name="reviewer"))
    assert careful.post(UPLOAD, form(world)).status_code == 403
