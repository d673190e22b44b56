"""The incidents with the facts of their areas, read from the files that ship."""

from pathlib import Path

import pandas as pd
import pytest
from incident_rows import incident_rows

from boundaries import SHROPSHIRE
from geo.versions import current_folder

FOLDER = Path(SHROPSHIRE).parent
APRIL_2015 = 2015 * 12 + 3


@pytest.fixture(scope="session")
def area_facts() -> pd.DataFrame:
    """Every LSOA with its residents, class, deciles and town, by code."""
    facts = pd.read_csv(FOLDER / "lsoa_facts.csv", index_col="lsoa_code")
    people = pd.read_csv(FOLDER / "lsoa_residents.csv", index_col="lsoa_code")
    facts["residents"] = people["residents_census_2011"]
    facts["rural"] = facts["ruc_code"].str[0].isin(["D", "E"])
    return facts


def with_facts(incidents: pd.DataFrame, facts: pd.DataFrame) -> pd.DataFrame:
    located = incidents[incidents["lsoa_code"].notna()].drop(columns="town")
    frame = located.join(facts, on="lsoa_code")
    offence = frame["offence"].astype(str)
    return frame.assign(
        offence=offence,
        asb=offence.str.startswith("asb"),
        business=frame["business"] == True,  # noqa: E712  None is not True
        rural_flag=frame["rural_flag"] == True,  # noqa: E712
        on_list=frame["rural_offence"].astype(object).fillna("") != "",
    )


@pytest.fixture(scope="session")
def year(embedded_incidents: pd.DataFrame, area_facts: pd.DataFrame) -> pd.DataFrame:
    """The illustrative incidents of April 2015 to March 2016."""
    frame = with_facts(embedded_incidents, area_facts)
    return frame[frame["month"].between(APRIL_2015, APRIL_2015 + 11)]


@pytest.fixture(scope="session")
def year_before(embedded_incidents: pd.DataFrame, area_facts: pd.DataFrame) -> pd.DataFrame:
    """Those of April 2014 to March 2015."""
    frame = with_facts(embedded_incidents, area_facts)
    return frame[frame["month"].between(APRIL_2015 - 12, APRIL_2015 - 1)]


@pytest.fixture(scope="session")
def police_rows(police_home: Path, area_facts: pd.DataFrame) -> pd.DataFrame:
    """Every row of the real police street files."""
    rows = incident_rows(current_folder(police_home)).to_pandas()
    for name in ("business", "rural_flag", "rural_offence"):
        if name not in rows:
            rows[name] = None
    return with_facts(rows, area_facts)
