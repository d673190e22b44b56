"""Reads incident files (police street CSV or its ZIP archive, partner extract) into one table.

Accepted and refused rows add up to the rows read, file by file. A refused row keeps its file,
line, field, value and the reason.
"""

from geo.incidents.columns import CANONICAL, CANONICAL_MAP, ColumnMap
from geo.incidents.read import read_incidents
from geo.incidents.table import FileRead, Refusal, Source

__all__ = [
    "CANONICAL",
    "CANONICAL_MAP",
    "ColumnMap",
    "FileRead",
    "Refusal",
    "Source",
    "read_incidents",
]
