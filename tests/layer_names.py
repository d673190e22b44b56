"""The layers that the area that ships has something to fill with."""

from layers.registry import all_layers

NEEDS_SETS = {"named-areas"}  # further sets of areas, which only an area file brings
SHIPPED = [name for name in all_layers() if name not in NEEDS_SETS]
WITHIN_TOWN = [name for name in SHIPPED if all_layers()[name].within_town]  # rows are no areas
OF_AREAS = [name for name in SHIPPED if name not in WITHIN_TOWN]
SHARED_OUT = [name for name in WITHIN_TOWN if name != "incidents"]  # rows have shares of the whole
