"""The pages of an import, step by step, as a planner without scripts goes through them."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from geo.jobs import imports as jobs
from geo.models import ImportBatch, Venue
from planner.accounts.models import Role
from tests.planner.accounts.world import make_member, make_world

pytestmark = [pytest.mark.django_db, pytest.mark.database]

SHEET = "编号,名称,类型,状态,经度,纬度\nN1,新零工驿站,零工驿站,运营中,{lon},{lat}\n"


@pytest.fixture
def world(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    return make_world()


@pytest.fixture
def planner(client, world):
    client.force_login(make_member(Role.PLANNER, world.west.region))
    return client


def upload(client, world, region=None, name="场所.csv"):
    place = world.west.region.boundary.centroid
    content = SHEET.format(lon=place.x + 0.01, lat=place.y).encode("gb18030")
    form = {"kind": "venues", "file": SimpleUploadedFile(name, content), "region": (region or world.west.region).pk,
            "source": "", "name_zh": "摸排表"}  # fmt: skip
    return client.post(reverse("imports:upload"), form)


def read(client, world):
    upload(client, world)
    batch = ImportBatch.objects.latest("pk")
    jobs.read_import(batch.pk)
    return batch


def test_a_file_is_received_and_waits_to_be_read(planner, world):
    answer = upload(planner, world)
    batch = ImportBatch.objects.latest("pk")
    assert answer.status_code == 302
    assert (batch.stage, batch.state, batch.file_name) == ("received", "queued", "场所.csv")
    assert planner.get(reverse("imports:batch", args=[batch.pk])).status_code == 200


def test_the_columns_are_proposed_and_the_datum_is_not(planner, world):
    batch = read(planner, world)
    page = planner.get(reverse("imports:columns", args=[batch.pk])).content.decode()
    assert "新零工驿站" in page
    assert 'value="wgs84" checked' not in page.replace("\n", " ")


def test_another_region_and_another_form_are_refused(planner, world):
    before = ImportBatch.objects.count()
    assert upload(planner, world, region=world.east.region).status_code in (200, 400)
    assert upload(planner, world, name="x.exe").status_code in (200, 400)
    assert ImportBatch.objects.count() == before


def test_a_checked_import_is_shown_committed_and_taken_back(planner, world):
    from django.utils import timezone

    from geo.services import imports

    batch = read(planner, world)
    batch.refresh_from_db()
    imports.choose(batch, mapping=imports.suggestions(batch), datum="wgs84")
    imports.check(batch, on=timezone.localdate())
    page = planner.get(reverse("imports:batch", args=[batch.pk]))
    assert page.status_code == 200
    assert planner.get(reverse("imports:points", args=[batch.pk])).json()["count"] == 1
    returned = planner.get(reverse("imports:returned", args=[batch.pk]))
    assert returned.status_code == 200
    assert planner.post(reverse("imports:commit", args=[batch.pk])).status_code == 302
    jobs.commit_import(batch.pk)
    assert Venue.objects.filter(code="N1").exists()
    assert planner.get(reverse("imports:undo", args=[batch.pk])).status_code == 200
    assert planner.post(reverse("imports:undo", args=[batch.pk])).status_code == 302
    assert not Venue.objects.filter(code="N1").exists()


def test_an_import_of_a_neighbour_does_not_exist(planner, world):
    assert planner.get(reverse("imports:batch", args=[world.east.batch.pk])).status_code == 404
