"""Finds the layers: every module beside this one that has a LAYER."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

import layers
from geo.dataset import Dataset
from geo.errors import UnknownNameError
from layers.layer import Layer


@cache
def all_layers() -> dict[str, Layer]:
    """Every layer by its name, in the order of the module names."""
    modules = (import_module(f"layers.{item.name}") for item in iter_modules(layers.__path__))
    found = [module.LAYER for module in modules if hasattr(module, "LAYER")]
    return {layer.name: layer for layer in found}


def offered_layers(dataset: Dataset, *, incidents: bool = False) -> dict[str, Layer]:
    """The layers that the dataset has something to fill with.

    `incidents`: whether a layer may have partners' incidents one by one.
    """
    return {
        name: layer
        for name, layer in all_layers().items()
        if _absent(layer, dataset, incidents=incidents) is None
    }


def _absent(layer: Layer, dataset: Dataset, *, incidents: bool) -> str | None:
    """Why the dataset has nothing to fill a layer with; None where it has."""
    if layer.incidents and not incidents and dataset.holds_partner_records:
        return "Only analysts see partners' incidents one by one."
    whole = [s for s in range(len(dataset.sources)) if s not in dataset.published]
    if layer.finer and not whole:
        return "It needs more of partners' records than is public."
    return layer.absent(dataset)


def find_layer(name: str, dataset: Dataset | None = None, *, incidents: bool = False) -> Layer:
    """The layer of that name, of a dataset as `offered_layers` has it.

    Raises UnknownNameError where there is none, or where the dataset has nothing to fill it with.
    """
    known = all_layers() if dataset is None else offered_layers(dataset, incidents=incidents)
    if name not in known and name in all_layers() and dataset is not None:
        why = _absent(all_layers()[name], dataset, incidents=incidents)
        raise UnknownNameError(f"There is no layer '{name}' here. {why}")
    if name not in known:
        raise UnknownNameError(f"There is no layer '{name}'; there are {', '.join(known)}.")
    return known[name]
