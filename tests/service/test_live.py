"""Controls change the address and what is shown, without loading the page anew."""

import re
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import httpx2
import pytest
from browsing import AREAS, PHONE, WIDE, Seen, needs_chromium, unfold, until
from legends import by_legend, drawn_colours
from playwright.sync_api import Page, Route, expect

pytestmark = needs_chromium
TOWN = "/towns/oswestry"
HOTSPOTS = "/collections/hotspots/items"
LAYER = re.compile(r"/items\?.*f=geojson")


def opened(see: Seen, path: str) -> Page:
    """A page that knows whether it was loaded anew since."""
    page = see.open(path)
    page.evaluate("window.first = true")
    return page


def features(see: Seen, items: str, **more: str) -> list[dict[str, Any]]:
    """What the API says of the question in the address of the page."""
    asked = dict(parse_qsl(urlsplit(see.page.url).query))
    for name in ("f", "rates"):
        asked.pop(name, None)
    address = f"{see.server}{items}?{urlencode(asked | more | {'limit': '10000'})}"
    found: list[dict[str, Any]] = httpx2.get(address, trust_env=False).json()["features"]
    return found


def view(page: Page) -> dict[str, Any]:
    """All that a reader sees of a page that the controls decide."""
    of_town = urlsplit(page.url).path.startswith("/towns/")
    places = "[data-places]" if of_town else ""  # which labels keep clear of
    page.wait_for_selector(f"main:not([aria-busy]) .map[data-drawn]{places}")
    return {
        "title": page.title(),
        "words": page.locator("#main h1, #main .lead, #main .secondary").all_inner_texts(),
        "tables": page.locator("#main table:visible").all_inner_texts(),
        "chosen": page.locator("#main select").evaluate_all("all => all.map(one => one.value)"),
        "thumbs": page.locator("#main [type=range]").evaluate_all("all => all.map(o => o.value)"),
        "colours": drawn_colours(page),
        "labels": sorted(page.locator(".map-label").all_inner_texts()),
        "outlines": page.locator(".leaflet-marks-pane path").count(),
    }


CHOICES = [
    (TOWN, ("theme", "violence"), {"town": "oswestry"}),
    (TOWN, ("datetime", "2016-01/2016-03"), {"town": "oswestry"}),
    (f"{TOWN}?theme=burglary", ("rates", "smoothed"), {"town": "oswestry"}),
    ("/rural", ("theme", "burglary"), {"place": "rural"}),
    ("/rural", ("datetime", "2014-01/2014-12"), {"place": "rural"}),
    ("/business", ("datetime", "2016-01/2016-03"), {"theme": "business-crime"}),
    (f"{HOTSPOTS}?f=html", ("theme", "shoplifting"), {}),
    ("/collections/towns/items?f=html", ("datetime", "2014-01/2014-12"), {}),
]


@pytest.mark.parametrize(("path", "choice", "asked"), CHOICES)
def test_what_is_chosen_is_drawn_as_the_api_has_it(
    see: Seen, path: str, choice: tuple[str, str], asked: dict[str, str]
) -> None:
    name, value = choice
    field = "rate_smoothed" if value == "smoothed" else "rate"
    page = opened(see, path)
    before = view(page)
    page.select_option(f"#choose-{name}", value)
    page.wait_for_url(lambda url: parse_qs(urlsplit(url).query).get(name) == [value])
    after = view(page)
    items = path.partition("?")[0] if path.startswith("/collections") else HOTSPOTS
    found = features(see, items, **asked)
    assert after["colours"] == by_legend(page, found, field)
    assert after["colours"] != before["colours"]
    if items == HOTSPOTS and path != "/rural":
        total = f"{sum(feature['properties']['count'] for feature in found):,}"
        assert total in page.inner_text(".lead")
    assert page.evaluate("window.first")  # it was not loaded anew
    loaded = see.open(page.url.removeprefix(see.server))
    assert view(loaded) == after
    assert see.complaints == []


def ground(page: Page) -> int:
    """How many outlines the areas under places are drawn with, all in one path."""
    return str(page.locator(".leaflet-ground-pane path").get_attribute("d")).count("M")


def rings(found: list[dict[str, Any]]) -> int:
    """How many outlines features have."""
    shapes = [feature["geometry"] for feature in found]
    return sum(
        len(shape["coordinates"])
        if shape["type"] == "Polygon"
        else sum(map(len, shape["coordinates"]))
        for shape in shapes
    )


def test_places_of_another_town_are_drawn_over_its_areas(see: Seen) -> None:
    page = opened(see, "/collections/grid/items?theme=asb&town=oswestry&f=html")
    page.select_option("#choose-town", "ludlow")
    page.wait_for_url("**town=ludlow**")
    page.wait_for_selector("main:not([aria-busy])")
    assert page.locator(AREAS).count() == len(features(see, "/collections/grid/items"))
    assert ground(page) == rings(features(see, "/collections/lsoas/items"))
    assert page.locator(f"{AREAS}[d='M0 0']").count() == 0  # all of it is in view
    page.select_option("#choose-town", "")
    page.wait_for_url(lambda url: "town=" not in url)
    page.wait_for_selector("main:not([aria-busy])")
    assert ground(page) == rings(features(see, "/collections/lsoas/items")) >= 193
    assert page.evaluate("window.first")
    assert see.complaints == []


def test_other_months_to_compare_with_are_drawn(see: Seen) -> None:
    page = opened(see, "/collections/change/items?theme=asb&datetime=2016-01/2016-03&f=html")
    before = view(page)
    page.select_option("#choose-compare", "2015-10/2015-12")
    page.wait_for_url("**compare=2015-10**")
    after = view(page)
    assert after["words"] != before["words"]
    assert view(see.open(page.url.removeprefix(see.server))) == after


@pytest.mark.parametrize("see", [WIDE, PHONE], indirect=True, ids=["wide", "phone"])
def test_back_forward_reload_and_a_shared_link_give_the_same_view(see: Seen) -> None:
    page = opened(see, TOWN)
    unfold(page)
    views, addresses = [view(page)], [page.url]
    for name, value in (("theme", "shoplifting"), ("datetime", "2015-01/2015-12")):
        page.select_option(f"#choose-{name}", value)
        page.wait_for_url(lambda url, was=addresses[-1]: url != was)
        views.append(view(page))
        addresses.append(page.url)
    assert len({str(seen["words"]) for seen in views}) == 3
    steps = ((page.go_back, 1), (page.go_back, 0), (page.go_forward, 1), (page.go_forward, 2))
    for step, place in steps:
        step()
        expect(page.locator(".lead")).to_have_text(views[place]["words"][1])
        assert page.url == addresses[place]
        assert view(page) == views[place]
    assert page.evaluate("window.first")
    page.reload()
    assert view(page) == views[2]
    shared = page.context.new_page()
    shared.goto(addresses[1])
    assert view(shared) == views[1]
    assert see.complaints == []


def test_a_choice_that_going_back_overtakes_is_not_kept(see: Seen) -> None:
    page = opened(see, f"{TOWN}?theme=shoplifting")
    page.select_option(".controls [name=rates]", "smoothed")
    until(page, "location.search.includes('rates=smoothed')")
    page.evaluate(
        """() => {
            const theme = document.querySelector('form.controls select[name=theme]');
            theme.value = 'burglary';
            theme.dispatchEvent(new Event('change', { bubbles: true }));
            history.back();
        }"""
    )
    until(page, "!location.search.includes('rates')")
    expect(page.locator("form.controls select[name=rates]")).to_have_value("recorded")
    seen = view(page)
    page.reload()
    assert view(page) == seen
    expect(page.locator(".controls select[name=theme]")).to_have_value("shoplifting")


def test_the_address_is_the_one_the_form_gives_without_script(see: Seen) -> None:
    page = opened(see, TOWN)
    page.select_option("#choose-theme", "shoplifting")
    page.wait_for_url("**theme=shoplifting**")
    with page.context.browser.new_context(java_script_enabled=False) as plain:  # type: ignore[union-attr]
        other = plain.new_page()
        other.goto(see.server + TOWN)
        other.select_option("#choose-theme", "shoplifting")
        other.click("button.main")
        assert parse_qs(urlsplit(other.url).query) == parse_qs(urlsplit(page.url).query)


def test_the_focus_stays_and_what_is_shown_now_is_said(see: Seen) -> None:
    page = opened(see, TOWN)
    page.focus("#choose-theme")
    page.keyboard.press("ArrowDown")
    page.wait_for_url("**theme=crime**")
    view(page)
    expect(page.locator("#choose-theme")).to_be_focused()
    said = page.locator("body > [role=status]")
    assert said.inner_text() == page.inner_text(".lead")
    assert "crimes" in said.inner_text()
    page.focus("[aria-label='Last month']")
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**2016-02**")
    view(page)
    expect(page.locator("[aria-label='Last month']")).to_be_focused()


def test_headings_still_sort_and_findings_still_lead_to_the_map(see: Seen) -> None:
    page = opened(see, TOWN)
    page.select_option("#choose-theme", "violence")
    page.wait_for_url("**theme=violence**")
    view(page)
    heading = page.locator("table[data-sortable] thead th").nth(2)
    heading.get_by_role("button").click()
    heading.get_by_role("button").click()
    assert heading.get_attribute("aria-sort") == "ascending"
    page.locator("button[data-area]").first.click()
    expect(page.locator(".tip")).to_contain_text("crimes")


def test_a_map_tells_whoever_listens_what_it_has_drawn(see: Seen) -> None:
    page = opened(see, TOWN)
    page.evaluate(
        "void map_areas.on('areas', ({ layer, features, config }) => { window.told ="
        " [layer.getLayers().map((a) => a.feature.properties.count),"
        " features.map((f) => f.properties.count), config.noun]; })"
    )
    paths = "document.querySelector('path.leaflet-interactive')"
    page.evaluate(f"window.path = {paths}")
    page.select_option("#choose-theme", "violence")
    until(page, "window.told")
    page.wait_for_url("**theme=violence**")
    counts = [row["properties"]["count"] for row in features(see, HOTSPOTS, town="oswestry")]
    assert page.evaluate("told") == [counts, counts, "crimes"]
    assert page.evaluate(f"path === {paths}")  # the outlines are those drawn before


def test_a_slow_network_shows_that_it_is_loading_and_the_last_choice_wins(see: Seen) -> None:
    page = opened(see, TOWN)
    before = view(page)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/towns/oswestry?theme=violence*", hold)
    page.select_option("#choose-theme", "violence")
    said = page.locator("body > [role=status]")
    expect(said).to_have_text("Loading what you chose.")
    expect(said).to_be_in_viewport()
    assert page.get_attribute("main", "aria-busy") == "true"
    assert page.inner_text(".lead") == before["words"][1]
    page.select_option("#choose-theme", "burglary")
    page.wait_for_url("**theme=burglary**")
    view(page)
    for route in held:
        route.continue_()
    page.wait_for_timeout(300)
    assert "Burglary" in page.inner_text("h1")
    assert "theme=burglary" in page.url
    page.go_back()
    expect(page.locator("h1")).to_contain_text("Anti-social")
    assert page.evaluate("window.first")


@pytest.mark.parametrize("lost", ["**/towns/oswestry?*", LAYER], ids=["page", "layer"])
def test_a_failed_request_says_so_and_leaves_the_page_as_it_was(
    see: Seen, lost: str | re.Pattern[str]
) -> None:
    page = opened(see, TOWN)
    before, address = view(page), page.url
    page.route(lost, lambda route: route.abort())
    page.select_option("#choose-theme", "violence")
    said = page.locator("body > [role=status]")
    expect(said).to_contain_text("could not be reached. The page still shows what it showed before")
    expect(said).to_be_in_viewport()
    assert page.url == address
    assert view(page) == before
    page.unroute(lost)
    said.get_by_role("button", name="Try again").click()
    page.wait_for_url("**theme=violence**")
    assert view(page)["colours"] == by_legend(page, features(see, HOTSPOTS, town="oswestry"))
    expect(said).to_have_class("visually-hidden")


def test_what_cannot_be_asked_is_said_in_the_words_of_the_server(see: Seen) -> None:
    page = opened(see, TOWN)
    before = view(page)
    page.evaluate("document.querySelector('#choose-theme').add(new Option('x', 'nonsense'))")
    page.select_option("#choose-theme", "nonsense")
    said = page.locator("body > [role=status]")
    expect(said).to_contain_text("nonsense")
    expect(said).to_contain_text("The page still shows")
    assert page.locator(".map").is_visible()
    assert view(page) == before


@pytest.mark.parametrize("path", [TOWN, "/rural", "/collections/grid/items?town=wem&f=html"])
def test_what_a_map_draws_is_asked_for_with_its_page_and_once(see: Seen, path: str) -> None:
    page = see.open(path)
    layers = [url for url in see.requests if LAYER.search(url)]
    first = page.locator("link[rel=preload]").evaluate_all("all => all.map((one) => one.href)")
    assert len(layers) == len(set(layers))
    assert set(first) == {url for url in layers if "/map-points/" not in url or "town=wem" in url}
    scripts = [place for place, url in enumerate(see.requests) if url.endswith("/folium.js")]
    assert see.requests.index(layers[0]) < scripts[0]
