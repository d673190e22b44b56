"""Names that people know for LSOAs: two streets, the town centre, or a village and a direction."""

import re
from collections import Counter

import numpy as np
import pyarrow as pa
import shapely

from geo.areas.areas import Areas

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

_NEAR = "on or near"
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
    street = location.strip()
    if street[:10].lower() == _NEAR and not street[10:11].strip():
        street = street[10:].strip()
    if not street or street in GENERIC or _NO_NAME.fullmatch(street):
        return None
    return _ENDING.sub(lambda match: match[0].lower(), street)


def name_lsoas(areas: Areas, locations: pa.Table | None) -> tuple[list[str], list[str]]:
    """A short and a full name for every LSOA, in the order of `areas.lsoas`.

    `locations` has columns `lsoa` (position), `location` and `rows` (how many incidents), from open
    sources only; None where there are none. The short name is for a page about the town, the full
    one for everywhere else; it differs between any two LSOAs. An LSOA of the ring keeps its
    official name.
    """
    codes, official, towns, villages = (
        areas.lsoas[name].to_pylist()
        for name in ("lsoa_code", "lsoa_name", "town", "built_up_area")
    )
    centres = _centre_towns(areas)
    streets = _two_streets(locations)
    where = _compass_names(areas, official, towns, villages)
    short, full = [], []
    for i in range(areas.inside):
        if i in centres:
            short.append("Town centre")
            full.append(f"{centres[i]} town centre")
        elif i in streets:
            short.append(streets[i])
            full.append(f"{streets[i]}, {towns[i] or where[i]}")
        else:
            short.append(where[i])
            full.append(where[i])
    _tell_apart(short, full, [name.rsplit(" ", 1)[-1] for name in official])
    _tell_apart(short, full, codes)
    ring = official[areas.inside :]
    return [*short, *ring], [*full, *ring]


def _tell_apart(short: list[str], full: list[str], marks: list[str]) -> None:
    repeated = Counter(full)
    for i, name in enumerate(full):
        if repeated[name] > 1:
            full[i] = f"{name} ({marks[i]})"
            short[i] = f"{short[i]} ({marks[i]})"


def _centre_towns(areas: Areas) -> dict[int, str]:
    if not len(areas.towns):
        return {}
    points = shapely.points(areas.towns["easting"].to_numpy(), areas.towns["northing"].to_numpy())
    town, lsoa = shapely.STRtree(areas.outlines[: areas.inside]).query(points, "intersects")
    names = areas.towns["town"].to_pylist()
    return {int(i): names[t] for t, i in zip(town[::-1], lsoa[::-1], strict=True)}


def _two_streets(locations: pa.Table | None) -> dict[int, str]:
    """The two streets of each LSOA with most incidents; of as many, the first by the alphabet."""
    if locations is None or not locations.num_rows:
        return {}
    named = locations.filter(locations["location"].is_valid())
    encoded = named["location"].combine_chunks().dictionary_encode()
    told = [street_of(text) for text in encoded.dictionary.to_pylist()]
    streets = sorted({street for street in told if street is not None})
    rank = {street: i for i, street in enumerate(streets)}
    street = np.array([rank[text] if text is not None else -1 for text in told], dtype=np.int64)
    street = street[encoded.indices.to_numpy()]
    known = street >= 0
    lsoa = named["lsoa"].to_numpy()[known]
    pairs = pa.array(lsoa * len(streets) + street[known]).dictionary_encode()
    rows = np.bincount(pairs.indices.to_numpy(), named["rows"].to_numpy()[known])
    lsoa, street = np.divmod(pairs.dictionary.to_numpy(), max(len(streets), 1))
    order = np.lexsort((street, -rows, lsoa))
    lsoa, street = lsoa[order], street[order]
    first = np.flatnonzero(np.diff(lsoa, prepend=-1))
    second = np.minimum(first + 1, len(lsoa) - 1)
    two = (lsoa[second] == lsoa[first]) & (second > first)
    return {
        area: f"{streets[one]} and {streets[other]}" if both else streets[one]
        for area, one, other, both in zip(
            lsoa[first].tolist(),
            street[first].tolist(),
            street[second].tolist(),
            two.tolist(),
            strict=True,
        )
    }


def _compass_names(
    areas: Areas, official: list[str], towns: list[str | None], villages: list[str | None]
) -> list[str]:
    """`North-east Oswestry` in a town, a village's own name, else `5 km west of Wem`.

    Where there is no town at all, the official name.
    """
    if not len(areas.towns):
        return [villages[i] or official[i] for i in range(areas.inside)]
    names = areas.towns["town"].to_pylist()
    centre = shapely.points(areas.towns["easting"].to_numpy(), areas.towns["northing"].to_numpy())
    position = {town: t for t, town in enumerate(names)}
    point = shapely.point_on_surface(areas.outlines[: areas.inside])
    nearest = shapely.STRtree(centre).nearest(point)
    told = zip(towns, nearest.tolist(), strict=False)
    chosen = np.array([position.get(town, t) if town else t for town, t in told], dtype=np.int64)
    east = shapely.get_x(point) - shapely.get_x(centre)[chosen]
    north = shapely.get_y(point) - shapely.get_y(centre)[chosen]
    sector = np.round(np.degrees(np.arctan2(east, north)) / 45).astype(int) % 8
    kilometres = np.maximum(1, np.round(np.hypot(east, north) / 1000)).astype(int)
    found = []
    for i in range(areas.inside):
        if (town := towns[i]) is not None:
            found.append(f"{_COMPASS[sector[i]].capitalize()} {town}")
        else:
            far = f"{kilometres[i]} km {_COMPASS[sector[i]]} of {names[chosen[i]]}"
            found.append(villages[i] or far)
    return found
