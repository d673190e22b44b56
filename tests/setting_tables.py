"""Every table of settings that a settings file may hold."""

from collections.abc import Iterator
from typing import get_args

from geo.settings import Table


def tables_in(kind: object) -> Iterator[type[Table]]:
    """The tables in a type: itself, those in its fields, in lists and in unions."""
    if isinstance(kind, type) and issubclass(kind, Table):
        yield kind
        for field in kind.model_fields.values():
            yield from tables_in(field.annotation)
    for inner in get_args(kind):
        yield from tables_in(inner)
