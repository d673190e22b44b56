"""The official rural-urban class of each LSOA."""

import pyarrow as pa
import pyarrow.compute as pc

from geo.areas.facts import Facts, facts_of
from geo.areas.tables import TableFile
from geo.errors import InputError
from geo.rural_urban import CLASSES

_HEADING = r"(ruc|ruralurbanclassification)(20)?(11|21)?(code|cd)?(20)?(11|21)?(code|cd)?"


def read_rural_urban(table: TableFile) -> Facts:
    """The classes of 2011 or 2021 as `ruc_code`.

    Raises InputError for a table without a column of classes and for a class that there is not.
    """
    heading = table.find(_HEADING)
    if heading is None:
        raise InputError(f"{table.name} has no column of rural-urban classes, such as RUC21CD.")
    classes = table.text(heading)
    known = pc.is_in(classes, value_set=pa.array(CLASSES)).to_pylist()
    for row, value in enumerate(classes.to_pylist()):
        if value is not None and not known[row]:
            raise InputError(
                f"{table.where(row)}: '{heading}' is '{value}', which is no rural-urban class; "
                f"there are {', '.join(CLASSES)}."
            )
    return facts_of(table, {"ruc_code": classes})


def places(classes: pa.Array) -> pa.Array:
    """Which side of the official two-way split each class is on: rural or urban; null for null."""
    codes = pa.array(CLASSES)
    sides = pa.array([item.place for item in CLASSES.values()])
    return sides.take(pc.index_in(classes, value_set=codes))
