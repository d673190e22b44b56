"""A partner's extract in two files, written by hand: every reason to leave a row out occurs.

Of its crimes there are, by point, four at Pride Hill (one is a sexual offence, one is a few
centimetres off), one there that was put in another LSOA, one in Castle Street (its ID was first
recorded at Pride Hill) and one in Oswestry. One has an LSOA and no point, one has neither, one lies
in London.
"""

from pathlib import Path

from building import build_files

from geo.dataset import Dataset

HEADER = "incident_id,month,offence,easting,northing,lsoa_code,location"
PRIDE_HILL = "349132,312545"
FIRST = f"""
A1,2015-04,shoplifting,{PRIDE_HILL},,Pride Hill
A2,2015-04,shoplifting,{PRIDE_HILL},,Pride Hill
A3,2015-05,burglary,349132.2,312545.3,,Pride Hill
A4,2015-05,sexual-offences,{PRIDE_HILL},,Pride Hill
A5,2015-05,burglary,,,E01028946,
A6,2015-05,burglary,,,,
A7,2015-05,burglary,530000,180000,,The Strand
A8,2015-05,robbery,329500,329500,,
A9,2015-05,burglary,{PRIDE_HILL},E01028891,Pride Hill
"""
SECOND = """
A1,2015-06,shoplifting,349200,312600,,Castle Street
B1,2015-06,asb,349200,312600,,Castle Street
B2,2015-06,shoplifting,349132,312545,,Pride Hill
"""


def made_places(folder: Path) -> Dataset:
    """The dataset, built under a folder and open."""
    for name, rows in (("first.csv", FIRST), ("second.csv", SECOND)):
        (folder / name).write_text(f"{HEADER}{rows}", encoding="utf-8")
    build_files(folder / "home", folder / "first.csv", folder / "second.csv")
    return Dataset.open(folder / "home")
