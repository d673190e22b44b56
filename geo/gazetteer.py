"""Finds towns, areas, streets and postcodes by what people write of them."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import shapely

from geo.building.names import street_of
from geo.crs import lonlat_geometry
from geo.dataset import Dataset
from geo.slugs import slug

FoundKind = Literal["town", "area", "street", "postcode"]
ORDER: tuple[FoundKind, ...] = ("town", "area", "street", "postcode")
LEAST_LETTERS = 2


@dataclass(frozen=True)
class Found:
    """Something that a search can lead to.

    `id`: a town's id, else the code of the LSOA that it lies in. `town_id`: the town it is of, None
    outside the towns. `detail` tells it from others of the same name. `easting` and `northing` are
    of its middle, in metres.
    """

    kind: FoundKind
    name: str
    detail: str
    id: str
    town_id: str | None
    easting: float
    northing: float

    @property
    def lonlat(self) -> tuple[float, float]:
        """Longitude and latitude in degrees, six decimals."""
        points = lonlat_geometry(np.array([shapely.Point(self.easting, self.northing)]))
        return float(points[0].x), float(points[0].y)


class Gazetteer:
    """What a dataset can be searched for. Read when it is first asked.

    Streets are those that open sources name; what only a partner's or drawn records name is not
    found.
    """

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset

    def find(self, text: str, limit: int) -> list[Found]:
        """What fits best first, at most `limit`: towns, then areas, streets and postcodes.

        Each word of the text must begin a word of the name, whatever the case, accents and
        punctuation; an LSOA's code and a postcode must begin with the text. Fewer than two letters
        find nothing.
        """
        sought = slug(text)
        if len(sought) < LEAST_LETTERS:
            return []
        words = [f"-{word}" for word in sought.split("-")]
        fit = [
            (name, entry) for name, entry in self._entries if all(word in name for word in words)
        ]
        fit.sort(key=lambda item: (_distance(item[0], sought), ORDER.index(item[1].kind)))
        found = list(dict.fromkeys(entry for _, entry in fit))[:limit]
        return [*found, *self._postcodes(text, limit - len(found))]

    @cached_property
    def _entries(self) -> list[tuple[str, Found]]:
        """All but postcodes, each under what it may be called: `-word-word`."""
        return [
            (f"-{slug(name)}", found)
            for name, found in (*self._towns(), *self._areas(), *self._streets())
        ]

    @cached_property
    def _town_ids(self) -> dict[str, str]:
        towns = self._dataset.towns
        return dict(zip(towns["town"], towns["town_id"], strict=True))

    def _towns(self) -> Iterator[tuple[str, Found]]:
        towns = self._dataset.towns
        columns = ("town_id", "town", "easting", "northing")
        for town_id, name, east, north in zip(*(towns[c] for c in columns), strict=True):
            yield name, Found("town", name, "", town_id, town_id, float(east), float(north))

    def _areas(self) -> Iterator[tuple[str, Found]]:
        lsoas = self._dataset.lsoas
        columns = (lsoas[name] for name in ("lsoa_code", "lsoa_name", "name", "town"))
        rows = zip(*columns, self._dataset.centroids[: len(lsoas)].tolist(), strict=True)
        for code, official, name, town, (east, north) in rows:
            found = Found("area", name, code, code, self._town_ids.get(town), east, north)
            yield from ((text, found) for text in dict.fromkeys((name, official, code)))

    def _streets(self) -> Iterator[tuple[str, Found]]:
        """Each street of a town once, and outside the towns once an area."""
        dataset = self._dataset
        if not dataset.manifest.get("files"):
            return
        places, sources = dataset.places, dataset.sources
        told = [
            s for s, source in enumerate(sources)
            if source.sensitivity == "open" and not source.illustrative
        ]  # fmt: skip
        code, towns = (dataset.lsoas[name].tolist() for name in ("lsoa_code", "town"))
        names = dataset.lsoas["name"].tolist()
        seen: set[tuple[str, str]] = set()
        for at in np.flatnonzero(places.recorded(told)).tolist():
            location = places.location[at]
            street = street_of(location) if location else None
            lsoa = int(places.lsoa[at])
            town = towns[lsoa] if isinstance(towns[lsoa], str) else None
            key = (street or "", town or code[lsoa])
            if street is None or key in seen:
                continue
            seen.add(key)
            east, north = float(places.easting[at]), float(places.northing[at])
            town_id, detail = self._town_ids.get(town or ""), town or names[lsoa]
            yield street, Found("street", street, detail, code[lsoa], town_id, east, north)

    def _postcodes(self, text: str, limit: int) -> Iterable[Found]:
        table = self._dataset.postcodes
        start = "".join(text.split()).upper()
        if table is None or limit <= 0 or not any(letter.isdigit() for letter in start):
            return []
        held = table["postcode"].to_numpy()
        first = bisect_left(held, start)
        rows = table.iloc[first : first + limit]
        return [
            self._postcode(*row)
            for row in rows.itertuples(index=False, name=None)
            if row[0].startswith(start)
        ]

    def _postcode(self, postcode: str, easting: float, northing: float, code: str) -> Found:
        town = self._dataset.lsoas.set_index("lsoa_code")["town"].get(code)
        town = town if isinstance(town, str) else ""
        name = f"{postcode[:-3]} {postcode[-3:]}"
        return Found("postcode", name, town, code, self._town_ids.get(town), easting, northing)


def _distance(name: str, sought: str) -> int:
    """How far a name is from what is sought: it begins with its words, with its letters, or not."""
    return 2 - name.startswith(f"-{sought}") - f"{name}-".startswith(f"-{sought}-")
