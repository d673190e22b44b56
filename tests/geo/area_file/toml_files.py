"""An area file that is whole, the files it names, and ways to change it."""

from pathlib import Path

WHOLE = """\
[area]
name = "Shropshire"
partnership = "Shropshire CSP"
authorities = ["E06000051", "E06000020"]
forces = ["West Mercia"]
outlines = ["lsoa_*.geojson"]
vintage = 2021
deprivation = {file = "imd.csv", edition = 2019, date = 2019-09-26, title = "IMD", licence = "OGL"}
rural_urban = "ruc.csv"
residents = ["census.csv", {file = "mid.csv", source = "ONS", attribution = "Source: ONS"}]
denominator = "mid-2022"
code_look_up = "codes.csv"
partnership_look_up = "csp.csv"
halo = false

[area.towns]
look_up = "towns.csv"
names = ["Oswestry", "Ludlow"]

[[area.sets]]
id = "wards"
title = "Wards"
outlines = "wards.geojson"
code = "WD24CD"
name = "WD24NM"

[[source]]
kind = "police-street"
files = ["police", "2018-12.zip"]

[[source]]
name = "Council ASB"
kind = "extract"
files = "asb-*.csv"
overlap = "replace"
date_format = "%d/%m/%Y"
offences = ["asb-nuisance", "asb-personal"]
[source.columns]
date = "Day"
offence = "What"
[source.offence]
"Noise" = "asb-nuisance"
"Camera" = "cctv-incident"
[source.kinds]
cctv-incident = "CCTV incidents"

[disclosure]
hidden_below = 3
hidden_below_grave = 12
"""

FILES = (
    "lsoa_e.geojson", "lsoa_w.geojson", "imd.csv", "ruc.csv", "census.csv", "mid.csv", "codes.csv",
    "csp.csv", "towns.csv", "wards.geojson", "2018-12.zip", "asb-2.csv", "asb-1.csv",
)  # fmt: skip


def make_files(folder: Path) -> None:
    """The files that the area file names, empty: reading it only looks whether they are there."""
    (folder / "police").mkdir()
    for name in FILES:
        (folder / name).touch()


def line_of(text: str, part: str) -> int:
    """The line, from 1, on which the part of a text is."""
    assert text.count(part) == 1
    return text[: text.index(part)].count("\n") + 1
