"""Charts in pairs: beside each other where there is room, and never drawn smaller than they are."""

import pytest
from browsing import PHONE, WIDE, Seen, needs_chromium

LAPTOP, TABLET = (1280, 720), (1100, 800)
PAIRS = {
    "/towns/oswestry": [("trend", "week"), ("changed", "places")],
    "/rural": [("offences", "season"), ("changed", "week")],
    "/business": [("months", "season")],
}
BOX = (
    "node => { const b = node.getBoundingClientRect(); return [b.left, b.right, b.top, b.width]; }"
)
SHRUNK = """() => [...document.querySelectorAll("svg.chart")]
    .filter(chart => chart.getClientRects().length)
    .filter(chart => chart.getBoundingClientRect().width < chart.getAttribute("width") - 0.5)
    .map(chart => chart.getAttribute("class"))"""
OUTSIDE = """() => [...document.querySelectorAll("section svg.chart")]
    .filter(chart => chart.getClientRects().length)
    .flatMap(chart => {
        const box = chart.closest("section").getBoundingClientRect();
        return [...chart.querySelectorAll("text")].filter(text => {
            const at = text.getBoundingClientRect();
            return at.left < box.left - 1 || at.right > box.right + 1;
        }).map(text => text.textContent);
    })"""

pytestmark = needs_chromium


@pytest.mark.parametrize("path", PAIRS)
@pytest.mark.parametrize(
    "see", [WIDE, LAPTOP, TABLET, PHONE], indirect=True, ids=["wide", "laptop", "tablet", "phone"]
)
def test_pairs_stand_side_by_side_where_there_is_room(see: Seen, path: str) -> None:
    page = see.open(path)
    beside = page.viewport_size is not None and page.viewport_size["width"] > 1243
    for first, second in PAIRS[path]:
        left, right, top, width = page.locator(f"section[aria-labelledby={first}]").evaluate(BOX)
        at, end, under, rest = page.locator(f"section[aria-labelledby={second}]").evaluate(BOX)
        if beside:
            assert at > right
            assert under == pytest.approx(top, abs=1)
            assert width / rest == pytest.approx(7 / 5, rel=0.02)
        else:
            assert (at, end) == pytest.approx((left, right), abs=1)
            assert under > top
    assert page.evaluate(SHRUNK) == []
    assert page.evaluate(OUTSIDE) == []
    assert see.complaints == []


@pytest.mark.parametrize("see", [WIDE, PHONE], indirect=True, ids=["wide", "phone"])
def test_names_stand_on_the_row_of_their_mark_where_there_is_room(see: Seen) -> None:
    page = see.open("/towns/oswestry")
    kind = "wide" if page.viewport_size == {"width": WIDE[0], "height": WIDE[1]} else "narrow"
    rows = page.locator(f"svg.changes.{kind}").evaluate(
        """chart => {
            const middle = node => {
                const box = node.getBoundingClientRect();
                return (box.top + box.bottom) / 2;
            };
            const of = kind => [...chart.querySelectorAll(kind)].map(middle);
            const names = [...chart.querySelectorAll("text.strong")].filter(
                text => text.getAttribute("x") === "0" || text.getAttribute("x") === "0.0");
            const ticks = [...chart.querySelectorAll("text.middle")].map(middle);
            return {names: names.map(middle), marks: of("circle.from"), ticks};
        }"""
    )
    assert len(rows["names"]) == len(rows["marks"]) == 3
    assert max(rows["ticks"]) < min(rows["names"])
    for name, mark in zip(rows["names"], rows["marks"], strict=True):
        if kind == "wide":
            assert name == pytest.approx(mark, abs=6)
        else:
            assert mark - 70 < name < mark
