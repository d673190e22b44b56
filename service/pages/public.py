"""What a page shows of a partner's records where only their public tables are at hand."""

from collections.abc import Mapping
from dataclasses import replace

from markupsafe import Markup

from geo.query import Question
from layers.layer import Layer
from service.pages.catalogue import map_page
from service.pages.controls import NOTHING
from service.pages.frame import address
from service.site import Site
from service.window import read_window

CHANGES = {"hotspots": "change", "towns": "change-towns"}
"""The layers of a town, each with that of its change."""


def public_layer(
    site: Site, question: Question, name: str, otherwise: str | None = None
) -> Layer | None:
    """The layer whose map stands for the page; None where all records are at hand.

    `otherwise`: the layer of a theme that is not shown below the town.
    """
    public = question.published(site.dataset)
    if public is None:
        return None
    below = otherwise is None or public.below_town(question.theme)
    return site.layer(name if below else otherwise or name)


def public_page(
    site: Site, layer: Layer, question: Question, left: Mapping[str, str] = NOTHING
) -> bytes:
    """The map of the layer, with its table, and what of the page is not public.

    `left`: choices it is without.
    """
    note = _note(site, layer, question)
    return map_page(
        site,
        layer,
        question,
        read_window({}, layer, site.dataset),
        {},
        note=note,
        left=left,
    )


def _note(site: Site, layer: Layer, question: Question) -> Markup:
    """Why this is not the page that others have; of a town, where the other half of it is."""
    said = Markup(
        "Of these records whole years are public, and no months, hours or places, so this is the "
        "map alone."
    )
    other = {value: key for key, value in CHANGES.items()} | CHANGES
    if question.town is None or layer.name not in other:
        return said
    name = other[layer.name]
    asked = replace(question, compare=None)
    items = f"/collections/{name}/items"
    href = address(items, site.dataset, asked, town=question.town, f="html")
    return said + Markup(' <a href="{}">{}</a>').format(href, site.layer(name).title)
