"""Reads `safermap.toml`: one area, its files, its sources of incidents and what is hidden."""

from geo.area_file.plans import AreaFile, Disclosure, SourcePlan
from geo.area_file.read import read_area_file, read_area_files
from geo.area_file.template import write_template

__all__ = [
    "AreaFile",
    "Disclosure",
    "SourcePlan",
    "read_area_file",
    "read_area_files",
    "write_template",
]
