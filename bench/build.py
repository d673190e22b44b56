"""Build time and memory against straightforward programs, on the same files, in the same run.

Whole processes, in turn. `python -m bench.build county month year update` chooses; without a word
all are run.
"""

import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench.months import unpack, write_month
from bench.processes import compare, cost_of, report

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
SAFERMAP = str(Path(sys.executable).parent / "safermap")
NATIONAL = "boundaries/lsoa11_england_wales_coarse.gpkg"
FACTS = ("deprivation/imd2019_england_lsoa11_subdomains.csv", "rural_urban/RUC2011_LSOA11_EW.csv")
AREA = f"""
[area]
name = "England and Wales"
everywhere = true
outlines = "{SHARED / NATIONAL}"
deprivation = "{SHARED / FACTS[0]}"
rural_urban = "{SHARED / FACTS[1]}"
"""


def python(module: str, *arguments: object) -> list[str]:
    """A command that runs a module of this folder."""
    return [sys.executable, "-m", f"bench.{module}", *map(str, arguments)]


def programs(files: Path, outlines: Path, area: Path | None, folder: Path) -> dict[str, list[str]]:
    """The commands to compare: the plain ones, ours, and merely parsing."""
    facts = [SHARED / name for name in FACTS]
    build = [SAFERMAP, "build", "--incidents", str(files), "--out", str(folder / "ours")]
    build += ["--area", str(area)] if area else []
    return {
        "pandas + sjoin, the same work": python(
            "plain_build", "same", files, outlines, folder / "same", *facts
        ),
        "pandas + sjoin, read join write": python(
            "plain_build", "bare", files, outlines, folder / "bare"
        ),
        "safermap build": build,
        "safermap build --workers 1": [*build, "--workers", "1"],
        "pyarrow, merely parse": python("parse", files),
    }


def afresh(folder: Path) -> Callable[[], None]:
    """What is done before every run: nothing may be taken over from the run before."""
    return lambda: shutil.rmtree(folder / "ours", ignore_errors=True)


def county(folder: Path) -> None:
    """Four months of one force, joined to one county."""
    files = SHARED / "police/2018-19"
    outlines = SHARED / "boundaries/lsoa11_E06000051.geojson"
    print("Build, four months of one force, one county: median of 5 runs")
    report(compare(programs(files, outlines, None, folder), 5, afresh(folder)))


def month(folder: Path) -> None:
    """One month of nearly every force, joined to all of England and Wales."""
    national(folder, 1, runs=5)


def year(folder: Path) -> None:
    """Twelve such months."""
    national(folder, 12, runs=3)


def national(folder: Path, months: int, runs: int) -> None:
    """Some months of the whole country, each with other IDs and points."""
    prepared, area = prepare(folder), folder / "safermap.toml"
    for number in range(months):
        name = f"2018-{number + 1:02d}"
        write_month(folder / "one", folder / "months" / name, name)
    [lsoas] = prepared.glob("*/areas/lsoas.parquet")
    print(f"Build, {months} of the national months, 34,753 areas: median of {runs} runs")
    commands = programs(folder / "months", SHARED / NATIONAL, area, folder)
    least = python("least", folder / "months", lsoas, folder / "least")
    commands["the least: areas prepared, nothing checked"] = least
    report(compare(commands, runs, afresh(folder)))


def prepare(folder: Path) -> Path:
    """A dataset of one month of the whole country; its files and area file are in the folder."""
    unpack(SHARED / "police/archives/all-forces-2018-12.zip", folder / "one")
    area = folder / "safermap.toml"
    area.write_text(AREA)
    prepared = folder / "prepared"
    cost_of([SAFERMAP, "build", "--incidents", str(folder / "one"), "--out", str(prepared),
             "--area", str(area)])  # fmt: skip
    return prepared


def update(folder: Path) -> None:
    """One month more for a county that has a year of its force's files."""
    source = folder / "source"
    source.mkdir()
    shutil.copy(SHARED / "police/2018-19/2018-12-west-mercia-street.csv", source)
    for number in range(12):
        name = f"2018-{number + 1:02d}"
        write_month(source, folder / "files" / name, name)
    build = [SAFERMAP, "build", "--incidents", str(folder / "files"), "--out", str(folder / "out")]
    first = cost_of(build)
    write_month(source, folder / "files" / "2019-01", "2019-01")
    more = cost_of(build)
    again = cost_of(build)
    print("One county, whole process, one run each")
    for title, cost in (("a year", first), ("one month more", more), ("nothing new", again)):
        print(f"  {title:<44}{cost.seconds:7.2f} s {cost.peak_mib:7.0f} MiB")


PARTS = {"county": county, "month": month, "year": year, "update": update}


def main(chosen: list[str]) -> None:
    """Run the chosen comparisons where the files are there."""
    if not SHARED.exists():
        print(f"Build: left out, it needs the files in {SHARED}")
        return
    for name in chosen or PARTS:
        with tempfile.TemporaryDirectory() as folder:
            PARTS[name](Path(folder))


if __name__ == "__main__":
    main(sys.argv[1:])
