"""Illustrative incidents: a partner extract drawn to the printed totals, for the embedded area.

A real partner extract is confidential and cannot ship. This one is invented: only its totals (see
`totals`) and the shares below are real, from Shropshire Community Safety Partnership, "Crime
Reduction, Community Safety and Drug and Alcohol Strategy 2017-2020", April 2017. Its places, days
and hours only resemble a rural county's. January to March 2016 is not printed for ASB: it is drawn
at the level of the same months of 2015. Business crime is printed at about 14% of crime and
shoplifting at almost half of that, which leaves about a quarter of shoplifting without the mark.

The draw uses numpy's frozen `RandomState` stream and plain arithmetic, and writes whole metres and
minutes, so that the same outlines and seed give the same bytes.
"""

import os
from pathlib import Path

import numpy as np
import pandas as pd
from geopandas import GeoDataFrame
from numpy.random import RandomState

from geo.sample.ground import Ground, IntArray, street_points
from geo.sample.habits import OFFENCES, RURAL_KINDS
from geo.sample.incidents import (
    MONTHS,
    Incidents,
    draw_incidents,
    draw_minutes,
    draw_points,
    mark_year,
)
from geo.sample.totals import PERIOD

SEED = 2014
TAIL = 0.7  # the luckiest LSOA draws over three times what the least lucky does


def write_sample(path: Path, lsoas: GeoDataFrame, towns: pd.DataFrame, seed: int = SEED) -> int:
    """Write the illustrative partner extract as CSV and return how many incidents it holds.

    Args:
        path: the file to write; it stands whole or not at all.
        lsoas: `lsoa_code`, `residents`, `town` (may be null), `ruc_code` and outlines, EPSG:27700.
        towns: `town` and the `easting` and `northing` of its centre.
        seed: another seed draws other incidents to the same totals.
    """
    table = _draw_sample(RandomState(seed), lsoas, towns)
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        table.to_csv(partial, index=False, lineterminator="\n", encoding="utf-8")
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return len(table)


def _draw_sample(rs: RandomState, lsoas: GeoDataFrame, towns: pd.DataFrame) -> pd.DataFrame:
    """The whole extract, as text and whole numbers, in the order of its rows."""
    ground = Ground.of(lsoas, towns)
    luck = 1 / (1 - TAIL * rs.random_sample(len(ground.residents)))
    incidents = draw_incidents(rs, ground, luck)
    for year in range(-(-len(PERIOD) // 12)):
        mark_year(rs, incidents, ground, year)
    points = street_points(rs, ground)
    point = draw_points(rs, incidents, ground, points)
    minute = draw_minutes(rs, incidents)
    order = np.argsort(minute, kind="stable")
    table = _table(incidents, points.iloc[point].reset_index(drop=True), minute).iloc[order]
    table.insert(0, "incident_id", [f"S{number:07d}" for number in range(1, len(order) + 1)])
    return table


def _table(incidents: Incidents, points: pd.DataFrame, minute: IntArray) -> pd.DataFrame:
    """The incidents in the columns of a partner extract, without their ids; ASB has no marks."""
    when = MONTHS[0].astype("datetime64[m]") + minute
    text = pd.Series(np.datetime_as_string(when, unit="m"))
    kinds = np.array([*RURAL_KINDS, "none"])  # the last stands for NO_RURAL_KIND
    marks = {
        "business": np.where(incidents.business, "yes", "no"),
        "rural": np.where(incidents.rural, "yes", "no"),
        "rural_offence": kinds[incidents.rural_kind],
    }
    return pd.DataFrame(
        {
            "date": text.str[:10],
            "time": text.str[11:],
            "offence": np.array(OFFENCES)[incidents.offence],
            "easting": points["easting"],
            "northing": points["northing"],
            "location": points["location"],
            **{name: np.where(incidents.crime, mark, "") for name, mark in marks.items()},
        }
    )
