"""The print held against itself: its known slips are found, and rounding is none."""

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import row, shipped, strategy

from geo.strategy.arithmetic import check_print, implied_residents
from geo.strategy.figures import Figure, Strategy, fixed
from geo.strategy.verdicts import Check


@pytest.fixture(scope="module")
def printed() -> Strategy:
    return shipped()


def checks(printed: Strategy, name: str) -> list[Check]:
    return check_print(printed, printed.by_name[name])


@pytest.mark.parametrize(
    ("name", "says", "is_really"),
    [
        ("asb-nuisance-share", "70.1", "70.8"),
        ("asb-personal-share", "24.6", "24.7"),
        ("rate-2015-16-criminal-damage", "5.73", "5.97"),
        ("rate-2015-16-crime", "45.48", "45.95"),
        ("herefordshire-theft-from-the-person-rate", "0.45", "0.46"),
    ],
)
def test_what_does_not_add_up_is_found(
    printed: Strategy, name: str, says: str, is_really: str
) -> None:
    figure = printed.by_name[name]
    [slip] = [check for check in checks(printed, name) if check.reason == "arithmetic"]
    assert figure.printed == says
    assert slip.verdict == "differs"
    assert slip.recomputed is not None
    assert figure.shown(slip.recomputed) == is_really
    assert is_really in slip.because


def test_nothing_else_in_the_print_is_called_a_slip(printed: Strategy) -> None:
    found = {f.name for f in printed.figures for c in check_print(printed, f)
             if c.reason == "arithmetic"}  # fmt: skip
    assert len(found) == 5


def test_robbery_stands_in_no_printed_part(printed: Strategy) -> None:
    [total] = checks(printed, "shropshire-crime")
    assert (total.reason, total.recomputed) == ("parts left out", 14_180)
    assert "70 stand in no printed part" in total.because
    [violence] = checks(printed, "shropshire-violence")
    assert "2 stand in no printed part" in violence.because
    [theft] = checks(printed, "shropshire-theft")
    assert (theft.verdict, theft.recomputed) == ("equal", 5857)


def test_the_total_rate_is_the_sum_that_leaves_robbery_out(printed: Strategy) -> None:
    over, summed = checks(printed, "rate-2015-16-crime")
    assert "leaves out what has no printed part" in over.because
    assert (summed.reason, summed.recomputed) == ("rounding", Fraction("45.49"))
    [alone] = checks(printed, "rate-2015-16-criminal-damage")
    assert "leaves out" not in alone.because


def test_a_sum_that_rounding_explains_says_so(printed: Strategy) -> None:
    [earlier] = checks(printed, "rate-2014-15-crime")
    assert (earlier.verdict, earlier.reason) == ("differs", "rounding")
    assert earlier.recomputed == Fraction("37.25")
    assert "37.25" in earlier.because
    [later] = checks(printed, "rate-2016-09-crime")
    assert (later.reason, later.recomputed) == ("parts left out", Fraction("45.77"))


@given(st.integers(1, 10**6), st.integers(1, 10**7), st.integers(0, 3))
def test_a_rate_is_equal_as_it_rounds_and_not_one_unit_off(
    number: int, people: int, decimals: int
) -> None:
    exact = Fraction(1000 * number, people)
    as_printed = fixed(exact, decimals)
    unit = Fraction(1, 10**decimals)
    figure = Figure("a", "T", "a", "S", "rate", as_printed)
    assert figure.equals(exact)
    halfway = abs(exact - figure.value) == unit / 2
    for off in (unit, -unit):
        moved = figure.value + off
        if moved >= 0:
            other = Figure("a", "T", "a", "S", "rate", fixed(moved, decimals))
            assert other.value == moved
            assert not other.equals(exact) or halfway


@given(st.fractions(min_value=-1000, max_value=1000), st.integers(0, 4))
def test_a_number_is_written_at_the_nearest_unit(value: Fraction, decimals: int) -> None:
    written = Fraction(fixed(value, decimals).replace(",", ""))
    assert abs(written - value) <= Fraction(1, 2 * 10**decimals)


@given(st.integers(0, 10**6), st.sampled_from([-1, 1]))
def test_a_count_is_equal_only_to_itself(number: int, off: int) -> None:
    figure = Figure("a", "T", "a", "S", "number", str(number))
    assert figure.equals(Fraction(number))
    assert not figure.equals(Fraction(number + off))


@given(st.integers(20_000, 2_000_000), st.lists(st.integers(1, 50_000), min_size=2, max_size=9))
def test_rates_of_one_number_of_residents_imply_it(people: int, numbers: list[int]) -> None:
    figures = []
    for position, number in enumerate(numbers):
        text = fixed(Fraction(1000 * number, people), 2).replace(",", "")
        number_row = {"figure": f"n{position}", "measure": "number", "printed": str(number)}
        rate_row = {"figure": f"r{position}", "measure": "rate", "printed": text}
        rate_row["made_of"] = f"n{position} / residents"
        same = {"table": "T", "what": "w", "area": "A"}
        figures += [Figure.of({**same, **number_row}), Figure.of({**same, **rate_row})]
    printed = Strategy(tuple(figures), "T")
    found = implied_residents(printed, figures[0])
    if sum(figure.value > Fraction(1, 200) for figure in figures if figure.measure == "rate") < 2:
        return
    assert found is not None
    assert found.low <= people <= found.high
    assert found.agreeing == found.pairs
    for figure in figures:
        assert all(check.verdict == "equal" for check in check_print(printed, figure))


def test_one_pair_alone_implies_no_residents(tmp_path: Path) -> None:
    printed = strategy(
        tmp_path / "one.csv",
        row("a", "number", "100"),
        row("a-rate", "rate", "2", made_of="a / residents"),
    )
    [check] = check_print(printed, printed.by_name["a-rate"])
    assert (check.verdict, check.reason) == ("cannot be known", "not printed")
    assert implied_residents(printed, printed.by_name["a"]) is None


def test_each_year_implies_residents_of_its_own(tmp_path: Path) -> None:
    rows = []
    for year, people in (("2014", 100_000), ("2015", 200_000)):
        months = f"{year}-01/{year}-12"
        for number in (1_000, 3_000):
            name, rate = f"n-{year}-{number}", f"{1000 * number / people:.2f}"
            rows += [
                row(name, "number", str(number), months=months),
                row(
                    f"r-{year}-{number}", "rate", rate, months=months, made_of=f"{name} / residents"
                ),
            ]
    printed = strategy(tmp_path / "years.csv", *rows)
    for year, people in (("2014", 100_000), ("2015", 200_000)):
        found = implied_residents(printed, printed.by_name[f"r-{year}-1000"])
        assert found is not None
        assert found.low <= people <= found.high
        assert (found.agreeing, found.pairs) == (2, 2)


def test_more_in_the_parts_than_in_the_whole_is_a_slip(tmp_path: Path) -> None:
    printed = strategy(
        tmp_path / "more.csv",
        row("a", "number", "60"),
        row("b", "number", "50"),
        row("all", "number", "100", made_of="a + b"),
        row("growth", "change", "-17", made_of="b / a"),
    )
    [check] = check_print(printed, printed.by_name["all"])
    assert check.reason == "arithmetic"
    assert "10 more than the printed total" in check.because
    [fall] = check_print(printed, printed.by_name["growth"])
    assert (fall.verdict, fall.recomputed) == ("equal", Fraction(-50, 3))
