"""In a real browser: choosing whose records to see, and areas with names longer than the screen."""

from collections.abc import Iterator

import pytest
from browsing import AREAS, PHONE, WIDE, WIDTH, needs_chromium
from made_dataset import lsoas, write_made
from playwright.sync_api import Browser
from serving import serving

pytestmark = needs_chromium
LONG = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch and the Vale of Somewhere"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of the grid, all of its names long."""
    folder = tmp_path_factory.mktemp("long")
    names = [f"{LONG} {number}" for number in range(len(lsoas()))]
    home = write_made(
        folder / "home",
        edit=lambda frame: frame.assign(name=names, short_name=names),
        area={"name": LONG, "partnership": LONG},
    )
    with serving(folder / "log.txt", "--dataset", home) as found:
        yield found


def test_another_source_is_chosen_and_left_for_a_theme_it_lacks(
    browser: Browser, address: str
) -> None:
    page = browser.new_page()
    page.goto(f"{address}/towns/northtown?datetime=2019-04/2019-06")
    page.wait_for_selector(".map[data-drawn]")
    assert "30 reports" in page.inner_text(".lead")
    page.select_option("#choose-source", "council-asb")
    page.wait_for_url("**source=council-asb**")
    assert "20 reports" in page.inner_text(".lead")
    assert page.locator(AREAS).count() == 4
    assert page.input_value("#choose-source") == "council-asb"
    assert "2019-04" in page.url
    page.select_option("#choose-theme", "crime")
    page.wait_for_url("**theme=crime**")
    assert "12 crimes" in page.inner_text(".lead")
    assert "Council ASB reports do not record it by itself" in page.inner_text(".told")
    assert page.locator("#choose-source").count() == 0
    page.select_option("#choose-theme", "asb")
    page.wait_for_url("**theme=asb**")
    assert "source=" not in page.url
    assert page.locator(".told").count() == 0
    page.close()


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize(
    "path", ["/", "/towns/northtown", "/rural", "/collections/hotspots/items?f=html"]
)
def test_long_names_fit_the_screen(
    browser: Browser, address: str, path: str, size: tuple[int, int]
) -> None:
    page = browser.new_page(viewport={"width": size[0], "height": size[1]})
    page.goto(address + path)
    page.wait_for_selector(".map[data-drawn]")
    width = page.evaluate(WIDTH)
    assert width[0] <= width[1]
    page.close()
