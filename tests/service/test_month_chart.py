"""The months as a chart: the band and its figures, rings and their words, years of any number."""

import re
from calendar import monthrange
from itertools import pairwise

import numpy as np
import pytest
from markupsafe import Markup

from geo.measures.series import usual_range
from geo.period import Period
from service.pages.month_chart import month_charts
from service.pages.month_notes import LETTER, LINE, Ringed, month_notes

START = 2014 * 12


def drawn(
    counts: list[int | None], chosen: Period | None = None
) -> tuple[Period, tuple[Markup, ...]]:
    period = Period(START, START + len(counts) - 1)
    values = [np.nan if count is None else count for count in counts]
    usual = usual_range(values, [monthrange(m // 12, m % 12 + 1)[1] for m in period.months()])
    charts = month_charts(period, counts, chosen or period, "Title", hollow=False, usual=usual)
    return period, charts


def texts(chart: Markup) -> list[tuple[str, float, float, str]]:
    """Kind, place and words of every text."""
    found = re.findall(r'<text class="([^"]*)" x="([\d.]+)" y="([\d.-]+)">([^<]*)<', chart)
    return [(kind, float(x), float(y), words) for kind, x, y, words in found]


def test_a_month_outside_is_ringed_and_named_on_its_side() -> None:
    counts: list[int | None] = [30, 28, 31, 29, 30, 33, 27, 30, 31, 29, 30, 80, 30, 31, 4, 30]
    for chart in drawn(counts)[1]:
        rings = [float(y) for y in re.findall(r'class="ring" cx="[\d.]+" cy="([\d.]+)"', chart)]
        notes = [(y, words) for kind, _, y, words in texts(chart) if "note" in kind]
        assert len(rings) == 2
        said = dict(zip([w for _, w in notes][::2], [w for _, w in notes][1::2], strict=True))
        assert said == {
            "80 in December 2014:": "above the usual range",
            "4 in March 2015:": "below the usual range",
        }
        assert all(y < rings[0] for y, words in notes[:2] if words.startswith("80"))


def test_the_figures_of_the_band_never_stand_on_each_other() -> None:
    counts: list[int | None] = [1_000_000 + 20_000 * (i % 3) for i in range(30)]
    for chart in drawn(counts)[1]:
        [average, upper, lower] = [
            next(y for _, _, y, words in texts(chart) if end in words)
            for end in ("average", "upper", "lower")
        ]
        assert upper <= average - LINE
        assert lower >= average + LINE


@pytest.mark.parametrize("months", [2, 4, 27, 180])
@pytest.mark.parametrize("count", [0, 1, 63, 12_345])
def test_words_under_a_chart_stand_apart_and_inside_it(months: int, count: int) -> None:
    for chart in drawn([count + i % 2 for i in range(months)])[1]:
        assert "nan" not in chart
        [width] = map(int, re.findall(r'width="(\d+)"', chart)[:1])
        rows: dict[float, list[tuple[float, str]]] = {}
        for kind, x, y, words in texts(chart):
            if "middle" in kind:
                rows.setdefault(y, []).append((x, words))
            elif "end" not in kind:
                assert x + len(words) * LETTER <= width + 1
        for row in rows.values():
            row.sort()
            for (one, words), (other, _) in pairwise(row):
                assert other - one >= len(words) * LETTER
        years = [words for row in rows.values() for _, words in row if words.isdigit()]
        assert years
        assert "2014" in years or months < 12 or months == 180


def test_a_month_that_is_not_held_leaves_a_gap_and_no_mark() -> None:
    for chart in drawn([20, None, 20, 20, None, 20, 20, 20])[1]:
        assert chart.count('class="dot"') == 6
        lines = re.findall(r'<polyline class="line" points="([^"]*)"', chart)
        assert [len(line.split()) for line in lines] == [2, 3]


def test_the_months_chosen_are_underlined_where_they_are_not_all() -> None:
    counts: list[int | None] = [20] * 24
    whole = drawn(counts)[1]
    assert not any('class="chosen"' in chart for chart in whole)
    for chart in drawn(counts, Period(START + 12, START + 23))[1]:
        [(first, last)] = re.findall(
            r'class="chosen" x1="([\d.]+)" y1="[\d.]+" x2="([\d.]+)"', chart
        )
        dots = [float(x) for x in re.findall(r'class="dot" cx="([\d.]+)"', chart)]
        inside = [float(first) < x < float(last) for x in dots]
        assert inside == [False] * 12 + [True] * 12


def ringed(x: float, y: float, over: float) -> Ringed:
    return Ringed(x, y, "80 in December 2014:", over, -over)


def test_words_give_way_to_those_of_months_farther_outside() -> None:
    room = {"left": 44.0, "right": 540.0, "floor": 240.0}
    apart = [*month_notes([ringed(60, 80, 5), ringed(500, 80, 9)], **room)]
    assert len(apart) == 4
    near = [ringed(100, 80, 5), ringed(104, 82, 9), ringed(108, 81, 7)]
    told = [*month_notes(near, **room)]
    assert len(told) in (2, 4)
    assert 'x="96.0"' in told[0]  # the farthest, 8 to the left of its ring
    assert [*month_notes([], **room)] == []
    squeezed = month_notes([ringed(60, 80, 5)], left=44.0, right=120.0, floor=240.0)
    assert [*squeezed] == []


def test_words_of_a_low_month_near_the_floor_stand_above_it() -> None:
    room = {"left": 44.0, "right": 540.0, "floor": 240.0}
    first, _ = month_notes([ringed(100, 236, -5)], **room)
    assert float(re.search(r'y="([\d.]+)"', first)[1]) < 236  # type: ignore[index]
    first, _ = month_notes([ringed(100, 150, -5)], **room)
    assert float(re.search(r'y="([\d.]+)"', first)[1]) > 150  # type: ignore[index]
