"""A dataset of two extracts, one of which may not be held for ever, and what lies on its disk."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from building import plan_files

from geo.area_file import AreaFile, SourcePlan
from geo.building.build import Built, build
from geo.retention import Keep

HEADER = "incident_id,date,offence,easting,northing,location\n"
WHILE_HELD = date(2016, 4, 10)
"""A day on which all of what is made here may be held."""
OLD, NEW, REFUSED = "Oldmarker", "Newmarker", "Refusedmarker"
"""Words in the force's rows of 2014, in those of 2016, and in a row that is refused."""


def force_file(folder: Path) -> Path:
    """A file of the force: five rows of November 2014, three of February 2016, one refused."""
    rows = [f"{OLD}-{n},2014-11-0{n},burglary,349{n}50,312550,{OLD} Lane" for n in range(1, 6)]
    rows += [f"{NEW}-{n},2016-02-0{n},shoplifting,349{n}50,312550,{NEW} Lane" for n in range(1, 4)]
    rows.append(f"{OLD}-9,{REFUSED},burglary,349150,312550,{REFUSED} Lane")
    path = folder / "force.csv"
    path.write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def council_file(folder: Path, rows: int = 4) -> Path:
    """A file of the council's, which may be held for ever."""
    told = [
        f"C-{n},2015-0{n},asb-nuisance,349{n}00,313000,Council Road" for n in range(1, rows + 1)
    ]
    path = folder / "council.csv"
    path.write_text(HEADER.replace("date", "month") + "\n".join(told) + "\n", encoding="utf-8")
    return path


def plan_kept(folder: Path, keep: Keep, *, council: int = 4) -> AreaFile:
    """The area that ships with both; without the council's where it has no row."""
    force = SourcePlan("force", "Force extract", "extract", (force_file(folder),), "partner",
                       keep=keep)  # fmt: skip
    sources = [force]
    if council:
        path = council_file(folder, council)
        sources.append(SourcePlan("council", "Council ASB", "extract", (path,), "open"))
    return replace(plan_files(force.files[0]), sources=tuple(sources))


def build_kept(folder: Path, keep: Keep, today: date = WHILE_HELD, *, council: int = 4) -> Built:
    """Build both into the folder's home on such a day."""
    return build(plan_kept(folder, keep, council=council), folder / "home", today=today)


def texts_under(folder: Path) -> str:
    """All that the files under a folder say, unpacked, beside their bytes as they are."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            found += [str(path), data.decode("latin-1")]
            found += [repr(table.to_pydict()) for table in _tables(path, data)]
    return "\n".join(found)


def _tables(path: Path, data: bytes) -> Iterator[pa.Table]:
    if path.suffix == ".parquet":
        yield pq.read_table(io.BytesIO(data))
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as file:
            for name in file.namelist():
                if name.endswith(".arrow"):
                    yield pa.ipc.open_file(file.read(name)).read_all()
