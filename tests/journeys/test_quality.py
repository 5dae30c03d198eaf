"""A planner reads the quality page, opens a count, searches, mends a venue, is refused, and takes the change back."""

import csv
import re
import sys

import pytest

from tests.journeys.conftest import _run, _sign_in
from tests.journeys.test_imports import keep_whole, serious

pytestmark = pytest.mark.journey

FAULTY = """
from django.contrib.gis.geos import Point
from geo.models import DataSource, Region, Venue
source, _ = DataSource.objects.get_or_create(
    slug="survey", defaults={"name_zh": "2019年摸排", "name_en": "Survey of 2019", "year": 2019, "owner": "南京市人社局"})
model = Venue.objects.filter(region__path__startswith="320000/320100/").exclude(code__startswith="Q-").order_by("code")
for number, old in enumerate(model[:60]):
    lon, lat = old.location.x, old.location.y
    if number < 3:  # three far off every street, in the lake or the hills
        lat += 0.05
    Venue.objects.get_or_create(code=f"Q-{number:03d}", defaults={
        "name_zh": "=HYPERLINK(1)" if number == 3 else f"{old.region.name_zh}零工驿站{number}号", "kind": "gig_station",
        "status": "operating", "region": old.region, "location": Point(lon, lat, srid=4326), "source": source,
        "phone": "" if number % 2 else "025-83000000"})
"""


@pytest.fixture(scope="module")
def faulty(site):
    """Add sixty venues without hours, half of them without a telephone."""
    _run([sys.executable, "manage.py", "shell", "-c", FAULTY], site.var)


@pytest.fixture(params=["zh-hans", "en"])
def desk(request, visit, faulty):
    """Return a page of the quality page in a language, and the language."""
    visit.watch.expected.append("status of 400")  # a value that cannot be read is sent back once
    page = visit(f"?lang={request.param}")
    page.get_by_role("link", name="数据质量" if request.param == "zh-hans" else "Data quality").click()
    page.wait_for_selector(".quality-set")
    return page, request.param


def cell(page, data_set, check):
    """Return the link of a count by the names of data set and check."""
    section = page.locator("section.quality-set", has=page.locator(f"h2:has-text('{data_set}')"))
    return section.locator("tr", has=page.locator(f"th:has-text('{check}')")).locator("td.number a").first


def test_from_a_count_to_a_mended_record_and_back(desk, picture, tmp_path):
    page, language = desk
    chinese = language == "zh-hans"
    assert serious(page) == []
    keep_whole(page, picture, f"quality-page-{language}")
    count = cell(page, "2019年摸排" if chinese else "Survey of 2019", "没有电话" if chinese else "Without a phone number")
    assert count.inner_text() == "30"
    count.click()

    page.wait_for_selector("#map[data-ready=yes]")
    assert page.locator("table.records tbody tr").count() == 30
    assert serious(page) == []
    keep_whole(page, picture, f"quality-records-{language}")
    page.get_by_role("link", name=re.compile("^(名称|name)")).click()
    assert page.locator("th[aria-sort=ascending]").count() == 1
    page.fill("[name=q]", "Q-00")
    page.press("[name=q]", "Enter")
    page.wait_for_url("**q=Q-00*")
    assert page.locator("table.records tbody tr").count() == 5  # the odd ones of ten
    with page.expect_download() as started:
        page.get_by_role("link", name=re.compile("CSV")).click()
    started.value.save_as(tmp_path / "found.csv")
    with (tmp_path / "found.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    name, area = ("名称", "建筑面积 (m²)") if chinese else ("name (Chinese)", "floor area (m²)")
    assert len(rows) == 5
    assert area in rows[0]
    assert [row[name] for row in rows if "HYPERLINK" in row[name]] == ["'=HYPERLINK(1)"]

    page.get_by_role("link", name="Q-001", exact=True).click()
    page.wait_for_selector("form.mend")
    assert serious(page) == []
    page.fill("[name=phone]", "025-84440000")
    page.fill("[name=opening_hours]", "周八 5点")
    page.locator("form.mend button.primary").click()
    page.wait_for_selector(".opening_hours .error")
    assert page.input_value("[name=phone]") == "025-84440000"
    keep_whole(page, picture, f"quality-refused-{language}")
    page.fill("[name=opening_hours]", "周一至周五 05:30-11:30")
    page.press("[name=opening_hours]", "Enter")
    page.wait_for_selector(".messages")
    assert page.input_value("[name=opening_hours]") == "Mo-Fr 05:30-11:30"
    keep_whole(page, picture, f"quality-venue-{language}")
    assert serious(page) == []
    page.get_by_role("button", name=re.compile("撤销上一次修改|Undo the last change")).click()
    page.wait_for_selector(".messages")
    assert page.input_value("[name=phone]") == page.input_value("[name=opening_hours]") == ""


def test_coordinates_of_a_web_map_are_mended_in_place(desk):
    page = desk[0]
    page.goto("/quality/venues/Q-005/history/?from=venues.survey/no-phone")
    before = page.input_value("[name=x]")
    page.select_option("[name=datum]", "gcj02")
    page.locator("form.mend button.primary").click()
    page.wait_for_selector(".messages")
    assert page.input_value("[name=x]") == before
    newest = page.locator(".versions > li").first.inner_text()
    assert "gcj02" in newest
    page.locator(".versions > li").last.get_by_role("button").click()
    page.wait_for_selector(".messages")
    assert page.input_value("[name=datum]") == "wgs84"
    assert page.locator("nav[aria-label], .crumb a").count() > 1


def test_by_keyboard_without_scripts_on_a_small_screen_and_on_paper(site, browser, faulty, picture):
    context = browser.new_context(viewport={"width": 640, "height": 450}, base_url=site.url, java_script_enabled=False)
    _sign_in(context, "province")
    page = context.new_page()
    page.goto("/quality/")
    assert page.locator("body").evaluate("body => body.scrollWidth <= innerWidth + 1")
    page.goto("/quality/venues.survey/no-hours/")
    assert page.locator("body").evaluate("body => body.scrollWidth <= innerWidth + 1")
    page.focus("[name=q]")
    page.keyboard.type("Q-05")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator("table.records tbody tr").count() == 10
    page.focus("table.records tbody tr:first-child a")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator("h1").inner_text()
    page.focus("[name=address]")
    page.keyboard.type("珠江路1号")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.input_value("[name=address]") == "珠江路1号"
    page.focus("button[name=restore]")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.input_value("[name=address]") == ""
    assert page.locator("body").evaluate("body => body.scrollWidth <= innerWidth + 1")
    picture(page, "quality-small")
    page.emulate_media(media="print")
    page.goto("/quality/venues.survey/no-hours/")
    assert not page.locator(".quality-search").is_visible()
    assert page.locator("table.records").is_visible()
    context.close()


def test_what_is_far_off_streets_is_listed_with_metres(desk):
    page = desk[0]
    page.goto("/quality/venues.survey/outside-region/?sort=-found")
    metres = [float(text.removesuffix(" m")) for text in page.locator("table.records tbody td:last-child").all_inner_texts()]
    assert metres == sorted(metres, reverse=True)
    assert len(metres) >= 1
    page.goto("/quality/venues.survey/required/?sort=-found")
    assert page.locator("table.records tbody tr").count() == 50
    page.locator("nav.pages a[rel=next]").click()
    page.wait_for_selector("nav.pages a[rel=prev]")
    assert page.locator("table.records tbody tr").count() == 10
