"""Incident files made by hand, and the one way these tests read them."""

from pathlib import Path

from geo.incidents import ColumnMap, FileRead, read_incidents

STREET_HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,"
    "Crime type,Last outcome category,Context"
)
STREET_ROW = {
    "Crime ID": "",
    "Month": "2018-10",
    "Reported by": "West Mercia Police",
    "Falls within": "West Mercia Police",
    "Longitude": "-2.752543",
    "Latitude": "52.707855",
    "Location": "On or near High Street",
    "LSOA code": "E01028946",
    "LSOA name": "Shropshire 020C",
    "Crime type": "Burglary",
    "Last outcome category": "",
    "Context": "",
}


def street_row(**changed: str) -> str:
    """A sound row of a street file, with some fields changed; `_` in a name is a space."""
    fields = STREET_ROW | {name.replace("_", " "): value for name, value in changed.items()}
    assert list(fields) == list(STREET_ROW)
    return ",".join(fields.values())


def csv_bytes(header: str, *rows: str, end: str = "\n") -> bytes:
    """A whole CSV file."""
    return "".join(f"{line}{end}" for line in (header, *rows)).encode()


def read_bytes(
    folder: Path, data: bytes, column_map: ColumnMap | None = None, name: str = "file.csv"
) -> FileRead:
    """The bytes as a file in the folder, read."""
    path = folder / name
    path.write_bytes(data)
    [read] = read_incidents([path], column_map)
    return read
