"""The layers that the area that ships has something to fill with."""

from layers.registry import all_layers

NEEDS_SETS = {"named-areas"}  # further sets of areas, which only an area file brings
SHIPPED = [name for name in all_layers() if name not in NEEDS_SETS]
