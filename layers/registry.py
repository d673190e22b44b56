"""Finds the layers: every module beside this one that has a LAYER."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

import layers
from geo.errors import UnknownNameError
from layers.layer import Layer


@cache
def all_layers() -> dict[str, Layer]:
    """Every layer by its name, in the order of the module names."""
    modules = (import_module(f"layers.{item.name}") for item in iter_modules(layers.__path__))
    found = [module.LAYER for module in modules if hasattr(module, "LAYER")]
    return {layer.name: layer for layer in found}


def find_layer(name: str) -> Layer:
    """The layer of that name. Raises UnknownNameError where there is none."""
    known = all_layers()
    if name not in known:
        raise UnknownNameError(f"There is no layer '{name}'; there are {', '.join(known)}.")
    return known[name]
