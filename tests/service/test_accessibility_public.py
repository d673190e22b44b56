"""The pages of a public view, where counts are hidden, in a real browser."""

from collections.abc import Iterator

import pytest
from accessible import faults_of
from browsing import needs_chromium
from made_partner import partner
from playwright.sync_api import Browser
from serving import serving

pytestmark = needs_chromium
HIDDEN = [
    "/",
    "/about",
    "/towns/northtown?theme=burglary",
    "/rural?theme=burglary",
    "/deprivation?theme=burglary",
    "/compare",
    "/collections/lsoas/items?theme=burglary",
    "/collections/hotspots/items?theme=burglary",
    "/collections/change/items?theme=burglary",
    "/collections/towns/items?theme=sexual-offences",
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that shows what is public of a partner's records."""
    folder = tmp_path_factory.mktemp("public")
    partner(folder / "home", 1)
    with serving(folder / "log.txt", "--dataset", folder / "home", "--public") as address:
        yield address


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_with_hidden_counts_has_a_violation(
    browser: Browser, server: str, scheme: str
) -> None:
    with browser.new_context(base_url=server, color_scheme=scheme) as context:  # type: ignore[arg-type]
        page = context.new_page()
        assert faults_of(page, HIDDEN) == {}
        page.goto("/collections/lsoas/items?theme=burglary")
        assert page.get_by_role("cell", name="hidden").count() > 3
