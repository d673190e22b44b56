"""Names that people know for LSOAs: two streets, the town centre, or a village and a direction."""

import re
from collections import Counter

import geopandas
import numpy as np
import pandas as pd
import pyarrow as pa

from geo.areas import Areas

GENERIC = frozenset(
    {
        "Airport/Airfield",
        "Bus/Coach Station",
        "Conference/Exhibition Centre",
        "Football Ground",
        "Further/Higher Educational Building",
        "Hospital",
        "Motorway Service Area",
        "Nightclub",
        "Park/Open Space",
        "Parking Area",
        "Pedestrian Subway",
        "Petrol Station",
        "Police Station",
        "Prison",
        "Race Track",
        "Racecourse",
        "Retail Park",
        "Rugby Ground",
        "Shopping Area",
        "Sports/Recreation Area",
        "Supermarket",
        "Theatre/Concert Hall",
        "Train Station",
    }
)
"""What data.police.uk writes where a point stands for a kind of place and not for a street."""

_NEAR = re.compile(r"^On or near(\s+|$)", re.IGNORECASE)
_NO_NAME = re.compile(r"[ABM]\d+(\(M\))?|.*Police Station|.*Unnamed.*", re.IGNORECASE)
# Titled as in Mary'S, 22Nd or Maes-Y-Clawdd
_ENDING = re.compile(r"(?<=')S\b|(?<=\d)(St|Nd|Rd|Th)\b|(?<=-)Y(?=-)")
_COMPASS = (
    "north",
    "north-east",
    "east",
    "south-east",
    "south",
    "south-west",
    "west",
    "north-west",
)


def street_of(location: str) -> str | None:
    """The street a police location names, or None where it names a kind of place or a road number.

    >>> street_of("On or near St Mary'S Street"), street_of("On or near Maes-Y-Clawdd")
    ("St Mary's Street", 'Maes-y-Clawdd')
    >>> street_of("On or near Parking Area") is None
    True
    """
    street = _NEAR.sub("", location).strip()
    if not street or street in GENERIC or _NO_NAME.fullmatch(street):
        return None
    return _ENDING.sub(lambda match: match[0].lower(), street)


def name_lsoas(areas: Areas, locations: pa.Table | None) -> pd.DataFrame:
    """A short and a full name for every LSOA, in the order of `areas.lsoas`.

    `locations` has columns `lsoa` (position) and `location`, from open sources only; None where
    there are none. `short_name` is for a page about the town, `name` for everywhere else and
    differs between any two LSOAs.
    """
    lsoas = areas.lsoas
    centres = _centre_towns(areas)
    streets = _two_streets(locations)
    where = _compass_names(areas)
    short, full = [], []
    for i, town in enumerate(lsoas["town"]):
        if i in centres:
            short.append("Town centre")
            full.append(f"{centres[i]} town centre")
        elif i in streets:
            short.append(streets[i])
            full.append(f"{streets[i]}, {town if isinstance(town, str) else where[i]}")
        else:
            short.append(where[i])
            full.append(where[i])
    repeated = Counter(full)
    number = [name.rsplit(" ", 1)[-1] for name in lsoas["lsoa_name"]]
    for i, name in enumerate(full):
        if repeated[name] > 1:
            full[i] = f"{name} ({number[i]})"
            short[i] = f"{short[i]} ({number[i]})"
    return pd.DataFrame({"short_name": short, "name": full})


def _centre_towns(areas: Areas) -> dict[int, str]:
    points = geopandas.points_from_xy(areas.towns["easting"], areas.towns["northing"])
    tree = areas.lsoas.sindex
    town, lsoa = tree.query(points, predicate="intersects")
    return {
        int(i): areas.towns["town"].iloc[t] for t, i in zip(town[::-1], lsoa[::-1], strict=True)
    }


def _two_streets(locations: pa.Table | None) -> dict[int, str]:
    if locations is None or not locations.num_rows:
        return {}
    counts = locations.group_by(["lsoa", "location"]).aggregate([([], "count_all")]).to_pandas()
    counts = counts.dropna(subset="location")
    counts["street"] = [street_of(text) for text in counts["location"]]
    counts = counts.dropna(subset="street").groupby(["lsoa", "street"])["count_all"].sum()
    best = counts.reset_index().sort_values(
        ["lsoa", "count_all", "street"], ascending=[True, False, True]
    )
    pairs = best.groupby("lsoa")["street"].agg(lambda names: " and ".join(names[:2]))
    return {int(lsoa): name for lsoa, name in pairs.items()}


def _compass_names(areas: Areas) -> list[str]:
    """`North-east Oswestry` in a town, a village's own name, else `5 km west of Wem`."""
    lsoas, towns = areas.lsoas, areas.towns
    points = lsoas.geometry.representative_point()
    east = points.x.to_numpy()[:, None] - towns["easting"].to_numpy()[None, :]
    north = points.y.to_numpy()[:, None] - towns["northing"].to_numpy()[None, :]
    distance = np.hypot(east, north)
    position = {town: t for t, town in enumerate(towns["town"])}
    names = []
    for i, (town, village) in enumerate(zip(lsoas["town"], lsoas["built_up_area"], strict=True)):
        t = position[town] if isinstance(town, str) else int(distance[i].argmin())
        sector = round(np.degrees(np.arctan2(east[i, t], north[i, t])) / 45) % 8
        if isinstance(town, str):
            names.append(f"{_COMPASS[sector].capitalize()} {town}")
        elif isinstance(village, str):
            names.append(village)
        else:
            kilometres = max(1, round(distance[i, t] / 1000))
            names.append(f"{kilometres} km {_COMPASS[sector]} of {towns['town'].iloc[t]}")
    return names
