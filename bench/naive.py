"""What a plain count map and a normal-theory Gi* say of an area, beside what safermap says.

`python -m bench.naive` builds four months of the police files and prints the ten areas with most
incidents of two themes; `python -m bench.naive docs` also draws three maps of Shrewsbury there.
"""

import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from scipy import stats

from boundaries import SHROPSHIRE
from geo.area_file import read_area_file
from geo.building.build import build
from geo.building.sources import plan_sources
from geo.dataset import Dataset
from geo.query import Question
from layers.breaks import class_of, rounded_breaks
from layers.palette import RAMP
from layers.registry import find_layer

POLICE = Path(__file__).resolve().parents[2] / "shared/data/police/2018-19"
TOP = 10
NORMAL_Q = 0.05  # what is usual where a normal p is used
WIDTH, PAPER = 760, "#eff0ec"


def police(home: Path) -> Dataset:
    """Four months of West Mercia Police on the area that ships."""
    plan = replace(read_area_file(SHROPSHIRE), sources=plan_sources([POLICE], None))
    build(plan, home)
    return Dataset.open(home)


def verdicts(dataset: Dataset, theme: str) -> pd.DataFrame:
    """Every area with its count and what each way of looking says of it, most incidents first."""
    rows = find_layer("hotspots").compute(dataset, Question.ask(dataset, theme)).rows
    normal_p = 2 * stats.norm.sf(rows["z"].abs())
    rows = rows.assign(
        normal_p=normal_p, normal_q=stats.false_discovery_control(normal_p)
    ).sort_values(["count", "lsoa_code"], ascending=[False, True])
    return pd.DataFrame(rows)


def table(dataset: Dataset, theme: str) -> Iterator[str]:
    """The first areas as the lines of a Markdown table."""
    yield (
        "| rank by count | area | LSOA | count | in the neighbours | Gi* z | normal p, q | "
        "exact p, q | own level z | what safermap says |"
    )
    yield "|---" * 10 + "|"
    for row in verdicts(dataset, theme).head(TOP).to_dict("records"):
        hot = "hot" if row["normal_q"] <= NORMAL_Q and row["z"] > 0 else "no"
        cluster = "cluster" if row["cluster"] else "no cluster"
        yield (
            f"| {row['rank']} | {row['name']} | {row['lsoa_code']} | {row['count']} | "
            f"{row['neighbours_count']} | {row['z']:.2f} | {row['normal_p']:.2g}, "
            f"{row['normal_q']:.2g}: {hot} | {row['p']:.2g}, {row['q']:.2g} | "
            f"{row['own_z']:.2f} | {row['hotspot_class']}; {cluster} |"
        )


def plain(rows: pd.DataFrame) -> list[str]:
    """Five equal steps of the count, as map libraries do unasked."""
    steps = np.linspace(0, rows["count"].max(), 6)[1:-1]
    return [RAMP[int(np.searchsorted(steps, count, "right"))] for count in rows["count"]]


def normal(rows: pd.DataFrame) -> list[str]:
    """Hot in one colour, cold in another, by the normal p after the false discovery rate."""
    sure = rows["normal_q"] <= NORMAL_Q
    return [
        PAPER if not told else "#a84f05" if z > 0 else "#542788"
        for told, z in zip(sure, rows["z"], strict=True)
    ]


def ours(rows: pd.DataFrame) -> list[str]:
    """Rounded classes of the rate."""
    breaks = rounded_breaks(rows["rate"])
    return [RAMP[class_of(rate, breaks)] for rate in rows["rate"]]


MAPS: dict[str, Callable[[pd.DataFrame], list[str]]] = {
    "count-map": plain,
    "normal-gi-star": normal,
    "safermap": ours,
}


def picture(dataset: Dataset, rows: pd.DataFrame, colours: list[str], marks: bool) -> str:
    """Shrewsbury as SVG; with `marks`, hot spots outlined and raised areas dashed."""
    by_code = dict(zip(dataset.lsoas["lsoa_code"], dataset.lsoas.geometry, strict=True))
    west, south, east, north = dataset.lsoas[dataset.lsoas["town"] == "Shrewsbury"].total_bounds
    scale = WIDTH / (east - west)
    height = round((north - south) * scale)
    seen = shapely.box(west, south, east, north)
    drawn, edges = [], []
    for row, colour in zip(rows.to_dict("records"), colours, strict=True):
        if not by_code[row["lsoa_code"]].intersects(seen):
            continue
        path = _path(by_code[row["lsoa_code"]], west, north, scale)
        drawn.append(f'<path d="{path}" fill="{colour}" stroke="#fff"/>')
        if marks and row["hotspot_class"] in ("hot spot", "raised"):
            dash = "" if row["hotspot_class"] == "hot spot" else ' stroke-dasharray="7 4"'
            edges.append(f'<path d="{path}" fill="none" stroke="#14202b" stroke-width="3"{dash}/>')
    inside = "\n".join([*drawn, *edges])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
        f'height="{height}">\n<rect width="100%" height="100%" fill="#fbfbf8"/>\n{inside}\n</svg>\n'
    )


def _path(shape: shapely.Geometry, west: float, north: float, scale: float) -> str:
    rings = [part.exterior for part in shapely.get_parts(shape)]
    steps = []
    for ring in rings:
        xy = np.round((shapely.get_coordinates(ring) - [west, north]) * [scale, -scale], 1)
        steps.append("M" + "L".join(f"{x:g},{y:g}" for x, y in xy) + "Z")
    return "".join(steps)


def main(folder: str | None = None) -> None:
    """Print the tables, and draw the maps where a folder is given."""
    if not POLICE.exists():
        print(f"Left out, it needs the files in {POLICE}")
        return
    with tempfile.TemporaryDirectory() as home:
        dataset = police(Path(home))
        for theme in ("asb", "shoplifting"):
            print(f"\n{theme}, {dataset.period.words()}\n", *table(dataset, theme), sep="\n")
        rows = verdicts(dataset, "asb")
        for name, colours in MAPS.items() if folder else ():
            drawn = picture(dataset, rows, colours(rows), name == "safermap")
            (Path(str(folder)) / f"shrewsbury-{name}.svg").write_text(drawn, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
