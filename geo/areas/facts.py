"""What one file says of LSOAs, by the code of the LSOA."""

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from geo.areas.codes import LSOA_CODE
from geo.areas.headings import AUTHORITY, LSOA, census_year
from geo.areas.tables import TableFile
from geo.errors import InputError

CERTAIN = ("authority",)  # a part is where its whole is, so nothing is estimated


@dataclass(frozen=True)
class Facts:
    """The facts of one file: `codes` are LSOA codes, each once; `columns` are as long as they.

    `told` is the vintage that the heading of the codes names, None where it names none.
    """

    name: str
    codes: pa.Array
    told: str | None
    columns: Mapping[str, pa.Array]


def is_count(column: str) -> bool:
    """Whether the parts' values of a column add up to the whole's."""
    return column == "hectares" or column.startswith("residents")


def facts_of(table: TableFile, columns: Mapping[str, pa.Array]) -> Facts:
    """Columns taken from a table as facts. The authority comes along where the table tells it.

    Rows without a code are left out. Raises InputError for a code that is no LSOA code and for one
    that occurs twice.
    """
    heading = table.find(LSOA)
    if heading is None:
        raise InputError(f"{table.name} has no column of LSOA codes.")
    codes = table.text(heading)
    refuse_other_codes(table, heading, codes)
    if (column := table.find(AUTHORITY)) is not None:
        columns = {**columns, "authority": table.text(column)}
    there = codes.is_valid()
    codes = codes.filter(there)
    if (twice := first_repeated(codes)) is not None:
        raise InputError(f"{table.name} has {twice} more than once in '{heading}'.")
    kept = {name: column.filter(there) for name, column in columns.items()}
    return Facts(table.name, codes, census_year(heading), kept)


def refuse_other_codes(table: TableFile, heading: str, codes: pa.Array) -> None:
    """Raise InputError for the first text that is no LSOA code, with its line."""
    sound = pc.match_substring_regex(codes, LSOA_CODE).fill_null(True)
    if not pc.all(sound).as_py():
        row = pc.index(sound, value=False).as_py()
        raise InputError(
            f"{table.where(row)}: '{heading}' is '{codes[row].as_py()}', which is no LSOA code of "
            "England or Wales, such as E01028826."
        )


def first_repeated(codes: pa.Array) -> str | None:
    """The first code in code order that occurs more than once."""
    if pc.count_distinct(codes).as_py() == len(codes):
        return None
    counts = pc.value_counts(codes)
    often = pc.filter(counts.field("values"), pc.greater(counts.field("counts"), 1))
    return str(pc.min(often).as_py())
