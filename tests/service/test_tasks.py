"""Questions that people come with, from the home page to the words that answer them."""

import re

import pandas as pd
import pytest
from browsing import PHONE, WIDE, Seen, needs_chromium, unfold
from playwright.sync_api import Page, expect
from scipy import stats

from geo.dataset import Dataset
from geo.period import parse_month

pytestmark = [
    needs_chromium,
    pytest.mark.parametrize("see", [WIDE, PHONE], indirect=True, ids=["wide", "phone"]),
]
NOW, BEFORE = ("2015-04", "2016-03"), ("2014-04", "2015-03")


def counted(incidents: pd.DataFrame, months: tuple[str, str]) -> pd.DataFrame:
    return incidents[incidents["month"].between(*map(parse_month, months))]


def choose(page: Page, **wanted: str) -> None:
    """Choose in the first form of the page, whose address and words then change."""
    unfold(page)
    for name, value in wanted.items():
        page.select_option(f"#choose-{name}", label=value)
        chosen = page.locator(f"#choose-{name}").input_value()
        page.wait_for_url(f"**{name}={chosen}**")
    page.wait_for_selector("main:not([aria-busy]) .map[data-drawn]")


def test_is_the_shoplifting_of_ludlow_up(see: Seen, embedded_incidents: pd.DataFrame) -> None:
    page = see.open("/")
    page.get_by_role("link", name="Ludlow", exact=True).click()
    page.wait_for_url("**/towns/ludlow**")
    choose(page, theme="Shoplifting")
    thefts = embedded_incidents[
        (embedded_incidents["offence"] == "shoplifting") & (embedded_incidents["town"] == "Ludlow")
    ]
    now, before = (len(counted(thefts, months)) for months in (NOW, BEFORE))
    lead = page.inner_text(".lead")
    assert f"{now} crimes in Ludlow in the twelve months to March 2016" in lead
    clear = stats.binomtest(now, now + before).pvalue <= 0.05
    assert f"from {before} a year before" in lead
    assert ("No clear change" in lead) == (not clear)

    half, year = ("2015-10", "2016-03"), ("2014-10", "2015-03")
    page.goto(re.sub("datetime=[^&]*", f"datetime={'/'.join(half)}", page.url))
    unfold(page)
    page.select_option("#choose-compare", value="2015-04/2015-09")
    page.wait_for_url(re.compile("compare=2015-04(/|%2F)2015-09"))
    assert "theme=shoplifting" in page.url
    before = len(counted(thefts, ("2015-04", "2015-09")))
    lead = page.locator(".lead")
    expect(lead).to_contain_text(f"from {before} in the six months to September 2015")
    expect(lead).to_contain_text(f"{len(counted(thefts, half))} crimes in Ludlow")
    page.go_back()
    told = f"from {len(counted(thefts, year))} a year before"
    expect(page.locator(".lead")).to_contain_text(told)
    assert see.complaints == []


def test_which_rural_areas_had_more_farm_theft_than_last_year(
    see: Seen, embedded_incidents: pd.DataFrame, embedded: Dataset
) -> None:
    page = see.open("/")
    menu = page.locator("header nav summary")
    if menu.is_visible():
        menu.click()
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Rural crime").click()
    page.wait_for_url("**/rural**")
    choose(page, theme="Farm machinery and vehicles")
    assert "Farm machinery and vehicles in rural Shropshire" in page.inner_text("h1")
    thefts = embedded_incidents[embedded_incidents["rural_offence"] == "farm-machinery"]
    areas = embedded.lsoas
    rural = areas[areas["place"] == "rural"].set_index("lsoa_code")["name"]
    was, found = (counted(thefts, months)["lsoa_code"].value_counts() for months in (BEFORE, NOW))
    told = sorted((rural[c], int(was.get(c, 0)), int(found.get(c, 0))) for c in rural.index)

    section = page.locator("section[aria-labelledby=changed]")
    more, fewer = (sum(w * (new - old) > 0 for _, old, new in told) for w in (1, -1))
    words = section.inner_text()
    assert f"More in {more} areas, fewer in {fewer}" in words
    assert f"Up from {sum(t[1] for t in told)} to {sum(t[2] for t in told)}" in words
    section.get_by_text("All 111 areas as a table").click()
    rows = section.locator("tbody tr").evaluate_all(
        "rows => rows.map(r => [r.cells[0].firstChild.data, r.cells[1].innerText,"
        " r.cells[2].innerText, r.querySelector('.sub').textContent])"
    )
    assert sorted((name, int(old), int(new)) for name, old, new, _ in rows) == told
    risen = [name for name, old, new, _ in rows if int(new) > int(old)]
    assert risen == [name for name, *_ in rows[:more]]  # those with more come first
    clear = {name for name, *_, verdict in rows if verdict != "No clear change"}
    assert ("none is a clear change" in words) == (not clear)

    section.get_by_role("link", name="Map of what changed").click()
    page.wait_for_selector(".map[data-drawn]")
    assert page.locator("table[data-sortable] tbody tr").count() == len(rural)
    assert see.complaints == []
