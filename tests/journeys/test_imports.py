"""A planner brings a sheet of points from a web map: declared wrongly first, mended, committed, taken back."""

import csv
import re
import subprocess
import sys

import numpy as np
import pytest
import xlsxwriter
from axe_playwright_python.sync_playwright import Axe
from python_calamine import CalamineWorkbook

from geo.engine.datum import Crs, from_wgs84
from tests.journeys.conftest import ROOT, _environment, _run, _sign_in

pytestmark = pytest.mark.journey

GOOD_ROWS = 60
HEADER = ["零工市场登记表编号", "场所名称", "场所类别", "运营状态", "经度", "纬度", "联系电话", "开放时间", "备注"]
BAD_ROWS = [
    ["J-901", "类别写错的场所", "菜市场", "运营中", None, None, "", "", ""],
    ["J-902", "小数点写错的场所", "零工驿站", "运营中", "1185.2", None, "", "", ""],
    ["J-903", "<img src=x onerror=alert(1)>", "零工驿站", "运营中", None, None, "", "周八 5点", ""],
    ["J-001", "编号重复的场所", "零工驿站", "运营中", None, None, "", "", ""],
]


@pytest.fixture(scope="module")
def worker(site):
    """Run a worker for the queue, as script/worker does."""
    words = [sys.executable, "manage.py", "db_worker", "--interval", "0.2"]
    with (
        (site.var / "worker.log").open("w") as log,
        subprocess.Popen(words, cwd=ROOT, env=_environment(site.var), stdout=log, stderr=log) as process,
    ):
        yield process
        process.terminate()


@pytest.fixture(scope="module")
def sheet(site, tmp_path_factory):
    """Write a sheet of invented venues beside real streets, in the coordinates of a web map, with four faulty rows."""
    folder = tmp_path_factory.mktemp("sheet")
    _run(
        [sys.executable, "manage.py", "export_records", "--kind", "venues", "--region", "320100", str(folder / "v.csv")],
        site.var,
    )
    with (folder / "v.csv").open(encoding="utf-8-sig", newline="") as file:
        known = list(csv.DictReader(file))[: GOOD_ROWS + len(BAD_ROWS)]
    assert len(known) == GOOD_ROWS + len(BAD_ROWS)
    lon, lat = (np.array([float(row[name]) for row in known]) for name in ("经度", "纬度"))
    x, y = from_wgs84(lon, lat, Crs(code="gcj02"))
    places = [(f"{east:.6f}", f"{north:.6f}") for east, north in zip(x, y, strict=True)]
    rows = [
        [f"J-{number:03d}", f"新零工驿站{number}号", "零工驿站", "运营中", *place, "025-8300", "周一至周五 05:30-11:30", ""]
        for number, place in enumerate(places[:GOOD_ROWS], start=1)
    ]
    for row, place in zip(BAD_ROWS, places[GOOD_ROWS:], strict=True):
        rows.append([*row[:4], row[4] or place[0], row[5] or place[1], *row[6:]])
    path = folder / "南京零工驿站摸排表.xlsx"
    with xlsxwriter.Workbook(path) as book:
        paper = book.add_worksheet("摸排表")
        paper.merge_range(0, 0, 0, len(HEADER) - 1, "南京市零工驿站摸排表（2026年）")
        for line, cells in enumerate([HEADER, *rows], start=1):
            for column, cell in enumerate(cells):
                paper.write_string(line, column, cell)
    return path


@pytest.fixture
def desk(visit, worker):
    """Return a page on the list of imports, in Chinese."""
    visit.watch.expected.append("status of 400")  # the form of columns is sent back once
    page = visit("?lang=zh-hans")
    page.get_by_role("link", name="导入", exact=True).click()
    page.wait_for_selector("h1:has-text('导入')")
    return page


def numbers(page):
    """Return the counts of the preview by their names."""
    return {
        part.query_selector("dt").inner_text().strip(): int(part.query_selector("dd").inner_text().replace(",", ""))
        for part in page.query_selector_all(".counts > div")
    }


def serious(page):
    """Return the rules of accessibility that a page breaks."""
    found = Axe().run(page).response["violations"]
    return [
        (each["id"], [node["html"][:120] for node in each["nodes"]])
        for each in found
        if each["impact"] in {"serious", "critical"}
    ]


def keep_whole(page, picture, name):
    """Keep a picture as wide as a small screen and as high as the page."""
    page.set_viewport_size({"width": 1280, "height": 900})
    page.set_viewport_size({"width": 1280, "height": max(900, page.evaluate("document.documentElement.scrollHeight"))})
    picture(page, name)
    page.set_viewport_size({"width": 1280, "height": 900})


def choose_region(page, code):
    page.select_option("[name=region]", page.locator(f"[name=region] option:has-text('{code}')").get_attribute("value"))


def upload(page, sheet):
    page.get_by_role("link", name="导入文件").first.click()
    page.set_input_files("input[type=file]", sheet)
    page.select_option("[name=kind]", "venues")
    choose_region(page, "320100")
    page.fill("[name=name_zh]", "2026年零工驿站摸排")
    page.fill("[name=owner]", "南京市人社局")
    page.fill("[name=year]", "2026")


def test_a_sheet_from_a_web_map_is_mended_committed_and_taken_back(desk, sheet, picture, tmp_path):
    page = desk
    keep_whole(page, picture, "imports-list")
    assert serious(page) == []

    upload(page, sheet)
    keep_whole(page, picture, "imports-upload")
    assert serious(page) == []
    page.get_by_role("button", name="上传并读取").click()

    page.wait_for_selector("table.mapping", timeout=60_000)
    chosen = {
        each.get_attribute("name"): each.input_value() for each in page.query_selector_all("table.mapping select[data-samples]")
    }
    assert chosen["column-code"] == "零工市场登记表编号"
    assert chosen["column-x"] == "经度"
    assert page.query_selector("[name=datum]:checked") is None
    assert serious(page) == []
    page.get_by_role("button", name="检查各行").click()
    page.wait_for_selector("[role=alert]")
    page.check("[name=datum][value=wgs84]")
    keep_whole(page, picture, "imports-columns")
    page.get_by_role("button", name="检查各行").click()

    page.wait_for_selector("#map[data-ready=yes]", timeout=60_000)
    page.wait_for_selector(".notice.warn:has-text('GCJ-02')")
    keep_whole(page, picture, "imports-preview-wrong-datum")
    page.get_by_role("button", name=re.compile("GCJ-02")).click()

    page.wait_for_selector("h2:has-text('GCJ-02')", timeout=60_000)
    page.wait_for_selector("#map[data-ready=yes]")
    assert numbers(page) == {"新增": GOOD_ROWS, "变更": 0, "不变": 0, "有问题": 3, "重复": 1}
    said = page.locator("#problems").locator("xpath=ancestor::section").inner_text()
    assert "菜市场" in said
    assert "1185.2" in said
    keep_whole(page, picture, "imports-preview")
    assert serious(page) == []

    with page.expect_download() as started:
        page.get_by_role("link", name=re.compile("XLSX")).click()
    path = tmp_path / started.value.suggested_filename
    started.value.save_as(path)
    _title, header, *rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    assert header == [*HEADER, "问题"]
    assert [row[0] for row in rows if row[-1]] == ["J-901", "J-902", "J-903", "J-001"]

    page.get_by_role("button", name="提交").click()
    page.wait_for_selector(".messages:has-text('没有写入')")
    page.check("[name=skip_invalid]")
    page.get_by_role("button", name="提交").click()
    page.wait_for_selector("h1:has-text('已导入')", timeout=60_000)
    assert list(numbers(page).values())[:2] == [GOOD_ROWS, 0]
    keep_whole(page, picture, "imports-done")
    assert serious(page) == []

    page.get_by_role("link", name="撤销").click()
    keep_whole(page, picture, "imports-undo")
    page.get_by_role("button", name="撤销").click()
    page.wait_for_selector("h1:has-text('已撤销')", timeout=60_000)


LONG_ROWS = 40_000
"""Enough that writing them takes some seconds on any machine."""


@pytest.fixture(scope="module")
def long_table(tmp_path_factory):
    """Write a table of invented venues on a fine grid over the middle of Nanjing."""
    path = tmp_path_factory.mktemp("long") / "全市场所普查.csv"
    with path.open("w", encoding="gb18030", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(HEADER)
        for number in range(LONG_ROWS):
            place = (f"{118.74 + number % 200 * 4e-4:.6f}", f"{32.02 + number // 200 * 3e-4:.6f}")
            rows.writerow([f"L-{number:05d}", f"普查驿站{number}号", "零工驿站", "运营中", *place, "", "", ""])
    return path


def kept(site, folder):
    """Return how many records of the long table the database has, as a command of its own sees it."""
    words = [sys.executable, "manage.py", "export_records", "--kind", "venues", "--region", "320100", str(folder / "kept.csv")]
    _run(words, site.var)
    return (folder / "kept.csv").read_text("utf-8-sig").count("L-")


def watch_share(page, least):
    """Wait until the bar of a running step shows more than ``least``; return what it shows."""
    for _ in range(600):
        share = page.locator("#bar").evaluate("bar => bar.value")
        if share > least:
            return share
        page.wait_for_timeout(100)
    return pytest.fail(f"the bar stays at {share}")


def test_writing_is_seen_cancelled_done_and_taken_back_from_the_list(desk, site, long_table, picture, tmp_path):
    page = desk
    upload(page, long_table)
    page.get_by_role("button", name="上传并读取").click()
    page.wait_for_selector("table.mapping", timeout=90_000)
    page.check("[name=datum][value=wgs84]")
    page.get_by_role("button", name="检查各行").click()
    page.wait_for_selector("form.decide", timeout=180_000)
    counts = numbers(page)
    assert counts["新增"] > LONG_ROWS * 0.9
    before = kept(site, tmp_path)

    def commit():
        if page.query_selector("[name=skip_invalid]"):
            page.check("[name=skip_invalid]")
        page.get_by_role("button", name="提交").click()
        page.wait_for_selector("#progress")

    commit()
    assert watch_share(page, 0.05) < 1
    page.get_by_role("button", name="取消").click()
    page.wait_for_selector("form.decide", timeout=60_000)
    page.wait_for_selector(".notice[role=status]")
    keep_whole(page, picture, "imports-writing-cancelled")
    assert kept(site, tmp_path) == before

    commit()
    shares = [watch_share(page, 0.05)]
    shares.append(watch_share(page, shares[0]))
    assert shares[0] < shares[1]
    picture(page, "imports-writing")
    assert serious(page) == []
    page.wait_for_selector("h1:has-text('已导入')", timeout=180_000)
    assert kept(site, tmp_path) == before + counts["新增"]

    page.goto("/imports/")
    row = page.locator("tr", has_text=long_table.name).first
    row.get_by_role("link", name="撤销").click()
    page.get_by_role("button", name="撤销").click()
    assert watch_share(page, 0.05) < 1
    page.get_by_role("button", name="取消").click()
    page.wait_for_selector(".counts", timeout=60_000)
    page.wait_for_selector(".notice[role=status]")
    assert kept(site, tmp_path) == before + counts["新增"]
    keep_whole(page, picture, "imports-undoing-cancelled")

    page.get_by_role("link", name="撤销").click()
    page.get_by_role("button", name="撤销").click()
    watch_share(page, 0.05)
    picture(page, "imports-undoing")
    page.wait_for_selector("h1:has-text('已撤销')", timeout=180_000)
    assert kept(site, tmp_path) == before


def test_the_same_without_scripts_by_keyboard_and_at_double_size(site, browser, visit, worker, sheet, picture):
    context = browser.new_context(
        viewport={"width": 640, "height": 450}, device_scale_factor=2, base_url=site.url, java_script_enabled=False
    )
    _sign_in(context, "province")
    page = context.new_page()
    page.goto("/imports/new/")
    page.set_input_files("input[type=file]", sheet)
    choose_region(page, "320100")
    page.fill("[name=name_zh]", "2026年零工驿站摸排")
    page.press("[name=name_zh]", "Enter")
    for _ in range(60):
        page.wait_for_timeout(500)
        page.goto(page.url)
        if "/columns/" in page.url:
            break
    page.check("[name=datum][value=gcj02]")
    page.screenshot(path=str(site.var / "noscript.png"))
    assert page.locator("body").evaluate("body => body.scrollWidth <= innerWidth + 1")
    context.close()
