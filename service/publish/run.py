"""Publishes layers: asks each, stages what it answers, replaces what was published before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version

from geo.dataset import Dataset
from geo.errors import PublishError
from layers.metadata import PARTNERS_TERMS, attribution, licence_of
from service.console import publish_progress, say
from service.publish.asking import Asked, questions
from service.publish.database import connected
from service.publish.replace import replacing
from service.publish.tables import (
    ANY_OUTLINE,
    FIELDS,
    LAYERS,
    PUBLICATION,
    THEMES,
    Row,
    layer_table,
)
from service.site import Site


@dataclass(frozen=True)
class Published:
    """What was published: layers with rows of at least one theme, and what was left out and why."""

    layers: tuple[str, ...]
    themes: int
    features: int
    left_out: Mapping[str, str]


def publish(
    site: Site,
    address: str,
    *,
    schema: str,
    layers: Sequence[str],
    themes: Sequence[str],
    parts: Mapping[str, str],
    readers: Sequence[str],
    public: bool,
) -> Published:
    """Put layers and their metadata in the place of what is in the schema of a database.

    Args:
        site: what is asked.
        address: of the database, `postgresql://user@host/name`.
        schema: where the tables go.
        layers: names; none means all that the dataset has but incidents.
        themes: names; none means all that the dataset records.
        parts: the rest of the question, by the names of web addresses.
        readers: the roles that may read, and nobody else.
        public: whether the site is the public view, for the record.

    Raises QuestionError where no layer can answer, or one that is named cannot; PublishError where
    the database refuses. Then nothing is changed.
    """
    chosen = [site.layer(name) for name in dict.fromkeys(layers)] or [
        layer for layer in site.layers.values() if not layer.incidents
    ]
    asked = questions(site, themes, parts)
    with (
        connected(address) as connection,
        replacing(connection, schema, readers, _say_waiting) as replacing_,
    ):
        done, left_out = [], {}
        for layer in publish_progress(chosen):
            one = Asked(site, layer)
            staged = layer_table(site.dataset, layer, "", ANY_OUTLINE)
            replacing_.stage(staged.name, staged.columns, one.rows(asked))
            if one.said:
                done.append(one)
                continue
            left_out[layer.name] = next(iter(one.left_out.values()))
            if layers:
                raise PublishError(f"{left_out[layer.name]} Nothing was changed.")
        if not done:
            raise PublishError(f"No layer can answer: {next(iter(left_out.values()))}")
        metadata = {
            PUBLICATION: [_publication(site.dataset, public=public)],
            LAYERS: [one.layer_row() for one in done],
            THEMES: [row for one in done for row in one.theme_rows()],
            FIELDS: [row for one in done for row in one.field_rows()],
        }
        for table, rows in metadata.items():
            replacing_.stage(table.name, table.columns, rows)
        say("Replacing what was published before")
        replacing_.finish([*(one.table for one in done), *metadata])
    features = sum(sum(one.features.values()) for one in done)
    return Published(tuple(one.layer.name for one in done), len(asked), features, left_out)


def _publication(dataset: Dataset, *, public: bool) -> Row:
    return (
        dataset.id,
        dataset.partnership,
        dataset.area,
        dataset.period.iso(),
        datetime.now(UTC),
        public,
        dataset.holds_partner_records,
        dataset.illustrative,
        attribution(dataset),
        licence_of(dataset) or PARTNERS_TERMS,
        dataset.manifest["transformation"],
        version("safermap"),
    )


def _say_waiting() -> None:
    say("Another publish to this schema is running; waiting until it has ended")
