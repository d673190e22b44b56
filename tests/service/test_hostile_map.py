"""A map whose areas have hostile names runs nothing of them, and stays within its screen."""

from collections.abc import Iterator

import pandas as pd
import pytest
from browsing import PHONE, WIDE, Seen, needs_chromium, until
from made_dataset import COUNTS, POLICE, write_made
from serving import serving

pytestmark = needs_chromium
MARKUP = '<img src=x onerror="ran=1"></b><script>ran=1</script>{{7*7}}\u202e'
ENDLESS = "x" * 300


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A service of such a dataset."""
    folder = tmp_path_factory.mktemp("hostile")

    def edit(frame: pd.DataFrame) -> pd.DataFrame:
        words = MARKUP + ENDLESS
        return frame.assign(name=words + frame["name"], short_name=words + frame["short_name"])

    police = POLICE | {"name": MARKUP + ENDLESS, "caveats": [MARKUP + ENDLESS]}
    area = {"name": MARKUP, "partnership": MARKUP + ENDLESS}
    counts = [one for one in COUNTS if one["source"] == 0]
    write_made(folder / "home", [police], counts, edit, area=area)
    with serving(folder / "log.txt", "--dataset", folder / "home") as address:
        yield address


@pytest.mark.parametrize("see", [WIDE, PHONE], indirect=True, ids=["wide", "phone"])
@pytest.mark.parametrize("path", ["/towns/northtown?theme=asb", "/collections/lsoas/items?f=html"])
def test_names_run_nothing_and_the_layout_holds(see: Seen, path: str) -> None:
    page = see.open(path)
    page.locator(".map path.leaflet-interactive").first.click(force=True)
    until(page, "document.querySelector('.tip')")
    assert MARKUP[:-1] in page.locator(".tip").first.inner_text()
    assert page.evaluate("typeof ran") == "undefined"
    assert page.locator("img[src=x]").count() == 0
    room = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert room[0] <= room[1], room
    assert see.complaints == []
