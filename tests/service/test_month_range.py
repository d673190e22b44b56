"""The months of a page are chosen by two thumbs, or by a list where there is no script."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from browsing import PHONE, WIDE, Seen, needs_chromium, unfold
from playwright.sync_api import Browser, Locator, Page, Route, expect
from starlette.testclient import TestClient

from geo.dataset import Dataset
from geo.period import Period, month_number
from geo.query import Question
from service.pages.choices import month_slider

TOWN = "/towns/oswestry"
HTML = {"Accept": "text/html"}


def thumbs(page: Page) -> tuple[Locator, Locator]:
    return page.get_by_label("First month"), page.get_by_label("Last month")


def drag(page: Page, thumb: Locator, months: int) -> None:
    """Move a thumb with the mouse."""
    box = thumb.bounding_box()
    assert box
    least, most, now = (
        int(thumb.evaluate(f"one => Number(one.{name})")) for name in ("min", "max", "value")
    )
    step = (box["width"] - 24) / (most - least)
    x, y = box["x"] + 12 + (now - least) * step, box["y"] + 12
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + months * step, y, steps=8)
    page.mouse.up()


def asked(page: Page, months: str) -> None:
    page.wait_for_url(lambda url: parse_qs(urlsplit(url).query).get("datetime") == [months])
    page.wait_for_selector("main:not([aria-busy])")


@needs_chromium
@pytest.mark.parametrize("see", [WIDE, PHONE], indirect=True, ids=["wide", "phone"])
@pytest.mark.parametrize("path", [TOWN, "/rural", "/business", "/collections/lsoas/items?f=html"])
def test_thumbs_choose_the_first_and_the_last_month(see: Seen, path: str) -> None:
    page = see.open(path)
    unfold(page)
    first, last = thumbs(page)
    assert first.get_attribute("aria-valuetext") == "April 2015"
    assert last.get_attribute("aria-valuetext") == "March 2016"
    box = first.bounding_box()
    assert box
    assert box["height"] == 24
    drag(page, first, 3)
    asked(page, "2015-07/2016-03")
    chosen = page.locator("#choose-datetime option:checked")
    assert chosen.inner_text().strip() == "July 2015 to March 2016"
    drag(page, last, -1)
    asked(page, "2015-07/2016-02")
    assert "to February 2016" in page.inner_text("#main")
    assert last.get_attribute("aria-valuetext") == "February 2016"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert see.complaints == []


@needs_chromium
def test_arrow_keys_move_a_thumb_by_a_month_and_home_to_the_earliest(see: Seen) -> None:
    page = see.open(TOWN)
    first, last = thumbs(page)
    page.focus("#choose-datetime")
    page.keyboard.press("Tab")
    expect(first).to_be_focused()
    requests = len(see.requests)
    for _ in range(4):
        page.keyboard.press("ArrowLeft")
    asked(page, "2014-12/2016-03")
    pages = [url for url in see.requests[requests:] if "/towns/" in url]
    assert len(pages) == 1  # one request for four presses
    page.keyboard.press("Home")
    asked(page, "2014-01/2016-03")
    page.keyboard.press("Tab")
    expect(last).to_be_focused()
    page.keyboard.press("ArrowRight")  # there is no later month
    page.wait_for_timeout(400)
    assert "2014-01" in page.url


@needs_chromium
def test_both_thumbs_together_choose_one_month_and_part_again(see: Seen) -> None:
    page = see.open(TOWN)
    first, last = thumbs(page)
    drag(page, first, 11)
    asked(page, "2016-03/2016-03")
    assert "in March 2016" in page.inner_text(".lead")
    drag(page, last, -2)  # from the right end only the first can go, so it lies above
    asked(page, "2016-01/2016-03")
    page.goto(f"{see.server}{TOWN}?datetime=2014-06")
    page.wait_for_selector(".map[data-drawn]")
    drag(page, first, 2)  # and here the last
    asked(page, "2014-06/2014-08")
    first.focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")  # against the other thumb, and on with it
    asked(page, "2014-10/2014-10")
    assert "in October 2014" in page.inner_text(".lead")


@needs_chromium
def test_the_list_and_the_thumbs_say_the_same(see: Seen) -> None:
    page = see.open(TOWN)
    page.select_option("#choose-datetime", "2014-01/2014-12")
    asked(page, "2014-01/2014-12")
    values = [thumb.get_attribute("aria-valuetext") for thumb in thumbs(page)]
    assert values == ["January 2014", "December 2014"]
    drag(page, thumbs(page)[1], 1)
    asked(page, "2014-01/2015-01")
    page.go_back()
    expect(thumbs(page)[1]).to_have_attribute("aria-valuetext", "December 2014")
    assert page.input_value("#choose-datetime") == "2014-01/2014-12"


@needs_chromium
@pytest.mark.parametrize("see", [WIDE, PHONE], indirect=True, ids=["wide", "phone"])
def test_every_one_of_180_months_can_be_reached(see: Seen) -> None:
    def longer(route: Route) -> None:
        response = route.fetch()
        body = re.sub(r'data-first="\d+"', f'data-first="{month_number(2001, 4)}"', response.text())
        route.fulfill(response=response, body=body)

    see.page.route("**/towns/**", longer)
    page = see.open(TOWN)
    unfold(page)
    first, _ = thumbs(page)
    expect(page.locator(".month-range p")).to_contain_text("Apr 2001")
    seen = set()
    first.focus()
    page.keyboard.press("Home")
    for _ in range(180):
        seen.add(page.locator("#choose-datetime option:checked").get_attribute("value"))
        page.keyboard.press("ArrowRight")
    assert len({value[:7] for value in seen if value}) == 180
    assert first.get_attribute("aria-valuetext") == "March 2016"
    see.page.unroute_all(behavior="wait")  # the page may be asking for the last months yet


@needs_chromium
def test_without_script_the_list_stands_alone(browser: Browser, server: str) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(server + TOWN)
        assert page.locator("[type=range]").count() == 0
        page.select_option("#choose-datetime", "2014-01/2014-12")
        page.click("button.main")
        assert "datetime=2014-01%2F2014-12" in page.url
        assert "December 2014" in page.inner_text(".lead")


def test_one_month_alone_leaves_no_choice(embedded: Dataset) -> None:
    question = Question.ask(embedded)
    month = Period(month_number(2015, 4), month_number(2015, 4))
    assert month_slider(embedded, question, month) is None
    held = question.held(embedded)
    assert month_slider(embedded, question, held) == held


def test_a_page_carries_the_months_its_source_holds(
    client: TestClient, police_client: TestClient, police: Dataset, embedded: Dataset
) -> None:
    for asker, dataset in ((client, embedded), (police_client, police)):
        text = asker.get("/rural", headers=HTML).text
        found = [int(value) for value in re.findall(r'data-(?:first|last)="(\d+)"', text)]
        assert found == [dataset.period.first, dataset.period.last]
