"""Printed figures asked of the dataset that ships and of real police data."""

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest
from printed import ASB_2015, CRIME_2015_16, CRIME_2015_16_TOTAL, RESIDENTS_THOUSANDS
from strategies import row, shipped, strategy

from geo.dataset import Dataset
from geo.measures.rates import rate_limits
from geo.strategy.comparators import comparisons
from geo.strategy.figures import Strategy
from geo.strategy.read import strategy_in
from geo.strategy.recount import recount
from geo.strategy.verdicts import Check

CENSUS_2011 = 306_129


@pytest.fixture(scope="module")
def printed() -> Strategy:
    return shipped()


def asked(dataset: Dataset, printed: Strategy, name: str) -> Check:
    return recount(dataset, printed, printed.by_name[name])


def test_the_dataset_that_ships_holds_the_strategy(embedded: Dataset, printed: Strategy) -> None:
    held = strategy_in(embedded)
    assert held is not None
    assert held.figures == printed.figures
    assert held.title.endswith("Strategy 2017-2020")
    assert (held.source, held.date) == ("Shropshire Community Safety Partnership", "2017-04")


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("asb-nuisance", ASB_2015["asb-nuisance"]),
        ("shropshire-crime", CRIME_2015_16_TOTAL),
        ("shropshire-shoplifting", CRIME_2015_16["shoplifting"]),
        ("shropshire-theft", 5857),
        ("areas", 193),
        ("areas-geographical-barriers", 65),
    ],
)
def test_counts_are_equal(embedded: Dataset, printed: Strategy, name: str, count: int) -> None:
    check = asked(embedded, printed, name)
    assert (check.verdict, check.recomputed) == ("equal", count)
    incidents = printed.by_name[name].measure == "number"
    assert check.illustrative == incidents
    assert ("By design" in check.because) == incidents


def test_every_drawn_count_that_is_equal_says_that_it_proves_nothing(
    embedded: Dataset, printed: Strategy
) -> None:
    drawn = [recount(embedded, printed, figure) for figure in printed.figures]
    drawn = [check for check in drawn if check.illustrative]
    assert len(drawn) > 50
    for check in drawn:
        assert (check.verdict == "equal") == ("By design" in check.because)


def test_a_rate_on_other_residents_differs_by_its_denominator(
    embedded: Dataset, printed: Strategy
) -> None:
    check = asked(embedded, printed, "rate-2015-16-shoplifting")
    assert check.recomputed == Fraction(1212 * 1000, CENSUS_2011)
    assert (check.verdict, check.reason) == ("differs", "denominators")
    assert f"{1212 / RESIDENTS_THOUSANDS:.2f}, as printed" in check.because
    assert "310,121" in check.because


@pytest.mark.parametrize(
    ("name", "really"),
    [("rate-2015-16-criminal-damage", "5.97"), ("rate-2015-16-crime", "45.95"),
     ("asb-nuisance-share", "70.8"), ("asb-personal-share", "24.7")],
)  # fmt: skip
def test_a_slip_of_the_print_is_not_blamed_on_the_data(
    embedded: Dataset, printed: Strategy, name: str, really: str
) -> None:
    check = asked(embedded, printed, name)
    assert (check.verdict, check.reason) == ("differs", "arithmetic")
    assert f"its own figures give {really}" in check.because


def test_rural_is_not_the_official_class(embedded: Dataset, printed: Strategy) -> None:
    check = asked(embedded, printed, "rural-residents")
    assert (check.verdict, check.reason, check.illustrative) == ("differs", "definition", False)
    lsoas = embedded.lsoas
    for column in ("residents_census_2011", "residents_mid_2017"):
        for classes in ("DE", "E"):
            inside = lsoas["ruc_code"].str[0].isin(list(classes))
            share = 100 * lsoas[column][inside].sum() / lsoas[column].sum()
            assert f"{share:.1f}%" in check.because
    assert "57.2%" in check.because
    assert "Village and dispersed alone" in check.because


@pytest.mark.parametrize(
    ("name", "reason", "words"),
    [
        ("telford-crime", "another area", "It is of Telford & Wrekin"),
        ("rate-2013-14-drugs", "months not held", "2013-04/2014-03 reaches outside"),
        ("rate-2016-09-drugs", "months not held", "2015-10/2016-09 reaches outside"),
        ("rural-change-2010", "months not held", "2010-01/2010-12 reaches outside"),
        ("rural-change-2014", "not printed", "does not say of which months"),
        ("fires-2015-16", "not recorded", "Nothing in the dataset counts it"),
        ("asb-nuisance-england-and-wales", "another area", "It is of England and Wales"),
    ],
)
def test_what_the_data_cannot_say_cannot_be_known(
    embedded: Dataset, printed: Strategy, name: str, reason: str, words: str
) -> None:
    check = asked(embedded, printed, name)
    assert (check.verdict, check.reason, check.recomputed) == ("cannot be known", reason, None)
    assert words in check.because


def test_real_police_data_answers_for_what_it_holds(police: Dataset, printed: Strategy) -> None:
    found = {figure.name: recount(police, printed, figure) for figure in printed.figures}
    assert not any(check.illustrative for check in found.values())
    counted = {n for n, f in printed.by_name.items() if f.measure in ("number", "rate", "share")}
    assert {found[name].verdict for name in counted} == {"cannot be known"}
    reasons = Counter(found[name].reason for name in counted)
    assert set(reasons) == {"another area", "months not held", "not recorded"}
    assert found["shropshire-crime"].reason == "months not held"
    assert "2018-10/2019-01" in found["shropshire-crime"].because
    assert found["asb-nuisance"].reason == "not recorded"  # one category of ASB in open data
    assert found["areas-geographical-barriers"].verdict == "equal"
    assert found["rural-residents"].reason == "definition"


def test_a_figure_of_the_months_held_is_counted_and_its_difference_is_the_source(
    police: Dataset, tmp_path: Path
) -> None:
    files = police.folder / "counts.parquet"
    counts = pd.read_parquet(files, columns=["offence", "lsoa", "count_all"])
    inside = (counts["offence"] == "asb") & counts["lsoa"].between(0, 192)
    total = int(counts["count_all"][inside].sum())
    months = police.period.iso()
    found = strategy(
        tmp_path / "police.csv",
        row("right", "number", str(total), theme="asb", months=months),
        row("off", "number", str(total + 1), theme="asb", months=months),
        row("rate", "rate", "2", theme="asb", months=months),
        row("business", "share", "14", theme="business-crime / crime", months=months),
        row("grown", "change", "5", theme="asb", months=months, against="2017-10/2018-01"),
        row("rare", "share", "5", theme="poaching / crime", months=months),
    )
    checks = {figure.name: recount(police, found, figure) for figure in found.figures}
    assert (checks["right"].verdict, checks["right"].because) == ("equal", "")
    assert (checks["off"].verdict, checks["off"].reason) == ("differs", "source")
    assert checks["off"].recomputed == total
    assert (checks["rate"].verdict, checks["rate"].reason) == ("differs", "denominators")
    for name in ("business", "rare"):
        assert checks[name].reason == "not recorded"
    assert checks["grown"].reason == "months not held"


def test_neighbours_stand_beside_the_own_rates(embedded: Dataset, printed: Strategy) -> None:
    found = comparisons(embedded, printed)
    assert len(found) == 18
    shoplifting = next(item for item in found if item.what == "Shoplifting")
    assert shoplifting.own.count == 1212
    assert shoplifting.own.rate == pytest.approx(1000 * 1212 / CENSUS_2011)
    rates = {item.area: item for item in shoplifting.printed}
    assert set(rates) == {"Telford & Wrekin", "Shropshire", "Herefordshire", "West Mercia"}
    home, telford = rates["Shropshire"], rates["Telford & Wrekin"]
    assert (home.residents, home.implied) == (310_121, False)
    assert home.limits == tuple(map(float, rate_limits(1212, 310_121)))
    assert telford.implied
    assert telford.residents is not None
    assert 1000 * 13118 / 77.5 <= telford.residents <= 1000 * 13118 / 76.5
    assert telford.limits is not None
    assert telford.rate is not None
    assert telford.limits[0] < telford.rate < telford.limits[1]


def test_without_the_months_neighbours_stand_alone(police: Dataset, printed: Strategy) -> None:
    for item in comparisons(police, printed):
        assert item.own.count is item.own.rate is item.own.limits is None
        assert item.own.why
        assert len(item.printed) == 4


def test_a_neighbours_dataset_answers_for_the_neighbour(police: Dataset, printed: Strategy) -> None:
    area = {**police.manifest["area"], "name": "Telford and Wrekin"}
    telford = replace(police, manifest={**police.manifest, "area": area})
    assert asked(telford, printed, "telford-crime").reason == "months not held"
    assert asked(telford, printed, "shropshire-crime").reason == "another area"
    assert asked(telford, printed, "areas").reason == "another area"


def test_a_table_may_print_other_areas_for_other_offences(
    embedded: Dataset, tmp_path: Path
) -> None:
    months = {"months": "2015-04/2016-03", "theme": "drugs", "table": "One"}
    numbers = (("a", "North"), ("b", "South"), ("c", "North"))
    found = strategy(
        tmp_path / "areas.csv",
        *(row(name, "number", "90", area=area, what="w", **months) for name, area in numbers),
        row("ra", "rate", "9", area="North", what="Drugs", made_of="a / residents", **months),
        row("rb", "rate", "9", area="South", what="Drugs", made_of="b / residents", **months),
        row("rc", "rate", "9", area="North", what="Other", made_of="c / residents", **months),
    )
    [compared] = comparisons(embedded, found)
    assert compared.what == "Drugs"
    north, south = compared.printed
    assert (north.area, north.residents, north.implied) == ("North", 10_031, True)
    assert (south.residents, south.rate, south.limits) == (None, None, None)
