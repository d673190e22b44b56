"""What is asked of each layer, and what it answers: themes, typed rows, what must be said."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, LiteralString

import geopandas
from starlette.datastructures import QueryParams

from geo.crs import GRID
from geo.errors import HiddenError, QuestionError
from geo.query import Question
from layers.frame import frame_of
from layers.layer import Layer
from layers.metadata import LICENCE_NAME, PARTNERS_TERMS, describe
from service.parameters import read_question
from service.publish.tables import (
    ANY_OUTLINE,
    OUTLINES,
    Row,
    Table,
    layer_table,
    rows_of,
    table_name,
)
from service.responses import json_bytes
from service.site import Site


def questions(site: Site, themes: Sequence[str], parts: Mapping[str, str]) -> dict[str, Question]:
    """The question of each theme; of every theme that the rest of it fits, where none is named.

    `parts`: the rest, by the names of web addresses. Raises QuestionError naming what is allowed.
    """
    found, why = {}, QuestionError()
    for theme in themes or site.themes:
        try:
            asked = read_question(site.dataset, QueryParams({**parts, "theme": theme}))
            found[asked.theme.name] = asked
        except QuestionError as error:
            if themes:
                raise
            why = error
    if not found:
        raise why
    return found


def fitted(layer: Layer, question: Question) -> Question:
    """The question without what the layer does not take: how finely, or months to compare."""
    detail = {name: None for name in question.detail.given if name not in layer.takes}
    compare = question.compare if layer.compares else None
    return replace(question, detail=replace(question.detail, **detail), compare=compare)


@dataclass
class Asked:
    """A layer while its themes are asked one by one, and what came of them."""

    site: Site
    layer: Layer
    said: dict[str, dict[str, Any]] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    features: dict[str, int] = field(default_factory=dict)
    outline: LiteralString = ANY_OUTLINE

    def rows(self, asked: Mapping[str, Question]) -> Iterator[Row]:
        """The rows of every theme that the layer answers, in the order of its columns."""
        for theme, question in asked.items():
            try:
                frame, said = self._answer(fitted(self.layer, question))
            except (QuestionError, HiddenError) as error:
                self.left_out[theme] = str(error)
                continue
            self.said[theme], self.features[theme] = said, len(frame)
            if len(frame):
                self.outline = OUTLINES[frame.geometry.geom_type.iloc[0]]
            yield from rows_of(frame)

    def _answer(self, question: Question) -> tuple[geopandas.GeoDataFrame, dict[str, Any]]:
        dataset, layer = self.site.dataset, self.layer
        layer.check(question)
        answer = layer.compute(dataset, question)
        said = describe(dataset, layer, question, answer)
        constants = {"caveat": said["caveats"][0]}
        if said["denominator"] is not None:
            constants = {"denominator": said["denominator"], **constants}
        everything = range(len(answer.rows))
        frame = frame_of(answer, layer.fields(dataset), everything, GRID, constants)
        return frame, said

    @property
    def table(self) -> Table:
        """The table of the layer, as it is known once its themes were asked."""
        return layer_table(self.site.dataset, self.layer, self._comment(), self.outline)

    def _comment(self) -> str:
        """Title, period, source, denominator, caveats and licence, in sentences."""
        said = list(self.said.values())
        first = said[0] if said else {}
        shared = [
            words
            for words in first.get("caveats", ())
            if all(words in one["caveats"] for one in said)
        ]
        a_theme = next(iter(self.said), "crime")
        licence = first.get("licence")
        parts = [
            f"{self.layer.title}.",
            self.layer.summary,
            f"One row a feature and theme: filter by theme, such as theme = '{a_theme}'.",
            f"Period: {_each(one['period'] for one in said)}.",
            f"Source: {_each(one['source'] for one in said)}.",
            f"Denominator: {first['denominator']}." if first.get("denominator") else "",
            *shared,
            f"Licence: {LICENCE_NAME}, {licence}." if licence else f"{PARTNERS_TERMS} hold for it.",
            "More of each theme is in the table themes, of each column in fields.",
        ]
        return " ".join(part for part in parts if part)

    def layer_row(self) -> Row:
        """Its row of the table of layers."""
        dataset, layer = self.site.dataset, self.layer
        return (
            layer.name,
            table_name(layer),
            layer.title,
            layer.summary,
            layer.unit,
            sum(self.features.values()),
            layer.label,
            layer.drawing(dataset).field,
            dataset.denominator if layer.rated(dataset) else None,
        )

    def theme_rows(self) -> Iterator[Row]:
        """Its rows of the table of themes."""
        for theme, said in self.said.items():
            yield (
                self.layer.name,
                theme,
                said["theme_title"],
                said["theme_meaning"],
                self.features[theme],
                said["period"],
                said["compared_with"],
                said["months_missing"],
                said["source"],
                said["illustrative"],
                said["unlocated"],
                said["caveats"],
                said["attribution"],
                json_bytes(said["facts"]).decode(),
                None,
            )
        for theme, why in self.left_out.items():
            title = self.site.themes[theme].title
            meaning = self.site.themes[theme].meaning
            yield (self.layer.name, theme, title, meaning, 0, *(None,) * 9, why)

    def field_rows(self) -> Iterator[Row]:
        """Its rows of the table of fields."""
        for place, one in enumerate(self.layer.fields(self.site.dataset), 1):
            yield (self.layer.name, one.name, place, one.kind, one.title, one.unit, one.null)


def _each(words: Iterator[str]) -> str:
    return "; ".join(dict.fromkeys(words))
