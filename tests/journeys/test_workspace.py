"""What a planner does on the map page, in a real browser, with numbers worked out apart from the page."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.journey

BLUES = ["#f1eef6", "#d0d9e8", "#a6c3dc", "#6aa3c9", "#2f7fb0", "#0b5a8c"]
LANGUAGES = ["zh-hans", "en"]
NOTE = {
    "zh-hans": "演示数据：道路与场所为合成数据",
    "en": "Demonstration data: streets and venues are synthetic",
}


def state(page):
    return {key: values[0] for key, values in parse_qs(page.evaluate("location.search.slice(1)")).items()}


def number(text):
    return float(re.sub(r"[^\d.−-]", "", text).replace("−", "-"))


def table_rows(page):
    """Return the rows of the table as they are shown: id and texts."""
    return page.eval_on_selector_all(
        "#table-panel tbody tr",
        "rows => rows.map(row => [row.dataset.id, ...[...row.children].map(cell => cell.innerText.trim())])",
    )


def fills(page):
    """Return the colours of the regions on the map, in the order of the layer."""
    return page.eval_on_selector_all(".leaflet-fills-pane g path", "paths => paths.map(path => path.getAttribute('fill'))")


def legend(page):
    """Return the legend as (lower limit, upper limit, number of regions), shares in percent."""
    rows = page.eval_on_selector_all(
        "#legend li", "rows => rows.map(row => [row.children[1].innerText, row.children[2].innerText])"
    )
    return [(*map(number, limits.split(" – ")), int(count)) for limits, count in rows if "–" in limits]


def served_share_by_region(site, page):
    """Work out the share served of each county from the cells of the run."""
    cells = site.cells(state(page)["run"]).groupby("region_code")[["served_persons", "workers_persons"]].sum()
    return (cells["served_persons"] / cells["workers_persons"]).to_dict()


def sites_of(site, page):
    return site.sites(state(page)["plan"])


def test_a_stranger_signs_in_and_gets_the_map(site, browser):
    page = browser.new_context(base_url=site.url, locale="zh-CN").new_page()
    page.goto("/")
    page.wait_for_url("**/accounts/sign-in/**")
    page.fill("[name=username]", "province")
    page.fill("[name=password]", "a-journey-of-1000-li")
    page.press("[name=password]", "Enter")
    page.wait_for_selector("html[data-ready=yes]")
    assert page.get_attribute("html", "lang") == "zh-Hans"
    assert page.inner_text("#place") == "江苏省"
    page.context.close()


def test_map_table_and_legend_say_what_the_cells_say(site, visit, picture):
    page = visit("?lang=en&table=regions&sort=name")
    expected = served_share_by_region(site, page)
    shown = {row[0]: number(row[4]) for row in table_rows(page)}
    assert len(shown) >= 95
    known = {code: share for code, share in expected.items() if code in shown}
    assert len(known) >= 95
    for code, share in known.items():
        assert shown[code] == pytest.approx(100 * share, abs=0.051), code
    order = page.evaluate(
        "async run => (await (await fetch(`/api/v1/layers/regions.geojson?run=${run}&level=county`)).json())"
        ".features.filter(f => f.geometry).map(f => f.properties.code)",
        state(page)["run"],
    )
    classes = legend(page)
    assert sum(count for _, _, count in classes) == len([row for row in table_rows(page) if row[4] != "—"])
    for code, fill in zip(order, fills(page), strict=True):
        if code in known:
            low, high, _ = classes[BLUES.index(fill)]
            assert low - 1e-9 <= 100 * known[code] <= high + 1e-9, code
    picture(page, "map-and-table-en")


def test_the_three_numbers_are_the_sums_of_the_cells(site, visit):
    page = visit("?lang=en")
    cells = site.cells(state(page)["run"])
    workers = cells["workers_persons"].sum()
    for look, column in [
        ("served", "served_persons"),
        ("over_capacity", "over_capacity_persons"),
        ("out_of_reach", "out_of_reach_persons"),
    ]:
        tile = page.locator(f".tile.{look}")
        assert number(tile.locator("b").inner_text()) == pytest.approx(100 * cells[column].sum() / workers, abs=0.051)
        assert number(tile.locator(".people").get_attribute("title")) == cells[column].sum()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_press_on_a_site_shows_its_card(site, visit, picture, language):
    page = visit(f"?lang={language}")
    first = sites_of(site, page).iloc[0]
    page.click('.site svg[data-rank="1"]', force=True)
    card = page.locator("#card")
    assert number(card.locator(".big b").inner_text()) == first["newly_reached_persons"]
    assert (first["name_zh"] if language == "zh-hans" else first["name_en"]) in card.inner_text()
    assert state(page)["at"] == "site:1"
    assert page.locator("#site-list button[aria-current]").count() == 1
    picture(page, f"site-{language}")


def test_a_press_on_a_county_opens_its_numbers(visit):
    page = visit("?lang=zh-hans&layers=")
    page.wait_for_selector(".name.city", state="attached")
    box = page.locator(".name.city span", has_text="盐城").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_selector("#card:not([hidden])")
    code = state(page)["at"].removeprefix("region:")
    assert code.startswith("3209")
    assert page.locator("#card .kicker").inner_text() == code
    assert "盐城市" in page.inner_text("#place")
    name = page.inner_text("#card h2")
    assert page.inner_text("#numbers h2").startswith(name)
    page.keyboard.press("Escape")
    assert page.locator("#card").is_hidden()


def test_a_row_of_the_sorted_table_selects_on_the_map(site, visit):
    page = visit("?lang=en&table=sites")
    page.click("th[data-column=cost_yuan] button")
    costs = [number(row[9]) for row in table_rows(page)]
    assert costs == sorted(sites_of(site, page)["cost_yuan"].round(), reverse=True)
    assert page.get_attribute("th[data-column=cost_yuan]", "aria-sort") == "descending"
    page.click("#table-panel tbody tr:nth-child(3) button")
    dearest = table_rows(page)[2][0]
    assert state(page)["at"] == f"site:{dearest}"
    assert page.locator("#table-panel tr.selected").get_attribute("data-id") == dearest
    assert page.locator(".leaflet-rings-pane path").count() == 3
    assert number(page.locator("#card .big b").inner_text()) == number(table_rows(page)[2][6])


def test_the_filter_finds_venues_by_kind_and_place(visit):
    page = visit("?lang=en&table=venues")
    page.fill("#table-filter", "gig station")
    rows = table_rows(page)
    assert rows
    assert {row[2] for row in rows} == {"Gig station"}
    page.fill("#table-filter", "no such place")
    assert page.inner_text("#table-panel") == "No row matches."


def test_a_link_restores_view_layers_selection_table_and_language(visit):
    page = visit("?lang=zh-hans")
    page.select_option("#indicator", "median_minutes")
    page.select_option("#method", "quantile")
    page.click("#levels input[value=prefecture]")
    page.click("#layers input[value=uncovered]")
    page.click("#layers input[value=sites]")
    page.click("#table-toggle")
    page.click("#tab-sites")
    page.click("th[data-column=cost_yuan] button")
    page.click("#table-panel tbody tr:nth-child(2) button")
    page.click("#card .row button")
    page.wait_for_timeout(600)
    told = state(page)
    other = visit(f"?{urlsplit(page.url).query}", context=page.context)
    other.wait_for_timeout(600)
    found = state(other)
    view, again = (list(map(float, each.pop("view").split(","))) for each in (told, found))
    assert again == pytest.approx(view, abs=0.002)
    assert found == told
    assert other.inner_text("#card h2") == page.inner_text("#card h2")
    assert other.inner_text("#legend") == page.inner_text("#legend")
    assert table_rows(other) == table_rows(page)
    assert other.locator(".site").count() == 0


def test_the_other_language_shows_the_same_view(visit):
    page = visit("?lang=zh-hans&table=sites&at=site:2")
    before = state(page)
    page.click(".language-switch button")
    page.wait_for_selector("html[lang=en][data-ready=yes]")
    after = state(page)
    assert after.pop("lang") == "en"
    assert before.pop("lang") == "zh-hans"
    before.pop("view"), after.pop("view")
    assert after == before
    assert not re.search(r"[\u4e00-\u9fff]", page.inner_text("aside.left"))


def test_another_standard_shows_another_run(site, visit):
    page = visit("?lang=en")
    served = page.inner_text(".tile.served b")
    page.click("#standards label:not(:has(:checked))")
    page.wait_for_function("served => document.querySelector('.tile.served b').innerText !== served", arg=served)
    cells = site.cells(state(page)["run"])
    share = 100 * cells["served_persons"].sum() / cells["workers_persons"].sum()
    assert number(page.inner_text(".tile.served b")) == pytest.approx(share, abs=0.051)
    assert "manage.py recommend" in page.inner_text("#plan")


def test_sites_until_a_year_are_shown(site, visit):
    page = visit("?lang=en")
    sites = sites_of(site, page)
    year = int(sites["year"].min())
    page.select_option("#year", str(year))
    assert page.locator(".site").count() == (sites["year"] <= year).sum()
    assert page.locator("#site-list li").count() == (sites["year"] <= year).sum()


def test_uncovered_workers_are_drawn_where_they_are(site, visit, picture):
    page = visit("?lang=zh-hans&layers=sites+streets+uncovered")
    page.wait_for_function("() => document.querySelector('#layers').innerText.includes('格')")
    cells = site.cells(state(page)["run"])
    count = (cells["out_of_reach_persons"] > 0).sum()
    assert f"{count:,} 格" in page.inner_text("#layers")
    painted = page.evaluate(
        "() => { const c = document.querySelector('.leaflet-cells-pane canvas');"
        "const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; let n = 0;"
        "for (let i = 3; i < d.length; i += 4) n += d[i] > 0; return n; }"
    )
    assert painted > 1000
    picture(page, "uncovered-zh")


def test_a_planner_works_by_keyboard_only(visit):
    page = visit("?lang=en")
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('href')") == "#table-toggle":
            break
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "table-toggle"
    page.keyboard.press("Enter")
    assert page.locator("#drawer").is_visible()
    page.focus("#tab-regions")
    page.keyboard.press("ArrowRight")
    assert page.get_attribute("#tab-sites", "aria-selected") == "true"
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('tbody') !== null"):
            break
    width = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    colour = page.evaluate("getComputedStyle(document.activeElement).outlineColor")
    assert (width, colour) == ("3px", "rgb(240, 180, 41)")
    page.keyboard.press("Enter")
    assert state(page)["at"] == "site:1"
    assert "selected" in page.inner_text("#said")
    page.keyboard.press("Escape")
    assert page.locator("#card").is_hidden()
    page.focus("#map")
    before = state(page)["view"]
    page.keyboard.press("ArrowRight")
    page.wait_for_function("before => new URLSearchParams(location.search).get('view') !== before", arg=before)
    page.keyboard.press("+")
    page.wait_for_timeout(600)
    assert float(state(page)["view"].split(",")[2]) > float(before.split(",")[2])


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_serious(visit, language):
    page = visit(f"?lang={language}&table=sites&at=site:1&layers=sites+uncovered+streets")
    page.click("#plan details summary >> nth=0") if page.locator("#plan details").count() else None
    serious = [
        (found["id"], found["nodes"][0]["html"], found["nodes"][0].get("failureSummary"))
        for found in Axe().run(page).response["violations"]
        if found["impact"] in {"serious", "critical"}
    ]
    assert serious == []


@pytest.mark.parametrize("size", [(1280, 800), (1024, 768)])
def test_nothing_is_cut_off_on_a_small_screen(visit, picture, size):
    page = visit("?lang=zh-hans&table=regions", size=size)
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= size[0]
    for part in ["aside.left", "#map", "aside.right", "#drawer", "footer.versions"]:
        box = page.locator(part).bounding_box()
        assert box["x"] >= 0, part
        assert box["x"] + box["width"] <= size[0], part
        assert box["y"] + box["height"] <= size[1] + 0.5, part
    assert page.locator("#map").bounding_box()["width"] >= 480
    picture(page, f"screen-{size[0]}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_synthetic_note_is_always_in_sight(visit, language):
    page = visit(f"?lang={language}&table=venues&at=site:1")
    assert page.locator("#note").is_visible()
    assert page.inner_text("#note") == NOTE[language]


def test_the_planner_of_a_city_sees_that_city_only(visit, picture):
    page = visit("?lang=zh-hans&table=regions", user="xuzhou")
    rows = table_rows(page)
    assert rows
    assert all(row[0].startswith("3203") for row in rows)
    assert page.inner_text("#place") == "徐州市"
    assert page.inner_text("#numbers h2").startswith("徐州市")
    assert page.locator(".tile .after").count() == 0
    # Budget and proof are of the whole province's plan: said of a part they would be untrue.
    for untrue in ("未设预算", "已证明为最优"):
        assert page.get_by_text(untrue).count() == 0
    picture(page, "city-planner-zh")


def test_an_account_without_a_region_is_told_so(visit, picture):
    page = visit("?lang=zh-hans", user="nobody")
    assert "请联系管理员" in page.inner_text("#notice")
    picture(page, "no-region-zh")


def test_a_failed_layer_is_said_and_tried_again(visit, picture):
    visit.watch.expected += ["Failed to load resource", "ERR_FAILED"]
    page = visit("?lang=en&layers=sites")
    page.route("**/uncovered.geojson*", lambda route: route.abort())
    page.click("#layers input[value=uncovered]")
    page.wait_for_selector("#notice:not([hidden])")
    assert "Could not load the uncovered workers" in page.inner_text("#notice")
    picture(page, "failed-layer-en")
    page.unroute("**/uncovered.geojson*")
    page.click("#notice button")
    page.wait_for_function("() => document.querySelector('#layers').innerText.includes('cells')")
    assert page.locator("#notice").is_hidden()


def test_a_server_fault_keeps_what_is_there(visit):
    visit.watch.expected += ["Failed to load resource"]
    page = visit("?lang=en&layers=sites")
    page.route("**/uncovered.geojson*", lambda route: route.fulfill(status=503, body="busy"))
    page.click("#layers input[value=uncovered]")
    page.wait_for_selector("#notice:not([hidden])")
    assert "503" in page.inner_text("#notice")
    assert page.locator(".site").count() > 0


def test_names_that_hold_html_stay_text(visit):
    evil = "<img src=x onerror=\"document.title='owned'\"><b>站</b>"

    def rename(route):
        answer = route.fetch()
        layer = answer.json()
        for feature in layer["features"]:
            feature["properties"]["name_zh"] = feature["properties"]["name_en"] = evil
        route.fulfill(json=layer)

    page = visit("?lang=en")
    page.context.route("**/layers/*.geojson*", rename)
    other = visit("?lang=en&table=sites&at=site:1", context=page.context)
    other.hover('.site svg[data-rank="2"]', force=True)
    assert evil in other.inner_text("#card h2")
    assert evil in other.inner_text("#site-list")
    assert evil in table_rows(other)[0][1]
    assert other.locator("img[src=x]").count() == 0
    assert other.title() != "owned"


def test_streets_of_the_network_are_the_base_map(visit, picture):
    page = visit("?lang=zh-hans&view=32.06,118.78,12")
    page.wait_for_function(
        "() => [...document.querySelectorAll('.leaflet-streets-pane canvas')].some(c => c.width && "
        "c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some((v, i) => i % 4 === 3 && v > 0))"
    )
    assert page.locator(".leaflet-streets-pane canvas").count() > 1
    picture(page, "streets-zh")


def test_paper_shows_map_and_numbers_without_buttons(visit, picture):
    page = visit("?lang=zh-hans&at=site:1")
    page.emulate_media(media="print")
    for part in [".site-nav", ".tools", "#card .row"]:
        assert page.locator(part).is_hidden(), part
    for part in ["#map", "#legend", ".three", "#note"]:
        assert page.locator(part).is_visible(), part
    picture(page, "print-zh")
