"""The map of a layer's page: what its script fetches, and what stands before it runs."""

from collections.abc import Mapping
from typing import Any

from geo.dataset import Dataset
from geo.offences import THEMES
from geo.query import Question
from geo.rural_urban import Place
from layers.layer import Layer
from layers.legend import Legend
from service.maps import MapParts, build_map, map_config
from service.pages.map_source import Source, areas_of, ground_of
from service.pages.still import still_ground, still_map
from service.site import Site
from service.window import Window, choose

OTHER: dict[Place, Place] = {"rural": "urban", "urban": "rural"}


def layer_map(
    site: Site,
    layer: Layer,
    question: Question,
    part: Mapping[str, str],
    *,
    window: Window,
    legend: Legend,
) -> MapParts:
    """The map of a layer.

    A layer of areas is mapped whole, with the town that was asked for at its front; one of places
    within a town is mapped on the areas that were asked for. `part`: what else was asked of its
    items, as parameters, which `window` has as values.
    """
    dataset = site.dataset
    county = question if layer.within_town else question.everywhere()
    more: dict[str, Any] = {}
    if question.town:
        more["town"] = dataset.town_name(question.town)
    answer, rows = site.computed.answer(layer, county)
    _, drawn = choose(answer, window)
    if layer.within_town:
        more["ground"] = _ground(dataset, question)
        shown = question.areas(dataset)[question.shown(dataset)]
        still = still_ground(dataset.lsoa_shapes.outlines[shown])
    else:
        aside = None if question.town or part else question.place
        if aside and left_aside(dataset, question):
            more["context"] = _other_places(dataset, question, OTHER[aside])
            hatched = dataset.lsoa_shapes.outlines[dataset.place == OTHER[aside]]
        else:
            hatched = None
        still = still_map(
            answer.outlines[drawn],
            [rows[i] for i in drawn],
            legend,
            inside=lambda row: not question.town or row["town"] == more["town"],
            hatched=hatched,
        )
    areas = areas_of(dataset, layer, question, legend.drawing, count=len(drawn), part=part)
    noun = question.theme.noun
    config = map_config(dataset, layer, areas, legend.classes, legend.drawing, noun=noun, **more)
    return build_map(config, still)


def left_aside(dataset: Dataset, question: Question) -> int | None:
    """How many areas are of the other kind of place; None where the question is put to all."""
    if question.place is None:
        return None
    return int((dataset.place == OTHER[question.place]).sum())


def _other_places(dataset: Dataset, question: Question, other: Place) -> str | Source:
    """Where the areas are that the question leaves aside."""
    theme = THEMES["crime"] if question.theme.rural_only else question.theme
    asked = Question(theme, question.period, question.sources, other)
    return ground_of(dataset, asked, len(dataset.lsoas))


def _ground(dataset: Dataset, question: Question) -> str | Source:
    """Where the areas are that lie under the places of a question."""
    theme = THEMES["crime"] if question.theme.rural_only else question.theme
    asked = Question(theme, question.period, question.sources)
    town = {"town": question.town} if question.town else {}
    return ground_of(dataset, asked, len(dataset.lsoas), **town)
