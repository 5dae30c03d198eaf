"""A planner brings a population grid, makes a model without writing JSON, reads its report, and looks at both demands."""

import csv
import io
import re
import subprocess
import sys

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.journeys.conftest import ROOT, _environment, _run, _sign_in

pytestmark = pytest.mark.journey

RESIDENTS = 660_000  # of eleven districts, 10,000 in the first, 10,000 more in each next one
WORKERS = 66_000
DATA = """
import datetime as dt
from geo.models import *
name = "journey-census"
source = DataSource.objects.get_or_create(slug=name, defaults={"name_zh": "分区县常住人口", "name_en": "Residents by county",
    "owner": "市统计局", "year": 2020, "confidence": "high", "licence": "公开", "method": "普查"})[0]
counties = Region.objects.filter(path__startswith="320000/320100/", level="county", valid_until=None, unit_type="statutory")
for number, county in enumerate(counties.order_by("code"), start=1):
    AreaTotal.objects.get_or_create(source=source, area_code=county.code, area_name=county.name_zh, measure="residents",
        year=2020, defaults={"region": county, "persons": 10_000 * number, "age50plus_persons": 4_000 * number})
venues = Venue.objects.filter(kind="informal_gathering_point", region__path__startswith="320000/320100/").order_by("code")[:8]
for number, venue in enumerate(venues, start=1):
    for hour, people in ((4, 5), (5, 10), (6, 20), (18, 3)):
        HourlyCount.objects.get_or_create(venue=venue, counted_on=dt.date(2026, 6, 3), hour=hour,
            defaults={"workers_persons": people * number})
    GatheringDetail.objects.get_or_create(venue=venue, defaults={"mode_shares": {"walk": 0.5, "ebike": 0.5}})
first = venues[0]
Venue.objects.filter(pk=first.pk).update(name_zh="<img src=x onerror=alert(1)>")
"""
WAITING_AT_FIVE = 10 * (1 + 2 + 3 + 4 + 5 + 6 + 7 + 8)


@pytest.fixture(scope="module")
def worker(site):
    """Keep the data of the journey, and run a worker for the queue, as script/worker does."""
    _run([sys.executable, "manage.py", "shell", "-v0", "-c", DATA], site.var)
    words = [sys.executable, "manage.py", "db_worker", "--interval", "0.2"]
    with (
        (site.var / "demand-worker.log").open("w") as log,
        subprocess.Popen(words, cwd=ROOT, env=_environment(site.var), stdout=log, stderr=log) as process,
    ):
        yield process
        process.terminate()


@pytest.fixture(scope="module")
def grid(tmp_path_factory):
    """Write a lattice of people around the city, with a row that counts nobody and one with a negative number."""
    path = tmp_path_factory.mktemp("grid") / "南京人口格网.csv"
    rows = ["lon,lat,人口"]
    for east in range(20):
        for north in range(30):
            people = 50 + 10 * ((east * 7 + north * 3) % 40)
            value = "" if (east, north) == (0, 0) else "-4" if (east, north) == (0, 1) else people
            rows.append(f"{118.3 + 0.05 * east:.2f},{31.2 + 0.05 * north:.2f},{value}")
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def desk(site, browser, visit, worker):
    """Return a function that opens a page of demand in a language; its faults fail the journey."""
    visit.watch.expected.append("status of 400")  # forms are sent back once
    contexts = []

    def open_page(address, language):
        context = browser.new_context(viewport={"width": 1440, "height": 860}, base_url=site.url)
        contexts.append(context)
        _sign_in(context, "province")
        context.add_cookies([{"name": "django_language", "value": language, "url": site.url}])
        page = context.new_page()
        visit.watch.attach(page)
        page.goto(address)
        return page

    yield open_page
    for context in contexts:
        context.close()


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
    page.set_viewport_size({"width": 1280, "height": max(900, page.evaluate("document.documentElement.scrollHeight"))})
    picture(page, name)
    page.set_viewport_size({"width": 1280, "height": 900})


def choose(page, name, text):
    page.select_option(f"[name={name}]", page.locator(f"[name={name}] option:has-text('{text}')").first.get_attribute("value"))


def number(text):
    """Return the first number of a sentence; 万 counts."""
    found = re.search(r"([\d,.]+)( 万)?", text)
    return float(found[1].replace(",", "")) * (10_000 if found[2] else 1)


def bring_grid(page, grid, name):
    page.set_input_files("input[type=file]", grid)
    choose(page, "region", "320100")
    page.fill("[name=name_zh]", name)
    page.fill("[name=year]", "2020")


def settled(page):
    page.wait_for_selector("html[data-ready=yes]", timeout=30_000)
    page.wait_for_function("!document.querySelector('[data-stale]')")
    page.wait_for_load_state("networkidle")


def fill_recipe(page, language):
    """Fill in the form of a model: ten in a hundred residents work, spread by the grid; shares that do not sum to 1."""
    page.fill("[name=name_zh]", f"零工模型 Model {language}")
    page.fill("[name=name_en]", f"Model {language}")
    page.select_option("[name=resolution]", "7")
    page.select_option("[name='rows-0-holding']", "area_totals:journey-census:residents:2020")
    page.fill("[name='rows-0-workers_share']", "10")
    choose(page, "'rows-0-spread_by'", f"人口格网 {language}")
    page.fill("[name=age_share]", "50")
    for settlement in ("urban", "rural"):
        for mode, share in (("walk", 20), ("ebike", 50), ("bus", 20), ("motor", 5)):
            page.fill(f"[name={settlement}_{mode}]", str(share))
    assert page.locator("#modes output.lost").count() == 2


def open_recipe(page, language):
    """Open the form of a new model; in a demonstration that was kept, of the one an earlier run made."""
    page.goto("/demand/models/")
    if page.locator(f"a:has-text('Model {language}')").count():
        return page.goto(f"/demand/models/journey-{language}/edit/")
    page.goto("/demand/models/new/")
    page.fill("[name=slug]", f"journey-{language}")
    return choose(page, "region", "320100")


def sort_by_factor(page):
    """Sort the counties by their factors, by keyboard; return the factors as they stand."""
    page.locator("table.sortable th:nth-child(7) button").focus()
    page.keyboard.press("Enter")
    assert page.get_attribute("table.sortable th:nth-child(7)", "aria-sort") == "ascending"
    return [number(cell.inner_text()) for cell in page.locator("table.sortable td:nth-child(7)").all()]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_grid_is_brought_and_told(desk, grid, picture, language):
    page = desk("/demand/", language)
    assert page.get_attribute("html", "lang") == {"zh-hans": "zh-Hans", "en": "en"}[language]
    assert "660,000" in page.locator("section.source", has_text="journey-census").first.inner_text()
    assert serious(page) == []
    keep_whole(page, picture, f"demand-sources-{language}")

    page.goto("/demand/grids/new/")
    bring_grid(page, grid, f"人口格网 {language}")
    assert serious(page) == []
    page.locator("form.card button.primary").click()  # a table that does not say its datum
    page.wait_for_selector("[role=alert]")
    bring_grid(page, grid, f"人口格网 {language}")
    page.select_option("[name=datum]", "wgs84")
    page.locator("form.card button.primary").click()
    page.wait_for_selector("dl.tiles", timeout=60_000)
    people, inside, around = [number(tile.inner_text()) for tile in page.locator("dl.tiles dd:not(.sub)").all()]
    assert people == inside + around > 0
    assert serious(page) == []
    keep_whole(page, picture, f"demand-grid-{language}")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_model_is_made_without_json_and_reports(desk, picture, language, tmp_path):
    page = desk("/demand/models/", language)
    open_recipe(page, language)
    fill_recipe(page, language)
    assert serious(page) == []
    page.locator("form button.primary").last.click()
    page.wait_for_selector("[role=alert]:has-text('0.95')")
    keep_whole(page, picture, f"demand-recipe-{language}")
    page.fill("[name=urban_motor]", "10")
    page.fill("[name=rural_motor]", "10")
    page.locator("form button.primary").last.click()

    page.wait_for_selector("#progress", state="detached", timeout=120_000)
    page.wait_for_selector("#counties")
    assert number(page.locator("dl.tiles dd").first.inner_text()) == WORKERS
    factors = sort_by_factor(page)
    assert len(factors) == 11
    assert factors == sorted(factors)
    assert serious(page) == []
    keep_whole(page, picture, f"demand-report-{language}")
    with page.expect_download() as started:
        page.locator("a:has-text('CSV')").click()
    started.value.save_as(tmp_path / "report.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "report.csv").read_text(encoding="utf-8-sig"))))
    assert sum(int(row["source_persons"]) for row in rows) == RESIDENTS
    assert sum(int(row["workers_persons"]) for row in rows) == WORKERS


def step_through_hours(page):
    """Go through the hours by keyboard alone."""
    page.focus("#hour")
    page.keyboard.press("Home")
    assert page.inner_text("#hour-said") == "00:00–01:00"
    for _step in range(5):
        page.keyboard.press("ArrowRight")
    assert page.get_attribute("#hour", "aria-valuetext") == "05:00–06:00"
    assert str(WAITING_AT_FIVE) in page.inner_text("#wait-said")
    assert page.locator("thead th.now").inner_text() == "5:00"
    page.keyboard.press("End")
    assert page.inner_text("#hour-said") == "23:00–24:00"


def move_together(page):
    """Zoom one map by keyboard: the other one follows, both ways."""
    page.focus("#live")
    before = page.get_attribute("#live", "data-view")
    page.keyboard.press("+")
    page.wait_for_function("before => document.querySelector('#live').dataset.view !== before", arg=before)
    page.wait_for_function("document.querySelector('#live').dataset.view === document.querySelector('#wait').dataset.view")
    page.focus("#wait")
    page.keyboard.press("-")
    page.wait_for_function(
        "before => document.querySelector('#live').dataset.view.split(' ')[2] === before.split(' ')[2]", arg=before
    )
    settled(page)


def people_of_class(page, settlement):
    """Return the workers that live in cells of a class."""
    page.check(f"[name=settlement][value={settlement}]", force=True)
    settled(page)
    return number(people_said(page)) if re.search(r"\d", people_said(page)) else 0


def people_said(page):
    """Return what stands behind the name of the group."""
    return re.split("[:：]", page.inner_text("#live-said"))[-1]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_where_people_live_beside_where_they_wait(desk, picture, language):
    page = desk(f"/demand/maps/?source=model-journey-{language}", language)
    settled(page)
    assert number(people_said(page)) == WORKERS
    assert serious(page) == []
    keep_whole(page, picture, f"demand-maps-{language}")
    settled(page)
    step_through_hours(page)
    move_together(page)
    assert people_of_class(page, "urban") + people_of_class(page, "rural") == people_of_class(page, "all") == WORKERS
    page.select_option("#group", "age50plus")
    settled(page)
    assert number(people_said(page)) == WORKERS / 2
    page.select_option("#group", "walk")
    page.select_option("#show", "share")
    page.focus("#hour")
    page.keyboard.press("Home")
    for _step in range(5):
        page.keyboard.press("ArrowRight")
    settled(page)
    assert str(WAITING_AT_FIVE // 2) in page.inner_text("#wait-said")
    picture(page, f"demand-maps-share-{language}")


def test_names_stay_text_small_screens_have_one_column_and_paper_has_the_tables(desk, picture):
    page = desk("/demand/maps/?source=model-journey-en", "en")
    settled(page)
    assert page.locator("img[src=x]").count() == 0
    assert "<img src=x" in page.inner_text(".by-hour")
    page.set_viewport_size({"width": 400, "height": 800})
    live, wait = (page.locator(f"#{name}").bounding_box() for name in ("live", "wait"))
    assert live["y"] + live["height"] <= wait["y"]
    assert page.locator("body").evaluate("body => body.scrollWidth <= innerWidth + 1")
    settled(page)
    picture(page, "demand-maps-narrow")
    page.emulate_media(media="print")
    assert not page.locator("#live").is_visible()
    assert page.locator(".by-hour").is_visible()
    page.emulate_media(media="screen")
    settled(page)


def test_the_same_without_scripts(site, browser, worker):
    context = browser.new_context(viewport={"width": 640, "height": 800}, base_url=site.url, java_script_enabled=False)
    _sign_in(context, "province")
    page = context.new_page()
    page.goto("/demand/models/new/")
    assert page.locator("#rows tbody tr:visible").count() == 8
    page.goto("/demand/maps/")
    assert page.locator(".by-hour tbody tr").count() >= 8
    for address in ("/demand/", "/demand/models/", "/demand/grids/new/", "/demand/maps/"):
        page.goto(address)
        assert page.locator("body").evaluate("body => body.scrollWidth <= innerWidth + 1"), address
    context.close()
