"""The page /compare in a real browser, over a server that has other areas beside its own."""

from collections.abc import Iterator

import httpx2
import pytest
from browsing import PHONE, WIDE, WIDTH, Seen, needs_chromium
from made_dataset import COUNCIL, made, row, shire
from playwright.sync_api import Browser, expect
from serving import serving

pytestmark = needs_chromium
LONG = "Countyshire Combined Community Safety Partnership and the Vale of Somewhere"
JUNE = "theme=shoplifting&datetime=2019-06"
HALO = 4  # of a letter, so that it can be read across a line


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that has three areas beside its own, one of a partner's records."""
    folder = tmp_path_factory.mktemp("beside")
    for name, count, residents in (
        ("Ourshire", 40, 1000),
        ("Bigshire", 300, 2000),
        (LONG, 44, 1000),
    ):
        shire(folder, name, count, residents)
    made(folder / "council", [COUNCIL], [row(0, "asb-nuisance", "2019-06", (4, 4), 20)],
         area={"name": "Councilshire"})  # fmt: skip
    beside = [
        word for name in ("Bigshire", LONG, "council") for word in ("--beside", folder / name)
    ]
    log = folder / "log.txt"
    with serving(log, "--dataset", folder / "Ourshire", *beside) as address:
        yield address
    assert f"Beside it: Bigshire, {LONG}, Councilshire, at /compare." in log.read_text("utf-8")


@pytest.mark.parametrize("see", [WIDE, PHONE], indirect=True, ids=["wide", "phone"])
def test_the_chart_and_the_table_fit_the_screen(see: Seen) -> None:
    page = see.open(f"/compare?{JUNE}", drawn=False)
    scroll, width = page.evaluate(WIDTH)
    assert scroll <= width
    wide, narrow = (page.locator(f".chart.rates.{kind}") for kind in ("wide", "narrow"))
    assert wide.is_visible() == (width > 640)
    assert narrow.is_visible() == (width <= 640)
    chart = wide if width > 640 else narrow
    assert chart.locator("rect.bar").count() == 3
    edge = chart.bounding_box()
    assert edge
    for box in [text.bounding_box() for text in chart.locator("text").all()]:
        assert box
        assert edge["x"] - HALO <= box["x"]
        assert box["x"] + box["width"] <= edge["x"] + edge["width"] + HALO
    rows = page.locator("table[data-sortable] tbody tr")
    expect(rows).to_have_count(4)
    expect(rows.nth(1)).to_contain_text("Clearly higher")
    assert see.complaints == []


@pytest.mark.parametrize("see", [WIDE, PHONE], indirect=True, ids=["wide", "phone"])
def test_a_name_and_its_figures_do_not_run_into_each_other(see: Seen) -> None:
    page = see.open(f"/compare?{JUNE}", drawn=False)
    boxes = page.locator(".chart.rates:visible text").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect())"
        ".map(box => [box.left, box.top, box.right, box.bottom])"
    )
    for i, one in enumerate(boxes):
        for other in boxes[:i]:
            apart = one[2] <= other[0] or other[2] <= one[0]
            assert apart or one[3] <= other[1] or other[3] <= one[1]


def test_choosing_a_theme_asks_it_of_every_area(see: Seen) -> None:
    page = see.open(f"/compare?{JUNE}", drawn=False)
    page.select_option("#choose-theme", "asb")
    page.wait_for_url("**/compare?*theme=asb**")
    rows = page.locator("table[data-sortable] tbody tr")
    expect(rows.last).to_contain_text("Councilshire")
    expect(rows.last.locator("td").first).to_have_text("20")
    found = httpx2.get(f"{see.server}/compare?theme=asb&datetime=2019-06", trust_env=False).json()
    assert found["areas"][-1]["count"] == 20
    assert see.complaints == []


def test_a_heading_sorts_the_areas_by_rate(see: Seen) -> None:
    page = see.open(f"/compare?{JUNE}", drawn=False)
    table = page.locator("table[data-sortable]")
    table.locator("thead th").nth(3).get_by_role("button").click()
    expect(table.locator("tbody tr").first).to_contain_text("Bigshire")
    expect(table.locator("tbody tr").last).to_contain_text("Councilshire")
    table.locator("thead th").nth(3).get_by_role("button").click()
    expect(table.locator("tbody tr").first).to_contain_text("Ourshire")
    expect(table.locator("tbody tr").last).to_contain_text("Councilshire")


def test_without_script_the_figures_stand(browser: Browser, server: str) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{server}/compare?{JUNE}")
        expect(page.locator(".chart.rates.wide")).to_be_visible()
        expect(page.locator("table[data-sortable] tbody tr")).to_have_count(4)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_range_can_be_told_from_its_bar(browser: Browser, server: str, scheme: str) -> None:
    with browser.new_context(color_scheme=scheme) as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(f"{server}/compare?{JUNE}")
        colours = page.evaluate(
            "['.bar.other', '.limits'].map(name => document.querySelector(`.chart.rates ${name}`))"
            ".map(one => [getComputedStyle(one).fill, getComputedStyle(one).stroke])"
        )
        assert colours[0][0] != colours[1][1]
        # An end of a range stands out of its bar, so that it is seen on a dark one as well.
        ends = page.locator(".chart.rates.wide .limits").first.bounding_box()
        bar = page.locator(".chart.rates.wide .bar").first.bounding_box()
        assert ends
        assert bar
        assert ends["height"] > bar["height"]
