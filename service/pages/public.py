"""What a page shows of a partner's records where only their public tables are at hand."""

from geo.query import Question
from layers.layer import Layer
from service.pages.catalogue import map_page
from service.parameters import read_window
from service.site import Site


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


def public_page(site: Site, layer: Layer, question: Question) -> bytes:
    """The map of the layer, with its table."""
    return map_page(site, layer, question, read_window({}), {})
