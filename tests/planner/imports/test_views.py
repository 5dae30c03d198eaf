"""The pages of an import, step by step, as a planner without scripts goes through them."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from geo.imports.folders import folder_of
from geo.jobs import import_queue
from geo.jobs.signs import STALE_AFTER, FileSigns, is_asked_to_stop
from geo.models import DataSource, ImportBatch, ImportMapping, Venue
from geo.tasks import check_import, commit_import, read_import, undo_import
from planner.accounts.models import Role
from planner.imports.uploads import safe_name
from tests.planner.accounts.world import make_member

pytestmark = [pytest.mark.django_db, pytest.mark.database]

HEADER = "编号,名称,类型,状态,经度,纬度,电话"
GOOD = "N1,新零工驿站,零工驿站,运营中,118.76,32.05,025"
BAD = "N2,<b>又一个</b>,菜市场,运营中,118.77,32.05,"
STEPS = {"received": read_import, "read": check_import, "checked": commit_import, "committed": undo_import}


def form(world, *rows, region=None, name="场所.csv", **changes):
    content = "\r\n".join([HEADER, *rows, ""]).encode("gb18030")
    values = {"kind": "venues", "file": SimpleUploadedFile(name, content), "region": (region or world.west.region).pk,
              "source": "", "name_zh": "摸排表", "owner": "区人社局", "year": 2026}  # fmt: skip
    return values | changes


def work(batch, *arguments):
    """Do the step that waits, as a worker would."""
    batch.refresh_from_db()
    assert batch.state == "queued"
    STEPS[batch.stage].call(batch.pk, *arguments)
    batch.refresh_from_db()


def at(name, batch):
    return reverse(f"imports:{name}", args=[batch.pk])


def brought(client, world, *rows):
    """Return an import whose file was read."""
    client.post(reverse("imports:upload"), form(world, *rows))
    batch = ImportBatch.objects.latest("pk")
    work(batch)
    return batch


def answer(batch, datum="wgs84", **changes):
    fields = dict(zip(("code", "name_zh", "kind", "status", "x", "y", "phone"), HEADER.split(","), strict=True))
    return {f"column-{field}": column for field, column in fields.items()} | {"datum": datum} | changes


def checked(client, world, *rows, **changes):
    batch = brought(client, world, *rows)
    assert client.post(at("columns", batch), answer(batch, **changes)).status_code == 302
    work(batch)
    return batch


def test_a_file_is_received_with_its_source_and_waits_to_be_read(planner, world):
    answer = planner.post(reverse("imports:upload"), form(world, GOOD))
    batch = ImportBatch.objects.latest("pk")
    assert answer.status_code == 302
    assert (batch.stage, batch.state, batch.file_name) == ("received", "queued", "场所.csv")
    assert (batch.source.name_zh, batch.source.name_en, batch.source.owner, batch.source.year) == (
        "摸排表",
        "摸排表",
        "区人社局",
        2026,
    )
    assert planner.get(at("batch", batch)).status_code == 200
    assert planner.get(at("state", batch)).json() == {
        "stage": "received", "state": "queued", "share": 0.0, "step": "正在读取文件", "said": "等待后台进程。", "busy": True
    }  # fmt: skip


def test_the_same_source_is_kept_once_and_one_on_record_can_be_chosen(planner, world):
    for _ in range(2):
        planner.post(reverse("imports:upload"), form(world, GOOD))
    known = DataSource.objects.get(name_zh="摸排表")
    planner.post(reverse("imports:upload"), form(world, GOOD, source=known.pk, name_zh=""))
    assert {batch.source for batch in ImportBatch.objects.order_by("-pk")[:3]} == {known}


@pytest.mark.parametrize("changes", [
    {"name": "x.exe"}, {"name": "x"}, {"name_zh": ""}, {"kind": "nothing"}, {"kind": ""}, {"year": 12}, {"file": ""},
])  # fmt: skip
def test_a_form_with_a_mistake_is_sent_back(planner, world, changes):
    before = ImportBatch.objects.count()
    assert planner.post(reverse("imports:upload"), form(world, GOOD, **changes)).status_code == 400
    assert ImportBatch.objects.count() == before


def test_another_region_is_not_to_be_chosen(planner, world):
    for region in (world.east.region, world.province):
        assert planner.post(reverse("imports:upload"), form(world, GOOD, region=region)).status_code == 400
    assert ImportBatch.objects.filter(file_name="场所.csv", source__name_zh="摸排表").count() == 0


def test_a_body_above_the_limit_is_refused_before_it_is_read(planner, world):
    class Unread(io.BytesIO):
        def read(self, *_):
            raise AssertionError("the body was read")

    answer = planner.generic(
        "POST", reverse("imports:upload"), b"", "multipart/form-data; boundary=x", CONTENT_LENGTH="300000000",
        **{"wsgi.input": Unread()},
    )  # fmt: skip
    assert answer.status_code == 413


def test_a_form_from_elsewhere_is_refused(world):
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(make_member(Role.PLANNER, world.west.region))
    assert careful.post(reverse("imports:upload"), form(world, GOOD)).status_code == 403


@pytest.mark.parametrize(("given", "kept"), [
    ("../../etc/passwd.csv", "passwd.csv"), ("C:\\a\\b.csv", "b.csv"), ("a\x00\x1b[31m.csv", "a[31m.csv"),
    ("场所.csv", "场所.csv"),
    ("...", "file"), ("", "file"), ("长" * 300 + ".xlsx", "长" * 115 + ".xlsx"), ("\u202egpj.csv", "gpj.csv"),
])  # fmt: skip
def test_names_of_files_are_made_safe(given, kept):
    assert safe_name(given) == kept


def test_the_columns_are_proposed_and_the_datum_is_not(planner, world):
    batch = brought(planner, world, GOOD)
    page = planner.get(at("columns", batch))
    assert {row.spec.name: row.column for row in page.context["shown"]} == {
        "code": "编号", "name_zh": "名称", "kind": "类型", "status": "状态", "x": "经度", "y": "纬度", "phone": "电话"
    }  # fmt: skip
    assert "新零工驿站" in page.content.decode()
    assert page.context["datum"] == ""
    refused = planner.post(at("columns", batch), answer(batch, datum=""))
    assert refused.status_code == 400
    assert "没有声明坐标系" in refused.content.decode()


def test_a_column_for_two_fields_and_a_missing_one_are_told_together(planner, world):
    batch = brought(planner, world, GOOD)
    refused = planner.post(at("columns", batch), answer(batch, **{"column-name_zh": "编号", "column-kind": ""}))
    assert refused.status_code == 400
    assert len(refused.context["problems"]) == 2
    assert "&lt;b&gt;" not in refused.content.decode()


def test_a_fixed_value_stands_in_for_a_column(planner, world):
    batch = checked(planner, world, GOOD, **{"column-status": "", "constant-status": "building"})
    assert batch.summary["counts"]["new"] == 1
    assert planner.get(at("columns", batch)).context["shown"][3].constant == ""
    rows = {row.spec.name: row for row in planner.get(at("columns", batch)).context["shown"]}
    assert (rows["status"].column, rows["status"].constant) == ("", "building")


def test_columns_are_saved_and_used_again(planner, world):
    checked(planner, world, GOOD, save_as="区里的表", **{"column-phone": ""})
    saved = ImportMapping.objects.get(name="区里的表")
    batch = brought(planner, world, BAD)
    page = planner.get(f"{at('columns', batch)}?mapping={saved.pk}")
    assert (page.context["datum"], "phone" in {row.spec.name for row in page.context["shown"]}) == ("wgs84", False)
    foreign = ImportMapping.objects.create(
        name="别区", kind="venues", region=world.east.region, mapping={}, created_at=batch.created_at
    )
    page = planner.get(f"{at('columns', batch)}?mapping={foreign.pk}")
    assert list(page.context["mappings"]) == [saved]
    assert {row.spec.name for row in page.context["shown"]} >= {"phone"}


def test_the_preview_says_what_would_happen_and_nothing_is_written(planner, world):
    batch = checked(planner, world, GOOD, BAD)
    page = planner.get(at("batch", batch))
    text = page.content.decode()
    assert page.context["counts"] == {"new": 1, "changed": 0, "unchanged": 0, "invalid": 1, "duplicate": 0}
    assert "菜市场" in text
    assert "<b>又一个</b>" not in text
    points = planner.get(at("points", batch)).json()
    assert [(each["properties"]["status"], each["geometry"]["coordinates"]) for each in points["features"]] == [
        ("new", [118.76, 32.05]), ("invalid", [118.77, 32.05])
    ]  # fmt: skip
    assert not Venue.objects.filter(code="N1").exists()


def test_the_file_comes_back_with_its_problems_in_its_own_encoding(planner, world):
    batch = checked(planner, world, GOOD, BAD)
    answer = planner.get(at("returned", batch))
    assert "filename*=utf-8''%E5%9C%BA%E6%89%80" in answer["Content-Disposition"]
    text = b"".join(answer.streaming_content).decode("gb18030")
    header, good, bad = csv.reader(io.StringIO(text))
    assert header[-1] == "问题"
    assert good[-1] == ""
    assert "菜市场" in bad[-1]


def test_faulty_rows_stay_out_only_where_the_planner_says_so(planner, world):
    batch = checked(planner, world, GOOD, BAD)
    assert planner.post(at("commit", batch)).status_code == 302
    batch.refresh_from_db()
    assert (batch.stage, batch.state) == ("checked", "done")
    planner.post(at("commit", batch), {"skip_invalid": "on"})
    work(batch, True, False, None)
    assert batch.stage == "committed"
    assert Venue.objects.filter(code__startswith="N").count() == 1


def test_an_import_is_taken_back_after_a_question(planner, world):
    batch = checked(planner, world, GOOD)
    planner.post(at("commit", batch))
    work(batch, False, False, None)
    assert "新增记录" in planner.get(at("batch", batch)).content.decode()
    assert planner.get(at("undo", batch)).status_code == 200
    assert Venue.objects.filter(code="N1").exists()
    assert planner.post(at("undo", batch)).status_code == 302
    assert Venue.objects.filter(code="N1").exists()
    assert planner.get(at("state", batch)).json().items() >= {"stage": "committed", "state": "queued", "busy": True}.items()
    assert planner.get(at("batch", batch)).templates[0].name == "imports/progress.html"
    assert planner.get(at("undo", batch)).status_code == 302
    work(batch, None)
    assert not Venue.objects.filter(code="N1").exists()
    assert "已撤销" in planner.get(at("batch", batch)).content.decode()


def test_changes_are_shown_old_and_new(planner, world):
    batch = checked(planner, world, GOOD)
    planner.post(at("commit", batch))
    work(batch, False, False, None)
    batch = checked(planner, world, GOOD.replace("025", "026"))
    (change,) = planner.get(at("batch", batch)).context["changes"]
    assert (change.key, list(change.fields)) == ("N1", [("电话", "025", "026")])


def test_a_record_of_a_neighbour_is_neither_shown_nor_changed(planner, world):
    """v-b is kept under the east county; a row of the west that names it may not move it here."""
    batch = checked(planner, world, GOOD.replace("N1", "v-b"))
    page = planner.get(at("batch", batch))
    assert page.context["counts"]["invalid"] == 1
    assert "场所b" not in page.content.decode()
    planner.post(at("commit", batch), {"skip_invalid": "on"})
    work(batch, True, False, None)
    assert Venue.objects.get(code="v-b").region == world.east.region


def test_only_a_proposed_datum_is_taken_with_one_click(planner, world):
    batch = checked(planner, world, GOOD)
    assert planner.post(at("recheck", batch), {"datum": "gcj02"}).status_code == 404
    found = {
        "code": "datum.looks_like",
        "file": "",
        "row": None,
        "field": "",
        "value": "gcj02",
        "zh": "像 gcj02",
        "en": "gcj02?",
    }
    ImportBatch.objects.filter(pk=batch.pk).update(summary=batch.summary | {"findings": [found]})
    assert "像 GCJ-02" in planner.get(at("batch", batch)).content.decode()
    assert planner.post(at("recheck", batch), {"datum": "bd09"}).status_code == 404
    assert planner.post(at("recheck", batch), {"datum": "gcj02"}).status_code == 302
    work(batch)
    assert (batch.stage, batch.datum) == ("checked", "gcj02")


def test_rows_of_another_system_are_listed_and_each_proposal_has_its_button(planner, world):
    batch = checked(planner, world, GOOD)
    said = {"file": "", "field": "", "zh": "混有 gcj02", "en": "mixed"}
    found = [
        said | {"code": "datum.other_system", "row": None, "value": "wgs84", "details": {"datums": ["wgs84", "bd09"]}},
        said | {"code": "datum.row_differs", "row": 17, "value": "场所", "zh": "“场所”不同"},
        said | {"code": "datum.packed", "row": None, "value": "wgs84 (dd.mmss)", "details": {"datums": []}},
    ]
    ImportBatch.objects.filter(pk=batch.pk).update(summary=batch.summary | {"findings": found})
    page = planner.get(at("batch", batch))
    text = page.content.decode()
    assert [row.row for row in page.context["strange_rows"]] == [17]
    assert "“场所”不同" in text
    assert [f'name="datum" value="{code}"' in text for code in ("wgs84", "gcj02", "bd09")] == [True, False, True]
    assert planner.post(at("recheck", batch), {"datum": "gcj02"}).status_code == 404
    assert planner.post(at("recheck", batch), {"datum": "bd09"}).status_code == 302


def test_swapped_columns_are_checked_again_the_other_way_round(planner, world):
    batch = checked(planner, world, GOOD, **{"column-x": "纬度", "column-y": "经度"})
    assert batch.summary["counts"]["invalid"] == 1
    found = {"code": "datum.swapped", "file": "", "row": None, "field": "", "value": "x", "zh": "反了", "en": "swapped"}
    ImportBatch.objects.filter(pk=batch.pk).update(summary=batch.summary | {"findings": [found]})
    planner.post(at("recheck", batch), {"swap": "1"})
    work(batch)
    assert batch.summary["counts"]["new"] == 1


def test_a_cancelled_step_is_not_done_by_a_worker_that_comes_late(planner, world):
    planner.post(reverse("imports:upload"), form(world, GOOD))
    batch = ImportBatch.objects.latest("pk")
    assert planner.post(at("cancel", batch)).status_code == 302
    read_import.call(batch.pk)
    batch.refresh_from_db()
    assert (batch.stage, batch.state) == ("received", "cancelled")
    assert planner.get(at("batch", batch)).status_code == 200


def test_a_step_that_runs_is_not_queued_twice(planner, world):
    batch = brought(planner, world, GOOD)
    planner.post(at("columns", batch), answer(batch))
    assert planner.get(at("columns", batch)).status_code == 302
    with pytest.raises(import_queue.InputError):
        import_queue.queue_check(batch)


def test_a_file_that_cannot_be_read_says_why(planner, world):
    values = form(world) | {"file": SimpleUploadedFile("x.xlsx", b"no workbook")}
    planner.post(reverse("imports:upload"), values)
    batch = ImportBatch.objects.latest("pk")
    with pytest.raises(import_queue.InputError):
        work(batch)
    batch.refresh_from_db()
    page = planner.get(at("batch", batch)).content.decode()
    assert batch.state == "failed"
    assert batch.warnings[0]["zh"] in page


def test_another_sheet_is_read_on_request(planner, world):
    import pandas as pd

    target = io.BytesIO()
    with pd.ExcelWriter(target, engine="xlsxwriter") as book:
        for sheet, code in (("甲", "N1"), ("乙", "N9")):
            row = [code, *GOOD.split(",")[1:]]
            pd.DataFrame([row], columns=HEADER.split(",")).to_excel(book, sheet_name=sheet, index=False)
    values = form(world) | {"file": SimpleUploadedFile("x.xlsx", target.getvalue())}
    planner.post(reverse("imports:upload"), values)
    batch = ImportBatch.objects.latest("pk")
    work(batch)
    planner.post(at("columns", batch), {"reread": "1", "sheet": "乙"})
    work(batch)
    assert batch.facts["samples"]["编号"] == ["N9"]
    planner.post(at("columns", batch), {"reread": "1", "sheet": "没有"})
    work(batch)
    assert batch.facts["sheet"] == "乙"


def test_an_import_of_a_neighbour_does_not_exist(planner, world):
    for name in ("batch", "state", "columns", "points", "returned", "undo"):
        assert planner.get(at(name, world.east.batch)).status_code == 404
    for name in ("cancel", "recheck", "commit", "undo", "columns"):
        assert planner.post(at(name, world.east.batch)).status_code == 404
    assert str(world.east.batch.pk) not in [str(each.pk) for each in planner.get(reverse("imports:list")).context["batches"]]


def test_records_go_out_of_the_own_regions_only(planner, world):
    answer = planner.get(reverse("imports:export", args=["venues", "csv"]))
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert [row["编号"] for row in rows] == ["v-a"]
    assert planner.get(reverse("imports:export", args=["venues", "pdf"])).status_code == 404
    assert planner.get(reverse("imports:template", args=["nothing", "csv"])).status_code == 404


def test_pages_are_in_english_too(planner, world):
    batch = checked(planner, world, GOOD, BAD)
    planner.cookies["django_language"] = "en"
    page = planner.get(at("batch", batch)).content.decode()
    assert "“菜市场” is not known" in page
    assert "Skip rows with problems (1)" in page


def running(batch, seen_at, share=0.4):
    """Let a worker have the step that waits, and show a sign of life at ``seen_at``."""
    ImportBatch.objects.filter(pk=batch.pk).update(state="running", started_at=seen_at, heartbeat_at=seen_at)
    batch.refresh_from_db()
    FileSigns(folder_of(batch), started_at=seen_at, clock=lambda: seen_at, shown=lambda _: None)(share)


def test_writing_is_shown_by_its_signs_and_asked_to_stop(planner, world):
    batch = checked(planner, world, GOOD)
    planner.post(at("commit", batch))
    running(batch, timezone.now())
    assert planner.get(at("state", batch)).json().items() >= {"state": "running", "share": 0.4, "busy": True}.items()
    page = planner.get(at("batch", batch))
    assert (page.context["share"], page.context["may_cancel"]) == (0.4, True)
    planner.post(at("cancel", batch))
    batch.refresh_from_db()
    assert batch.state == "running"  # the row is the worker's; the wish lies beside it
    assert is_asked_to_stop(folder_of(batch), batch.started_at)
    assert not planner.get(at("batch", batch)).context["may_cancel"]
    assert planner.post(at("commit", batch)).status_code == 302
    assert planner.post(at("undo", batch)).status_code == 302


def test_a_worker_without_a_sign_of_life_is_given_up_and_writing_begins_again(planner, world):
    batch = checked(planner, world, GOOD)
    planner.post(at("commit", batch))
    running(batch, timezone.now() - STALE_AFTER * 2)
    assert "两分钟" in planner.get(at("batch", batch)).content.decode()
    planner.post(at("cancel", batch))
    batch.refresh_from_db()
    assert (batch.stage, batch.state) == ("checked", "cancelled")
    page = planner.get(at("batch", batch))
    assert page.context["is_cancelled"]
    planner.post(at("commit", batch))
    work(batch, False, False, None)
    assert batch.stage == "committed"


def test_an_import_that_cannot_be_taken_back_says_why_and_stays(planner, world):
    batch = checked(planner, world, GOOD)
    planner.post(at("commit", batch))
    work(batch, False, False, None)
    Venue.objects.filter(code="N1").update(phone="changed since")
    planner.post(at("undo", batch))
    with pytest.raises(import_queue.InputError):
        work(batch, None)
    batch.refresh_from_db()
    page = planner.get(at("batch", batch)).content.decode()
    assert (batch.stage, batch.state) == ("committed", "failed")
    assert batch.warnings[0]["zh"] in page
    assert at("undo", batch) in page
    assert Venue.objects.filter(code="N1").exists()


def test_the_list_leads_to_the_way_back_or_to_what_is_under_way(planner, world):
    batch = checked(planner, world, GOOD)
    planner.post(at("commit", batch))
    assert at("undo", batch) not in planner.get(reverse("imports:list")).content.decode()
    work(batch, False, False, None)
    assert at("undo", batch) in planner.get(reverse("imports:list")).content.decode()
    planner.post(at("undo", batch))
    assert at("undo", batch) not in planner.get(reverse("imports:list")).content.decode()


def test_only_a_manager_of_the_region_takes_back(planner, world, client):
    batch = checked(planner, world, GOOD)
    planner.post(at("commit", batch))
    work(batch, False, False, None)
    for role, region, status in ((Role.PLANNER, world.east.region, 404), (Role.REVIEWER, world.west.region, 403)):
        client.force_login(make_member(role, region, name=role))
        assert client.post(at("undo", batch)).status_code == status
        assert client.post(at("cancel", batch)).status_code == status
    batch.refresh_from_db()
    assert (batch.stage, batch.state) == ("committed", "done")
