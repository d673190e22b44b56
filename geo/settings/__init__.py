"""Reads settings files (TOML) and tells every mistake in them at once, each with its line.

A settings file is described by a `Table`: its fields say which settings there are, what they hold
and, in their descriptions, what each is for.
"""

from geo.settings.read import read_settings
from geo.settings.table import Contradiction, NotBlank, Slug, Table, as_list, near, shown, twice

__all__ = [
    "Contradiction",
    "NotBlank",
    "Slug",
    "Table",
    "as_list",
    "near",
    "read_settings",
    "shown",
    "twice",
]
