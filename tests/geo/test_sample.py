"""The illustrative extract: whole, plausible, and the same bytes every time.

Its printed totals are asked of the built dataset in `test_embedded`.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from building import shropshire
from printed import (
    ASB_2014_TOTAL,
    RATES_2013_14,
    RESIDENTS_THOUSANDS,
    VIOLENCE_RATE_2013_14,
)

from geo.crs import BNG
from geo.errors import InputError
from geo.offences import RURAL_OFFENCES
from geo.sample import write_sample

HEADER = "incident_id,date,time,offence,easting,northing,location,business,rural,rural_offence"
VIOLENCE = ["violence-with-injury", "violence-without-injury", "homicide"]
NIGHTLIFE = ["violence-with-injury", "violence-without-injury", "public-order", "robbery"]


@dataclass
class Sample:
    path: Path
    rows_said: int
    rows: pd.DataFrame
    lsoas: gpd.GeoDataFrame
    towns: pd.DataFrame

    def months(self, first: str, last: str) -> pd.DataFrame:
        return self.rows[self.rows["month"].between(first, last)]

    def crime(self, first: str, last: str) -> pd.DataFrame:
        rows = self.months(first, last)
        return rows[~rows["offence"].str.startswith("asb")]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    areas = shropshire()
    lsoas = gpd.GeoDataFrame(areas.lsoas.to_pandas(), geometry=areas.outlines, crs=BNG)
    towns = areas.towns.to_pandas()
    path = tmp_path_factory.mktemp("sample") / "incidents.csv"
    rows_said = write_sample(path, lsoas, towns)
    rows = pd.read_csv(path, keep_default_na=False)
    rows["month"] = rows["date"].str[:7]
    rows["when"] = pd.to_datetime(rows["date"] + " " + rows["time"], format="%Y-%m-%d %H:%M")
    spots = shapely.points(rows["easting"], rows["northing"])
    row, area = shapely.STRtree(lsoas.geometry.to_numpy()).query(spots, predicate="within")
    assert sorted(row) == list(range(len(rows))), "every point lies in exactly one LSOA"
    rows.loc[row, "area"] = area
    rows["ruc_code"] = lsoas["ruc_code"].to_numpy()[rows["area"].astype(int)]
    return Sample(path, rows_said, rows, lsoas, towns)


def counts(rows: pd.DataFrame) -> dict[str, int]:
    return rows["offence"].value_counts().to_dict()


def test_the_same_seed_writes_the_same_bytes(sample: Sample) -> None:
    again, other = sample.path.with_name("again.csv"), sample.path.with_name("other.csv")
    write_sample(again, sample.lsoas, sample.towns)
    write_sample(other, sample.lsoas, sample.towns, seed=7)
    assert again.read_bytes() == sample.path.read_bytes()
    assert other.read_bytes() != sample.path.read_bytes()
    assert not list(sample.path.parent.glob("*.partial"))


def test_outlines_in_degrees_are_refused_and_nothing_is_written(
    sample: Sample, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="CRS"):
        write_sample(tmp_path / "incidents.csv", sample.lsoas.to_crs(4326), sample.towns)
    assert not list(tmp_path.iterdir())


def test_another_seed_keeps_the_totals(sample: Sample) -> None:
    other = sample.path.with_name("seven.csv")
    assert write_sample(other, sample.lsoas, sample.towns, seed=7) == sample.rows_said
    rows = pd.read_csv(other, keep_default_na=False)
    by_month = ["offence", rows["date"].str[:7].rename("month")]
    pd.testing.assert_series_equal(
        rows.groupby(by_month).size(), sample.rows.groupby(["offence", "month"]).size()
    )


def test_the_file_is_a_canonical_partner_extract(sample: Sample) -> None:
    raw = sample.path.read_bytes()
    assert raw.startswith(HEADER.encode() + b"\n")
    assert b"\r" not in raw
    with sample.path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == sample.rows_said
    keys = [(row["date"], row["time"], row["incident_id"]) for row in rows]
    assert keys == sorted(keys)
    assert len({row["incident_id"] for row in rows}) == len(rows)
    assert sample.rows["incident_id"].str.fullmatch(r"S\d{7}").all()
    assert sample.rows["month"].min() == "2014-01"
    assert sample.rows["month"].max() == "2016-03"
    assert sample.rows["month"].nunique() == 27


def test_marks_stand_on_crime_and_are_blank_on_asb(sample: Sample) -> None:
    asb = sample.rows["offence"].str.startswith("asb")
    marks = sample.rows[["business", "rural", "rural_offence"]]
    assert (marks[asb] == "").all(axis=None)
    assert marks[~asb][["business", "rural"]].isin(["yes", "no"]).all(axis=None)
    assert set(marks[~asb]["rural_offence"]) == {*RURAL_OFFENCES, "none"}


def test_asb_of_2014_is_as_printed_in_the_proportions_of_2015(sample: Sample) -> None:
    rows = sample.months("2014-01", "2014-12")
    asb = {code: n for code, n in counts(rows).items() if code.startswith("asb")}
    # 9,860 x 406/8,973 = 446.13; x 6,352 = 6,979.91; x 2,215 = 2,433.95
    assert asb == {"asb-environmental": 446, "asb-nuisance": 6980, "asb-personal": 2434}
    assert sum(asb.values()) == ASB_2014_TOTAL


def test_asb_of_early_2016_is_at_the_level_of_early_2015(sample: Sample) -> None:
    def asb(year: int) -> list[int]:
        rows = sample.months(f"{year}-01", f"{year}-03")
        return [
            int(((rows["month"] == f"{year}-{month:02d}") & (rows["offence"] == offence)).sum())
            for month in (1, 2, 3)
            for offence in ("asb-environmental", "asb-nuisance", "asb-personal")
        ]

    assert asb(2016) == asb(2015)


def test_early_2014_is_a_quarter_of_the_year_before(sample: Sample) -> None:
    found = counts(sample.crime("2014-01", "2014-03"))
    for offence, rate in RATES_2013_14.items():
        assert abs(found[offence] - rate * RESIDENTS_THOUSANDS / 4) <= 0.5, offence
    violence = sum(found.get(offence, 0) for offence in VIOLENCE)
    assert abs(violence - VIOLENCE_RATE_2013_14 * RESIDENTS_THOUSANDS / 4) <= 0.5
    assert found["robbery"] == 18


@pytest.mark.parametrize("year", [2014, 2015, 2016])
def test_shares_of_a_year(sample: Sample, year: int) -> None:
    rows = sample.crime(f"{year}-01", f"{year}-12")
    rural = (rows["rural"] == "yes").sum()
    business = rows[rows["business"] == "yes"]
    assert abs(rural - 0.14 * len(rows)) <= 0.5
    assert abs(len(business) - 0.14 * len(rows)) <= 0.5
    assert 0.45 < (business["offence"] == "shoplifting").mean() < 0.5
    assert 0.03 < (rows["rural_offence"] != "none").mean() < 0.04


def test_flagged_crime_is_mostly_but_not_only_in_rural_places(sample: Sample) -> None:
    rows = sample.crime("2014-01", "2016-03")
    in_rural = rows[rows["rural"] == "yes"]["ruc_code"].str[0].isin(["D", "E"]).mean()
    assert 0.9 < in_rural < 1


@pytest.mark.parametrize(
    ("kind", "offences"),
    [
        ("farm-machinery", {"other-theft", "vehicle-crime"}),
        ("livestock", {"other-theft"}),
        ("fuel", {"other-theft"}),
        ("equine", {"non-domestic-burglary"}),
        ("fly-tipping", {"miscellaneous-crimes-against-society"}),
        ("poaching", {"miscellaneous-crimes-against-society"}),
        ("heritage", {"criminal-damage-and-arson"}),
        ("wildlife", {"miscellaneous-crimes-against-society"}),
    ],
)
def test_rural_offences_agree_with_offence_and_place(
    sample: Sample, kind: str, offences: set[str]
) -> None:
    rows = sample.rows[sample.rows["rural_offence"] == kind]
    assert set(rows["offence"]) == offences
    assert rows["ruc_code"].str[0].isin(["D", "E"]).mean() > 0.9


def test_fuel_is_stolen_more_in_autumn_and_winter(sample: Sample) -> None:
    month = sample.rows[sample.rows["rural_offence"] == "fuel"]["month"].str[5:].astype(int)
    assert month.isin([9, 10, 11, 12, 1, 2]).mean() > 0.6


def test_asb_is_higher_in_summer_and_no_month_is_far_from_its_neighbours(sample: Sample) -> None:
    asb = sample.rows[sample.rows["offence"].str.startswith("asb")].groupby("month").size()
    assert asb["2015-07"] > 1.3 * asb["2015-02"]
    crime = sample.crime("2014-01", "2016-03").groupby("month").size()
    assert crime.pct_change().abs().max() < 0.15


@pytest.mark.parametrize("offences", [NIGHTLIFE, ["asb-nuisance", "asb-personal"]])
def test_nights_peak_at_the_weekend(sample: Sample, offences: list[str]) -> None:
    rows = sample.rows[sample.rows["offence"].isin(offences)]
    evening_of = rows["when"] - pd.Timedelta(hours=6)  # a night belongs to the day it began on
    night = rows["when"].dt.hour.isin([20, 21, 22, 23, 0, 1, 2, 3])
    by_day = evening_of[night].dt.day_of_week.value_counts()
    assert by_day.loc[[4, 5, 6]].min() > 1.3 * by_day.loc[[0, 1, 2, 3]].max()
    if offences == NIGHTLIFE:
        small_hours = rows[rows["when"].dt.hour < 3]["when"].dt.day_of_week.value_counts()
        assert set(small_hours.index[:3]) == {5, 6, 0}


def test_shoplifting_keeps_shop_hours(sample: Sample) -> None:
    hours = sample.rows[sample.rows["offence"] == "shoplifting"]["when"].dt.hour
    assert hours.between(7, 21).all()


def test_incidents_stand_on_repeated_named_points(sample: Sample) -> None:
    rows = sample.rows
    places = rows.groupby(["easting", "northing"])["location"]
    assert (places.nunique() == 1).all()
    assert places.ngroups == rows["location"].nunique() < len(rows) / 10
    assert rows["location"].str.fullmatch(r"(Street|Village|Farm) point \d{3,4}, .+").all()
    by_point = rows.groupby(["area", "location"]).size()
    top = by_point.groupby(level="area").apply(lambda n: n.nlargest(5).sum() / n.sum())
    assert 0.3 < top.median() < 0.5


def test_the_county_looks_like_a_county(sample: Sample) -> None:
    asb = sample.rows[sample.rows["offence"].str.startswith("asb")]
    by_area = asb["area"].value_counts()
    centre = sample.towns.set_index("town").loc["Shrewsbury"]
    spot = shapely.Point(centre["easting"], centre["northing"])
    assert sample.lsoas.geometry.iloc[int(by_area.index[0])].contains(spot)
    assert 0.08 < by_area.iloc[0] / len(asb) < 0.12
    assert 36 <= (by_area.cumsum() < len(asb) / 2).sum() + 1 <= 45
    crime = sample.crime("2014-01", "2016-03")
    assert 0.37 < crime["ruc_code"].str[0].isin(["D", "E"]).mean() < 0.43
