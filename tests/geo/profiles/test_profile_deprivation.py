"""The deprivation profile against the incidents one by one, and where there is nothing to tell."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from made_dataset import made

from geo.dataset import Dataset
from geo.errors import UnknownNameError
from geo.profiles import DeprivationProfile, deprivation_profile
from geo.profiles.deprivation import Gradient, town_centres
from geo.query import Question

COLUMNS = {
    "IMD 2019": "imd2019_decile",
    "Crime of IMD 2019": "imd2019_crime_decile",
    "Geographical Barriers of IMD 2015": "imd2015_geographical_barriers_decile",
}


@pytest.fixture(scope="module")
def profile(embedded: Dataset) -> DeprivationProfile:
    return deprivation_profile(embedded, Question.ask(embedded, "asb"))


def check(gradient: Gradient, areas: pd.DataFrame, rows: pd.DataFrame) -> None:
    """Set a gradient against incidents and areas, by numpy's own least squares."""
    column = COLUMNS[gradient.title]
    tenths = range(1, 11)
    count = rows[column].value_counts().reindex(tenths, fill_value=0)
    people = areas.groupby(column)["residents"].sum().reindex(tenths, fill_value=0)
    size = areas[column].value_counts().reindex(tenths, fill_value=0)
    assert [item.decile for item in gradient.deciles] == list(tenths)
    assert [item.areas for item in gradient.deciles] == size.tolist()
    assert [item.rate.count for item in gradient.deciles] == count.tolist()
    assert [item.rate.residents for item in gradient.deciles] == people.tolist()
    for item in gradient.deciles:
        if people[item.decile]:
            rate = 1000 * count[item.decile] / people[item.decile]
            assert item.rate.rate == pytest.approx(rate)
        else:
            assert item.rate.rate is None
            assert item.rate.why
    some = people > 0
    share = (people[some] / people.sum()).to_numpy()
    rate = (1000 * count[some] / people[some]).to_numpy()
    middle, root = np.cumsum(share) - share / 2, np.sqrt(share)
    design = np.column_stack([root, middle * root])
    [_, slope], *_ = np.linalg.lstsq(design, rate * root, rcond=None)
    assert gradient.slope.slope.value == pytest.approx(slope)
    assert gradient.slope.deciles == some.sum()


def test_every_index_is_that_of_the_incidents(
    profile: DeprivationProfile, area_facts: pd.DataFrame, year: pd.DataFrame
) -> None:
    assert [gradient.title for gradient in profile.domains] == list(COLUMNS)
    for gradient in (profile.index, *profile.domains):
        check(gradient, area_facts, year[year["asb"]])
    assert profile.index == profile.domains[0]


def test_the_areas_with_the_worst_barriers_are_as_printed(profile: DeprivationProfile) -> None:
    barriers = profile.domains[-1]
    assert (barriers.domain, barriers.deciles[0].areas) == ("geographical_barriers", 65)
    assert sum(item.areas for item in barriers.deciles) == 193


def test_town_centres_hold_what_their_incidents_say_and_the_slope_is_without_them(
    embedded: Dataset, profile: DeprivationProfile, area_facts: pd.DataFrame, year: pd.DataFrame
) -> None:
    named = embedded.lsoas["short_name"].str.startswith("Town centre").to_numpy()
    np.testing.assert_array_equal(town_centres(embedded), named)
    codes = set(embedded.lsoas.loc[named, "lsoa_code"])
    asb = year[year["asb"]]
    held = asb["lsoa_code"].isin(codes)
    found = profile.town_centres
    assert found.areas == len(codes) == 19
    assert (found.share.part, found.share.whole) == (int(held.sum()), len(asb))
    inside = area_facts.index.isin(codes)
    assert found.residents is not None
    assert found.residents.part == area_facts["residents"][inside].sum()
    assert found.without is not None
    check(found.without, area_facts[~inside], asb[~held])


def test_deciles_of_rural_areas_alone(
    embedded: Dataset, area_facts: pd.DataFrame, year: pd.DataFrame
) -> None:
    found = deprivation_profile(embedded, Question.ask(embedded, "rural-crime"))
    crime = year[~year["asb"] & year["rural"]]
    check(found.index, area_facts[area_facts["rural"]], crime)


def test_areas_without_decile_or_residents_are_left_out_and_counted(tmp_path: Path) -> None:
    def edit(frame: pd.DataFrame) -> pd.DataFrame:
        frame.loc[frame["short_name"] == "Square 44", "residents"] = None
        deciles = [name for name in frame.columns if name.endswith("decile")]
        frame.loc[frame["short_name"] == "Square 11", deciles] = None
        return frame

    dataset = made(tmp_path, edit=edit)
    found = deprivation_profile(dataset, Question.ask(dataset, "asb", source="police"))
    assert (found.index.left_out, found.index.left_out_count) == (2, 34)
    assert sum(item.areas for item in found.index.deciles) == 34
    assert found.town_centres.residents is None
    assert [item.domain for item in found.domains] == [None, "geographical_barriers"]
    assert found.index.edition == 2025
    flat = found.domains[1].slope
    assert flat.slope.value is flat.relative.value is None
    assert "Fewer than 5 deciles" in (flat.why or "")


def test_without_towns_or_index_it_says_so(tmp_path: Path) -> None:
    dataset = made(tmp_path / "a", edit=lambda frame: frame.assign(town=None), towns=False)
    centres = deprivation_profile(dataset, Question.ask(dataset)).town_centres
    assert (centres.without, centres.areas) == (None, 0)
    assert "no towns" in (centres.why or "")
    bare = made(
        tmp_path / "b",
        edit=lambda frame: frame[[name for name in frame.columns if "imd" not in name]],
        area={"deprivation": []},
    )
    with pytest.raises(UnknownNameError, match="no deciles"):
        deprivation_profile(bare, Question.ask(bare))
