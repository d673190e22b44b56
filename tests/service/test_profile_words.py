"""What the profiles say in words, case by case."""

from dataclasses import replace

import pytest

from geo.profiles.deprivation import Slope
from geo.profiles.figures import Figure, ratio_of
from geo.profiles.months import Season, YearBefore
from geo.profiles.offences import Mix
from service.pages.bars import Bar, bar_charts
from service.pages.charts import round_up
from service.pages.profile_words import (
    change_words,
    mix_words,
    ratio_cell,
    season_words,
    slope_short,
    slope_words,
)

UP = YearBefore(100, 150, "2014-01/2014-12", 1.5, 1.2, 1.9, 0.001, True, None)
MIX = Mix(10, 9, 0, 1, Figure(0.5, 0.4, 0.6), 0.45, 0.55, 0.2, 99.0, 9, 0.0, None)
NOTHING = Figure(None, None, None)
SLOPE = Slope(Figure(-13.1, -20.2, -6.0), NOTHING, 36.0, 22.9, 10, None)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (UP, "Up 50% (20% to 90%) from 100"),
        (replace(UP, after=60, ratio=0.6, lower=0.4, upper=0.8), "Down 40% (20% to 60%) from 100"),
        (replace(UP, clear=False), "No clear change from 100"),
        (replace(UP, before=4, after=9), "9, from 4"),  # no percentage on so few
        (replace(UP, before=None), "Not told, since not every month of both is held"),
    ],
)
def test_a_change_in_words(change: YearBefore, said: str) -> None:
    assert change_words(change) == said


def test_a_season_in_words() -> None:
    none = Season((), None, None, None, None, None, (), "Too short.")
    assert season_words(none, "crimes") == "Too short."
    even = replace(none, uneven=False, why=None)
    assert "No clear season" in season_words(even, "crimes")
    uneven = replace(even, uneven=True, busiest="October", quietest="May")
    assert season_words(uneven, "crimes") == "Most crimes a day in October, fewest in May."


def test_a_mix_is_lower_across_the_board_only_where_nearly_all_offences_are() -> None:
    assert mix_words(MIX, "crimes").startswith("Lower across the board, not by its mix. Of 10")
    assert "0.50 times the urban one (likely 0.40 to 0.60)" in mix_words(MIX, "crimes")
    assert "it is 0.45 to 0.55 times" in mix_words(MIX, "crimes")
    assert "9 are clearly lower" in mix_words(MIX, "crimes")
    assert "1 is clearly lower" in mix_words(replace(MIX, lower=1, same=9), "crimes")
    assert "differs by 20%" in mix_words(MIX, "crimes")
    for other in (replace(MIX, lower=8, same=2), replace(MIX, higher=1, same=0)):
        assert mix_words(other, "crimes").startswith("Of 10 offences")
    assert mix_words(replace(MIX, even=NOTHING, why="Nobody."), "crimes") == "Nobody."
    assert "mix differs" not in mix_words(replace(MIX, dissimilarity=None), "crimes")


@pytest.mark.parametrize(
    ("limits", "said", "short"),
    [
        ((-13.1, -20.2, -6.0), "falls by 13.1 per 1,000 residents, likely 6.0 to 20.2.",
         "Falls by 13.1"),
        ((50.3, 19.4, 81.2), "rises by 50.3 per 1,000 residents, likely 19.4 to 81.2.",
         "Rises by 50.3"),
        ((-13.1, -40.1, 13.8), "no clear slope: anything from a fall of 40.1 to a rise of 13.8",
         "No clear slope"),
    ],
)  # fmt: skip
def test_a_slope_in_words(limits: tuple[float, float, float], said: str, short: str) -> None:
    slope = replace(SLOPE, slope=Figure(*limits))
    assert said in slope_words(slope, "The rate").striptags()
    assert slope_short(slope) == short


def test_a_slope_that_cannot_be_told_says_why() -> None:
    slope = replace(SLOPE, slope=NOTHING, why="Too few.")
    assert (slope_words(slope, "The rate"), slope_short(slope)) == ("Too few.", "Not told")


def test_a_ratio_has_fewer_figures_the_larger_it_is() -> None:
    assert ratio_cell(ratio_of(50, 100, 1000, 1000)) == "0.50 times (0.35 to 0.71)"
    assert ratio_cell(ratio_of(487, 4, 175_271, 130_858)) == "91 times (35 to 335)"
    assert ratio_cell(ratio_of(5, 0, 10, 10)) == ratio_cell(ratio_of(5, 5, 10, None)) == "none"


def test_bars_stand_on_nought_and_their_limits_on_the_same_scale() -> None:
    told = [Bar("One", "O", 40.0, 30.0, 50.0), Bar("Two", "T", None, None, None)]
    wide, narrow = bar_charts(told, 20.0, "Bars", hollow=False)
    assert wide.count('class="bar"') == wide.count('class="limits"') == 1
    assert ">One</text>" in wide
    assert ">O</text>" in narrow
    # The scale is 60 over 188 pixels from 32 down to 220.
    assert 'y="94.7"' in wide
    assert f'height="{40 / 60 * 188:.1f}"' in wide
    assert f'y1="{220 - 30 / 60 * 188:.1f}"' in wide
    assert f'y2="{220 - 50 / 60 * 188:.1f}"' in wide
    empty, _ = bar_charts([Bar("One", "O", None, None, None)], None, "None", hollow=True)
    assert "bar" not in empty.replace("Bars", "")


@pytest.mark.parametrize(
    ("value", "top"),
    [(0, 2), (1, 2), (3, 4), (5, 6), (7, 8), (63, 80), (101, 200), (0.03, 0.04), (0.5, 0.6)],
)
def test_a_scale_ends_at_a_number_that_halves_well(value: float, top: float) -> None:
    assert round_up(value) == pytest.approx(top)
