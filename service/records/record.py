"""What is said of a layer to a catalogue, whatever the catalogue's form."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from geo.dataset import Dataset
from geo.period import Period
from geo.query import Question
from layers.layer import Layer
from layers.metadata import caveats, licence_of
from service.formats import FORMATS
from service.items import days
from service.pages.about_facts import about_facts
from service.site import Site

_BASIC = ("Crime", "Public safety", "Neighbourhoods")


@dataclass(frozen=True)
class Distribution:
    """One way to have a layer: the name and edition of the format, its media type, its address."""

    name: str
    edition: str
    media: str
    address: str


@dataclass(frozen=True)
class Record:
    """A layer as a catalogue has it.

    `identifier` is the layer's address, `uuid` of the record itself. `extent` is west, south, east
    and north in degrees; `first` and `last` are the days that its months begin and end on. `day` is
    when the figures were made; of a public view, where that is not told, the last. `restricted`:
    whether not everyone may see it. `contact` is an address of electronic mail; None where the
    service was given none.
    """

    identifier: str
    uuid: str
    title: str
    abstract: str
    keywords: tuple[str, ...]
    extent: tuple[float, ...]
    first: str
    last: str
    day: str
    lineage: str
    use: tuple[str, ...]
    licence: str | None
    restricted: bool
    organisation: str
    contact: str | None
    distributions: tuple[Distribution, ...]


def record_of(site: Site, layer: Layer, base: str) -> Record:
    """What there is to say of a layer of a site that is reached at `base`."""
    dataset = site.dataset
    facts = about_facts(dataset)
    here = f"{base}/collections/{layer.name}"
    first, last = days(dataset.period)
    made = facts["created"]
    restricted = dataset.holds_partner_records
    return Record(
        identifier=here,
        uuid=str(uuid5(NAMESPACE_URL, here)),
        title=_title(dataset, layer),
        abstract=" ".join(_abstract(site, layer)),
        keywords=tuple(dict.fromkeys([*_BASIC, *_themes(site), dataset.area])),
        extent=tuple(layer.shapes(dataset).extent),
        first=first,
        last=last,
        day=made[:10] if made else last,
        lineage=" ".join(_lineage(facts, rated=layer.rated(dataset))),
        use=tuple(_use(facts)),
        licence=licence_of(dataset),
        restricted=restricted,
        organisation=dataset.partnership,
        contact=site.contact,
        distributions=tuple(
            Distribution(one.title, one.edition, one.media, f"{here}/items?f={one.name}")
            for one in FORMATS.values()
        ),
    )


def _title(dataset: Dataset, layer: Layer) -> str:
    drawn = " (illustrative)" if dataset.illustrative else ""
    return f"{layer.title}: {dataset.area}, {dataset.period.words()}{drawn}"


def _themes(site: Site) -> list[str]:
    """The themes that people look for a layer by."""
    return [site.themes[name].title for name in ("asb", "rural-crime") if name in site.themes]


def _abstract(site: Site, layer: Layer) -> Iterator[str]:
    dataset = site.dataset
    yield layer.summary
    yield f"Months held: {dataset.period.words()}."
    if layer.rated(dataset):
        yield f"Rates divide by {dataset.denominator}."
    yield from caveats(dataset, Question.ask(dataset), layer)


def _lineage(facts: dict[str, Any], *, rated: bool) -> Iterator[str]:
    """Where incidents and areas come from, and what was done with them."""
    for source in facts["sources"]:
        drawn = " (made up, not real reports)" if source["illustrative"] else ""
        yield f"{source['name']}{drawn}: {Period.read(source['period']).words()}."
        if rows := source["rows"]:
            yield (
                f"Of {rows['read']:,} rows read {rows['refused']:,} were refused and "
                f"{rows['unlocated']:,} have no place."
            )
    yield (
        "Each incident is counted in the census area that its record names, or else in the one "
        "that its map point lies in."
    )
    areas = facts["areas"]
    yield f"Areas: {'; '.join(map(_file, areas['files']))}."
    yield f"Boundaries of the {areas['vintage']} census areas."
    if rated:
        yield f"Residents: {areas['denominator']}."
    yield facts["transformation"]
    yield f"Dataset {facts['dataset_id']}."


def _file(file: dict[str, Any]) -> str:
    """What a file of areas holds and who published it."""
    return f"{file['title'] or 'a file'} ({file['source'] or 'source not stated'})"


def _use(facts: dict[str, Any]) -> Iterator[str]:
    """What may be done with it, source by source."""
    for source in facts["sources"]:
        if source["licence"]:
            yield f"{source['name']}: {source['licence']}."
        elif source["illustrative"]:
            yield f"{source['name']}: made up, so nobody's permission is needed."
        elif source["sensitivity"] == "partner" and not facts["public"]:
            yield f"{source['name']}: the partner's own terms; small counts are not hidden."
    licences = {file["licence"] for file in facts["areas"]["files"] if file["licence"]}
    for licence in sorted(licences):
        yield f"Areas and what is known of them: {licence}."
    yield facts["attribution"]
