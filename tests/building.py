"""The one way these tests build a dataset of incident files, and ask what the build did."""

from dataclasses import replace
from pathlib import Path

from boundaries import SHROPSHIRE
from geo.area_file import AreaFile, read_area_file
from geo.areas import Areas
from geo.areas.assemble import assemble
from geo.building.build import Built, build
from geo.building.sources import plan_sources
from geo.incidents import ColumnMap


def shropshire() -> Areas:
    """The areas that ship."""
    return assemble(read_area_file(SHROPSHIRE).area)


def plan_files(*paths: Path, column_map: ColumnMap | None = None, **area: object) -> AreaFile:
    """The area that ships, with these incident files as its sources and some of it changed."""
    plan = read_area_file(SHROPSHIRE)
    sources = plan_sources(paths, column_map)
    return replace(plan, area=replace(plan.area, **area), sources=sources)


def build_files(home: Path, *paths: Path, column_map: ColumnMap | None = None) -> Built:
    """Build a dataset of these incident files on the area that ships."""
    return build(plan_files(*paths, column_map=column_map), home)


def entry(built: Built) -> tuple[list[str], list[str], list[str], int]:
    """What a build added, restated and left out, and how many files it took over."""
    told = built.manifest["history"][0]
    names = ([Path(name).name for name in told[k]] for k in ("added", "restated", "removed"))
    return (*names, told["reused"])
