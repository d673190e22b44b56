"""The controls of a page: one form whose choices keep each other, and what does not fit is said."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from browsing import PHONE, WIDE, Seen, needs_chromium, unfold, until
from made_dataset import made
from playwright.sync_api import Browser, Page, Route, expect
from starlette.testclient import TestClient

from service.app import create_app
from service.site import Site

HTML = {"Accept": "text/html"}
TOWN = "/towns/oswestry"
FORMS = {
    TOWN: ["theme", "datetime", "compare", "rates"],
    "/rural": ["theme", "datetime", "compare", "rates"],
    "/business": ["datetime", "rates"],
    "/deprivation": ["theme", "datetime"],
    "/compare": ["theme", "datetime"],
    "/collections/hotspots/items": ["theme", "datetime", "rates"],
    "/collections/change/items": ["theme", "datetime", "compare"],
    "/collections/grid/items": ["theme", "datetime", "town"],
}


@pytest.fixture(scope="module")
def grid(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    """A client of police, council and collision records, of different months."""
    return TestClient(create_app(Site(made(tmp_path_factory.mktemp("grid")))))


def form(text: str) -> dict[str, list[str]]:
    """What the one form of a page has to choose, each with what is chosen of it."""
    [found] = re.findall(r'<form class="controls".*?</form>', text, re.DOTALL)
    lists = re.findall(r'<select id="choose-\w+" name="(\w+)".*?>(.*?)</select>', found, re.DOTALL)
    return {name: re.findall(r'value="([^"]*)" selected', options) for name, options in lists}


def told(text: str) -> list[str]:
    return re.findall(r'<p class="told">(.*?)</p>', text)


def page(client: TestClient, address: str) -> str:
    answer = client.get(address, headers=HTML)
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.mark.parametrize("path", FORMS)
def test_each_page_has_one_form_with_one_choice_of_each(client: TestClient, path: str) -> None:
    chosen = form(page(client, path))
    assert list(chosen) == FORMS[path]
    assert all(len(values) == 1 for values in chosen.values())


def test_the_form_has_all_that_its_address_has(grid: TestClient) -> None:
    asked = {
        "theme": "asb", "datetime": "2019-07/2019-09", "compare": "2019-04/2019-06",
        "rates": "smoothed", "source": "council-asb",
    }  # fmt: skip
    text = page(grid, "/towns/northtown?" + "&".join(f"{n}={v}" for n, v in asked.items()))
    assert form(text) == {name: [value] for name, value in asked.items()}
    assert told(text) == []


@pytest.mark.parametrize("path", [TOWN, "/rural", "/collections/change/items"])
def test_earlier_months_that_are_not_earlier_now_give_way_and_it_is_said(
    client: TestClient, path: str
) -> None:
    query = "theme=asb&datetime=2015-01/2015-06&compare=2015-02/2015-03"
    text = page(client, f"{path}?{query}")
    [words] = told(text)
    assert words.startswith("January to June 2015 cannot be compared with February to March 2015")
    assert words.endswith("January to June 2014 is taken instead.")
    assert form(text)["compare"] == [""]
    plain = page(client, f"{path}?{query.partition('&compare')[0]}")
    lead = r'<p class="lead">.*?</p>'
    assert re.findall(lead, text) == re.findall(lead, plain)
    refused = client.get(f"{path}?{query}&f={'geojson' if 'items' in path else 'json'}")
    assert refused.status_code == 400
    assert "must end before" in refused.text


def test_months_and_source_that_do_not_fit_give_way_and_it_is_said(grid: TestClient) -> None:
    months = "/towns/northtown?theme=asb&source=council-asb&datetime=2018-01/2018-03"
    text = page(grid, months)
    assert told(text) == [
        "Council ASB reports do not show January to March 2018: their latest months are shown."
    ]
    assert form(text)["source"] == ["council-asb"]
    source = "/rural?theme=crime&source=council-asb"
    assert told(page(grid, source)) == [
        "All recorded crime is counted from data.police.uk street files: Council ASB reports do "
        "not record it by itself."
    ]
    assert [grid.get(address).status_code for address in (months, source)] == [400, 400]


@pytest.mark.parametrize(
    "query",
    ["compare=last-year", "compare=2013-01/2013-12", "datetime=1999-01", "source=nobody", "theme="],
)
def test_what_is_wrong_by_itself_is_refused_as_ever(client: TestClient, query: str) -> None:
    for headers in (HTML, {}):
        assert client.get(f"{TOWN}?{query}", headers=headers).status_code == 400


def test_what_is_usual_may_be_sent_empty_by_a_form_alone(client: TestClient) -> None:
    address = f"{TOWN}?theme=asb&compare=&source="
    assert form(page(client, address)) == form(page(client, f"{TOWN}?theme=asb"))
    assert client.get(address).status_code == 400


def test_a_search_keeps_theme_and_months(client: TestClient) -> None:
    asked = {"theme": "shoplifting", "datetime": "2015-01/2015-06"}
    found = client.get("/search", params={"q": "ludlow", **asked}).json()["results"]
    assert found[0]["type"] == "town"
    for result in found:
        query = dict(parse_qsl(urlsplit(result["address"]).query))
        assert {name: value for name, value in query.items() if name != "f"} == asked
        assert client.get(result["address"], headers=HTML).status_code == 200
    query = "q=ludlow&theme=shoplifting&datetime=2015-01/2015-06"
    links = re.findall(r'href="(/towns/ludlow[^"#]*)"', page(client, f"/search?{query}"))
    assert links[0] == "/towns/ludlow?theme=shoplifting&amp;datetime=2015-01/2015-06"
    for wrong in ("theme=bogus", "datetime=1999-01", "source=nobody"):
        assert client.get(f"/search?q=ludlow&{wrong}").status_code == 400


def test_a_theme_of_rural_areas_is_not_taken_to_a_town(client: TestClient) -> None:
    text = page(client, "/rural?theme=rural-crime&datetime=2015-01/2015-06")
    [find] = re.findall(r'<form class="find.*?</form>', text, re.DOTALL)
    assert re.findall(r'type="hidden" name="(\w+)"', find) == ["datetime"]


def asked(page: Page) -> dict[str, Any]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def held_back(page: Page) -> list[Route]:
    """Choose a theme, whose answer is held back until it is let go."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/towns/oswestry?theme=violence*2015-04*2016-03*", hold)
    page.select_option("#choose-theme", "violence")
    until(page, "document.querySelector('main[aria-busy]')")
    return held


@needs_chromium
def test_two_controls_changed_quickly_both_hold(see: Seen) -> None:
    browser_page = see.open(TOWN)
    held = held_back(browser_page)
    last = browser_page.get_by_label("Last month")
    last.focus()
    browser_page.keyboard.press("ArrowLeft")
    for route in held:
        route.continue_()  # the answer to the first comes before the second is asked
    browser_page.wait_for_url("**2016-02**")
    browser_page.wait_for_selector("main:not([aria-busy])")
    assert asked(browser_page)["theme"] == "violence"
    assert "Violence in Oswestry" in browser_page.inner_text("h1")
    browser_page.select_option("#choose-compare", "2014-05/2015-03")
    browser_page.select_option("#choose-theme", "burglary")
    browser_page.wait_for_url("**theme=burglary**")
    browser_page.wait_for_selector("main:not([aria-busy])")
    assert asked(browser_page)["compare"] == "2014-05/2015-03"
    assert "Burglary in Oswestry" in browser_page.inner_text("h1")
    assert see.complaints == []


@needs_chromium
def test_a_thumb_that_is_held_while_an_answer_comes_keeps_its_month(see: Seen) -> None:
    browser_page = see.open(TOWN)
    held = held_back(browser_page)
    thumb = browser_page.get_by_label("First month")
    box = thumb.bounding_box()
    assert box
    step = (box["width"] - 24) / 26
    x, y = box["x"] + 12 + 15 * step, box["y"] + 12
    browser_page.mouse.move(x, y)
    browser_page.mouse.down()
    browser_page.mouse.move(x + 3 * step, y, steps=4)
    for route in held:
        route.continue_()
    browser_page.wait_for_timeout(700)
    assert browser_page.url.endswith(TOWN)  # nothing is asked before it is let go
    browser_page.mouse.up()
    browser_page.wait_for_url("**2015-07**")
    assert asked(browser_page) | {"rates": ""} == {
        "theme": "violence", "datetime": "2015-07/2016-03", "rates": "",
    }  # fmt: skip


@needs_chromium
def test_a_search_leads_to_another_town_with_the_same_theme_and_months(see: Seen) -> None:
    browser_page = see.open(TOWN)
    browser_page.select_option("#choose-theme", "shoplifting")
    browser_page.wait_for_url("**theme=shoplifting**")
    browser_page.wait_for_selector("main:not([aria-busy])")
    browser_page.select_option("#choose-datetime", "2015-01/2015-12")
    browser_page.wait_for_url("**2015-12**")
    browser_page.wait_for_selector("main:not([aria-busy])")
    browser_page.fill("#find", "ludlow")
    browser_page.get_by_role("option", name="Ludlow Town", exact=True).click()
    browser_page.wait_for_url("**/towns/ludlow?**")
    assert asked(browser_page) == {"theme": "shoplifting", "datetime": "2015-01/2015-12"}


@needs_chromium
@pytest.mark.parametrize("see", [WIDE, (1920, 1080)], indirect=True, ids=["wide", "widest"])
def test_where_there_is_room_the_controls_are_one_row_without_a_fold(see: Seen) -> None:
    browser_page = see.open(TOWN)
    expect(browser_page.locator(".fold")).to_be_hidden()
    boxes = browser_page.locator(".controls > *").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect().toJSON())"
    )
    assert len(boxes) == 5
    assert max(box["top"] for box in boxes) < min(box["bottom"] for box in boxes)
    assert len({round(box["bottom"] / 8) for box in boxes}) == 1
    browser_page.get_by_role("link", name="Download", exact=True).click()
    expect(browser_page.get_by_role("heading", name="Take it away")).to_be_in_viewport()
    assert browser_page.locator(".lead").count() == 1
    assert see.complaints == []


@needs_chromium
@pytest.mark.parametrize("see", [WIDE, PHONE], indirect=True, ids=["wide", "phone"])
def test_the_months_chosen_are_read_in_full(see: Seen) -> None:
    browser_page = see.open(f"{TOWN}?datetime=2014-09/2015-11")
    unfold(browser_page)
    months = browser_page.locator("#choose-datetime")
    assert months.locator("option:checked").inner_text() == "September 2014 to November 2015"
    assert months.evaluate("one => one.scrollWidth <= one.clientWidth")
    thumb = browser_page.get_by_label("First month").bounding_box()
    above = months.bounding_box()
    assert above
    assert thumb
    assert above["y"] + above["height"] <= thumb["y"] + 2


@needs_chromium
@pytest.mark.parametrize("see", [PHONE], indirect=True, ids=["phone"])
def test_on_a_phone_the_controls_are_one_line_that_opens_and_stays_open(see: Seen) -> None:
    browser_page = see.open(TOWN)
    fold, theme = browser_page.locator(".fold summary"), browser_page.locator("#choose-theme")
    expect(fold).to_contain_text("Anti-social behaviour")
    expect(fold).to_contain_text("April 2015 to March 2016")
    expect(theme).to_be_hidden()
    top = browser_page.locator(".map").bounding_box()
    assert top
    assert top["y"] < PHONE[1] - 200
    button = browser_page.locator(".fold .button").bounding_box()
    assert button
    assert button["height"] >= 44
    fold.focus()
    browser_page.keyboard.press("Enter")
    expect(theme).to_be_visible()
    browser_page.keyboard.press("Tab")
    expect(theme).to_be_focused()
    theme.select_option("shoplifting")
    browser_page.wait_for_url("**theme=shoplifting**")
    browser_page.wait_for_selector("main:not([aria-busy])")
    expect(fold).to_contain_text("Shoplifting")
    expect(theme).to_be_visible()
    for box in browser_page.locator(".controls select:not(#choose-datetime), .controls a").all():
        size = box.bounding_box()
        assert size
        assert size["height"] >= 44
    fold.click()
    expect(theme).to_be_hidden()
    assert see.complaints == []


@needs_chromium
def test_without_script_a_phone_opens_menu_and_controls(browser: Browser, server: str) -> None:
    size = {"width": PHONE[0], "height": PHONE[1]}
    with browser.new_context(java_script_enabled=False, viewport=size) as context:
        plain = context.new_page()
        plain.goto(server + TOWN)
        for summary, kept in (
            (".menu summary", "nav a[href='/rural']"),
            (".fold summary", "form.controls"),
        ):
            expect(plain.locator(kept)).to_be_hidden()
            plain.click(summary)
            expect(plain.locator(kept)).to_be_visible()
            plain.locator(summary).press("Enter")
            expect(plain.locator(kept)).to_be_hidden()
        plain.click(".fold summary")
        plain.select_option("#choose-datetime", "2014-01/2014-12")
        plain.click(".controls [type=submit]")
        assert "December 2014" in plain.inner_text(".lead")


def test_no_browser_needs_to_show_what_is_in_a_closed_details() -> None:
    """`::details-content` is not in every browser; the menu and the fold do without it."""
    static = Path(__file__).parents[2] / "static"
    screens = [sheet for sheet in static.glob("*.css") if sheet.name != "print.css"]
    assert screens
    assert not [sheet.name for sheet in screens if "::details-content" in sheet.read_text("utf-8")]
