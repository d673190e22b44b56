"""The areas of one partnership, in memory and on disk."""

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from geo.areas.codes import Codes
from geo.areas.geoparquet import read_geoparquet, write_geoparquet
from geo.errors import InputError
from geo.parquet import read_parquet, write_parquet

__all__ = ["AreaSet", "Areas", "Codes", "Denominator"]

POSTCODES = "postcodes.parquet"


@dataclass(frozen=True)
class Denominator:
    """A count of residents to divide by: the column that holds it and how to speak of it."""

    name: str
    column: str
    title: str


@dataclass(frozen=True, eq=False)
class AreaSet:
    """A further named set of areas, such as wards. `outlines` in BNG, in the order of `codes`."""

    id: str
    title: str
    codes: tuple[str, ...]
    names: tuple[str, ...]
    outlines: NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class Areas:
    """The areas of one partnership, in the British National Grid.

    `lsoas`: one row an area, those inside in code order, then the ring round them in code order:
    `lsoa_code`, `lsoa_name`, `ring`, `authority` and `force` (null where no file tells), `town`
    and `built_up_area` (null outside them), `ruc_code`, `place` (rural or urban), `hectares`,
    `residents` (the chosen denominator) and `residents_…` for each that is known,
    `imd<edition>_rank`, `_decile`, `_score` and the same by domain (1 is the most deprived; null
    where the Index has none), `estimated` (a fact of the row was bridged from another vintage).
    `outlines`: their outlines, in the same order; the first `inside` are no ring.
    `towns`: `town_id`, `town`, `role` (null where not told), `easting` and `northing` of the
    centre; `town_outlines` in the same order: the town's LSOAs together.
    `codes`: which of the areas an LSOA code stands for. `sets`: further named areas.
    `postcodes`: those inside, as `geo.areas.postcodes` has them; None where no file was given.
    `provenance`: one dictionary a file, with its `notes` on what was mended or estimated.
    """

    name: str
    partnership: str
    vintage: str
    denominator: Denominator
    lsoas: pa.Table
    outlines: NDArray[np.object_]
    inside: int
    towns: pa.Table
    town_outlines: NDArray[np.object_]
    codes: Codes
    sets: tuple[AreaSet, ...] = ()
    provenance: tuple[dict[str, Any], ...] = ()
    postcodes: pa.Table | None = None

    @cached_property
    def join_id(self) -> str:
        """Names what a join depends on: codes, outlines and sets, not what is known of them."""
        content = hashlib.sha256(repr((self.vintage, self.inside)).encode())
        told = json.dumps(
            [self.lsoas["lsoa_code"].to_pylist(), *self.codes.table.to_pydict().values()]
        )
        content.update(told.encode())
        _add_shapes(content, self.outlines)
        for item in self.sets:
            content.update(json.dumps([item.id, item.codes]).encode())
            _add_shapes(content, item.outlines)
        return content.hexdigest()

    def write(self, folder: Path) -> None:
        """Write the areas into a folder, which is made where it is not there."""
        folder.mkdir(parents=True, exist_ok=True)
        write_geoparquet(folder / "lsoas.parquet", self.lsoas, self.outlines)
        write_geoparquet(folder / "towns.parquet", self.towns, self.town_outlines)
        write_parquet(folder / "codes.parquet", self.codes.table)
        if self.postcodes is not None:
            write_parquet(folder / POSTCODES, self.postcodes)
        for number, item in enumerate(self.sets):
            names = pa.table({"code": pa.array(item.codes), "name": pa.array(item.names)})
            write_geoparquet(folder / f"set-{number}.parquet", names, item.outlines)
        facts = {
            "name": self.name,
            "partnership": self.partnership,
            "vintage": self.vintage,
            "denominator": asdict(self.denominator),
            "inside": self.inside,
            "sets": [[item.id, item.title] for item in self.sets],
            "provenance": list(self.provenance),
        }
        text = json.dumps(facts, indent=2, ensure_ascii=False)
        (folder / "areas.json").write_text(text + "\n", encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> "Areas":
        """Read what `write` wrote. Raises InputError where it is missing or damaged."""
        try:
            return cls._read(folder)
        except (OSError, pa.ArrowException, shapely.errors.ShapelyError) as error:
            raise InputError(f"{folder} holds no whole areas: {error}.") from error
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"The areas in {folder} are damaged: {error}.") from error

    @classmethod
    def _read(cls, folder: Path) -> "Areas":
        facts = json.loads((folder / "areas.json").read_text("utf-8"))
        lsoas, outlines = read_geoparquet(folder / "lsoas.parquet")
        towns, town_outlines = read_geoparquet(folder / "towns.parquet")
        codes = Codes.from_table(facts["vintage"], read_parquet(folder / "codes.parquet"))
        sets = tuple(
            _read_set(folder / f"set-{number}.parquet", *names)
            for number, names in enumerate(facts["sets"])
        )
        postcodes = folder / POSTCODES
        return cls(
            name=facts["name"],
            partnership=facts["partnership"],
            vintage=facts["vintage"],
            denominator=Denominator(**facts["denominator"]),
            lsoas=lsoas,
            outlines=outlines,
            inside=facts["inside"],
            towns=towns,
            town_outlines=town_outlines,
            codes=codes,
            sets=sets,
            provenance=tuple(facts["provenance"]),
            postcodes=read_parquet(postcodes) if postcodes.exists() else None,
        )


def _read_set(path: Path, name: str, title: str) -> AreaSet:
    table, outlines = read_geoparquet(path)
    codes, names = (tuple(table[column].to_pylist()) for column in ("code", "name"))
    return AreaSet(name, title, codes, names, outlines)


def _add_shapes(content: "hashlib._Hash", outlines: NDArray[np.object_]) -> None:
    shapes = shapely.to_wkb(outlines).tolist()
    content.update(np.array([len(shape) for shape in shapes], dtype="<i8").tobytes())
    content.update(b"".join(shapes))
