"""A town by keyboard alone, from home to paper, and the town's page as a screen reader says it."""

import re

import pytest
from browsing import PHONE, WIDE, Seen, needs_chromium
from playwright.sync_api import Page, expect

pytestmark = needs_chromium
AT = """() => {
    const at = document.activeElement, box = at.getBoundingClientRect();
    const style = getComputedStyle(at);
    const thumb = at.type === "range"; // its thumb is outlined, of which no script is told
    return {
        body: at === document.body,
        seen: box.width > 0 && box.bottom > 0 && box.top < innerHeight,
        outline: thumb ? 3 : style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
        html: at.outerHTML.slice(0, 90),
    };
}"""
MOST = 120  # stops on the way


def tab_to(page: Page, wanted: str) -> None:
    """Press Tab until what is wanted has the focus, which is seen at every stop."""
    for _ in range(MOST):
        page.keyboard.press("Tab")
        at = page.evaluate(AT)
        assert not at["body"], f"the page ended before {wanted}"
        assert at["seen"], at["html"]
        assert at["outline"] >= 2, at["html"]
        if page.evaluate(f"document.activeElement.matches({wanted!r})"):
            return
    pytest.fail(f"{wanted} is not reached in {MOST} stops")


def test_from_home_to_a_town_on_paper_by_keyboard_alone(see: Seen) -> None:
    page = see.open("/")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to the content")
    page.keyboard.press("Enter")
    tab_to(page, "#find-town")
    page.keyboard.type("Osw")
    expect(page.locator("#find-town")).to_have_value("oswestry")
    tab_to(page, ".open-town button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/towns/oswestry")
    expect(page.get_by_role("heading", level=1)).to_contain_text("in Oswestry")
    tab_to(page, "#choose-theme")
    page.keyboard.type("Shop")
    expect(page.locator("#choose-theme")).to_have_value("shoplifting")
    page.wait_for_url("**/towns/oswestry?*theme=shoplifting**")
    page.wait_for_selector(".map[data-drawn]")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Shoplifting in Oswestry")
    tab_to(page, ".map > [role=application]")
    expect(page.locator(":focus")).to_have_attribute("aria-label", re.compile("Oswestry"))
    tab_to(page, "button[data-area]")
    tab_to(page, "table[data-sortable] thead button")
    page.keyboard.press("Enter")
    expect(page.locator("table[data-sortable] th[aria-sort]")).to_have_count(1)
    page.emulate_media(media="print")
    for kept in (".lead", ".map", "table[data-sortable]", ".caveats", ".foot"):
        expect(page.locator(kept).first).to_be_visible()
    for dropped in ("nav", ".controls", ".take", ".skip"):
        expect(page.locator(dropped).first).to_be_hidden()
    assert page.pdf(format="A4").startswith(b"%PDF")
    assert see.complaints == []


@pytest.mark.parametrize("see", [PHONE], indirect=True, ids=["phone"])
def test_the_menu_of_a_phone_opens_by_keyboard_and_leads_on(see: Seen) -> None:
    page = see.open("/towns/wem")
    links = page.locator("nav li a")
    expect(links.first).to_be_hidden()
    tab_to(page, "summary")
    page.keyboard.press("Enter")
    expect(links).to_have_count(8)
    for link in links.all():
        box = link.bounding_box()
        assert box
        assert box["height"] >= 44
    tab_to(page, "nav a[href='/about']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/about")


@pytest.mark.parametrize("see", [WIDE], indirect=True, ids=["wide"])
def test_the_menu_is_open_where_there_is_room(see: Seen) -> None:
    page = see.open("/about", drawn=False)
    expect(page.locator("summary", has_text="Menu")).to_be_hidden()
    expect(page.locator("nav li a").first).to_be_visible()
    expect(page.locator("nav [aria-current=page]")).to_have_text("About the figures")


def test_a_screen_reader_is_told_a_town_in_an_order_that_makes_sense(see: Seen) -> None:
    page = see.open("/towns/oswestry")
    transcript = page.locator("body").aria_snapshot()
    points = [
        r'link "Skip to the content"',
        r'navigation "Main"',
        r'complementary "Where the figures come from"',
        r"Illustrative incidents",
        r"- main:",
        r'heading "Anti-social behaviour in Oswestry.*" \[level=1\]',
        r"758 reports.* in Oswestry in the twelve months to March 2016",
        r'combobox "Theme"',
        r'option "Anti-social behaviour" \[selected\]',
        r'combobox "Months:"',
        r'application "Map of Oswestry.*"',
        r'heading "Where it stands out" \[level=2\]',
        r'button "Hot spot: .+"',
        r'table "Reports per 1,000 residents over twelve months, and number of areas"',
        r'heading "Month by month.*" \[level=2\]',
        r'img "Reports a month, January 2014 to March 2016"',
        r'heading "Friday to Sunday nights hold 23% of reports.*" \[level=2\]',
        r'heading "Every area, with its limits.*" \[level=2\]',
        r'table "Every area, with its limits.*"',
        r'columnheader "Area"',
        r'columnheader "Per 1,000 residents"',
        r'rowheader ".*Oswestry.*"',
        r'heading "Read before you use these figures" \[level=2\]',
        r"Recorded is not the same as happened",
        r'heading "Take it away" \[level=2\]',
        r"- contentinfo:",
    ]
    at = 0
    for point in points:
        found = re.compile(point).search(transcript, at)
        assert found, f"{point} does not come after what is before it in:\n{transcript[at:]}"
        at = found.end()
    assert re.findall(r"- (?:link|button|combobox|table|heading)(?: \[|:?$)", transcript) == []
