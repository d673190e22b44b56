"""What must be said beside every figure: period, source, denominator, caveats."""

from dataclasses import replace
from typing import Any

from geo.counted import counted
from geo.dataset import Dataset
from geo.offences import title_of
from geo.period import Period, month_iso
from geo.query import Question
from geo.question_places import never_mapped
from geo.recorders import names_of, recorders
from geo.recording import RecordingChange, crossed
from layers.layer import Answer, Layer

LICENCE_NAME = "Open Government Licence v3.0"
LICENCE = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
PARTNERS_TERMS = "The partner's own terms"
ILLUSTRATIVE = (
    "Illustrative incidents: drawn to match the partnership's printed totals. They are not real "
    "reports. Areas, residents and deprivation are real."
)
RECORDED = (
    "Recorded is not the same as happened: many incidents are never reported, and better "
    "recording raises counts with no more offending."
)
RESIDENTS = (
    "Rates use residents. Town centres look high partly because their visitors live elsewhere."
)
ASB_IS_NOT_CRIME = "ASB is not crime. The two are counted apart and never added up."


def describe(dataset: Dataset, layer: Layer, question: Question, answer: Answer) -> dict[str, Any]:
    """Period, sources, denominator, caveats and the figures about the whole answer."""
    since = layer.since(question) if layer.since else None
    return {
        "theme": question.theme.name,
        "theme_title": question.theme.title,
        "theme_meaning": question.theme.meaning,
        "period": question.period.iso(),
        "months_counted": question.months_counted(dataset),
        "months_missing": [month_iso(month) for month in question.months_missing(dataset)],
        "compared_with": question.before().period.iso() if layer.compares else None,
        "recording_changes": [
            {"month": month_iso(change.month), "what": change.words(), "source": change.source}
            for change in changes_since(dataset, question, since)
        ],
        "place": question.place,
        "town": question.town,
        **sources(dataset, question),
        "denominator": dataset.denominator if layer.rated(dataset) else None,
        "unlocated": question.unlocated(dataset),
        "caveats": caveats(dataset, question, layer, since),
        "facts": answer.facts,
        "attribution": attribution(dataset, question.sources),
        "licence": licence_of(dataset),
        "transformation": dataset.manifest["transformation"],
        "dataset_id": dataset.id,
    }


def changes_since(
    dataset: Dataset, question: Question, since: Period | None
) -> tuple[RecordingChange, ...]:
    """Changes of recording that touch the question's counts from some months on, if from any.

    A change of a mark touches nothing where other offences stand for it.
    """
    if since is None:
        return ()
    found = crossed(since, question.period, question.theme)
    marked = question.marked(dataset)
    return tuple(change for change in found if change.mark is None or marked)


def recording_breaks(dataset: Dataset, question: Question, span: Period) -> dict[int, str]:
    """The months of a span of the question's counts from which recording is different, in words."""
    breaks: dict[int, str] = {}
    for change in changes_since(dataset, replace(question, period=span), span):
        told = breaks.get(change.month)
        breaks[change.month] = f"{told}, and {change.what}" if told else change.words()
    return breaks


def sources(dataset: Dataset, question: Question) -> dict[str, Any]:
    """Which sources were counted, each with its total, and which others record the theme too."""
    others = (s for s in sorted(recorders(dataset, question.theme)) if s not in question.sources)
    return {
        "source": names_of(dataset, question.sources),
        "sources": [_total(dataset, question, s) for s in question.sources],
        "also_recorded_by": [_total(dataset, question, s) for s in others],
        "illustrative": any(dataset.sources[s].illustrative for s in question.sources),
    }


def _total(dataset: Dataset, question: Question, source: int) -> dict[str, Any]:
    """The count of one source alone, of the areas shown.

    None where it holds no month of them, and where the count is hidden.
    """
    asked = replace(question, sources=(source,))
    public, months = asked.published(dataset), asked.months_counted(dataset)
    public_months = public is None or public.whole_years(question.period)
    total = asked.total(dataset) if months and public_months else None
    return {
        "id": dataset.sources[source].id,
        "name": dataset.sources[source].name,
        "count": total,
        "months_counted": months,
    }


def caveats(
    dataset: Dataset,
    question: Question,
    layer: Layer | None = None,
    since: Period | None = None,
) -> list[str]:
    """What the reader of these figures must know, most important first.

    `since`: the earliest months that the figures look back to, where they look over time.
    """
    drawn = any(dataset.sources[s].illustrative for s in question.sources)
    said = [ILLUSTRATIVE] if drawn else []
    theme, period = question.theme, question.period
    if len(question.sources) > 1:
        said.append(
            f"Added up: {names_of(dataset, question.sources)} may hold the same incident, which is "
            "then counted twice."
        )
    said += [words for s in question.sources for words in dataset.held[s].caveats]
    said += _hidden_words(dataset, question)
    if theme.unmarked and not question.marked(dataset):
        said.append(theme.unmarked)
    if untold := question.untold(dataset):
        said.append(f"Not every row says: {untold:,} do not tell and are left out.")
    said += [recording_words(change) for change in changes_since(dataset, question, since)]
    said.append(RECORDED)
    if layer is None or layer.rated(dataset):
        said.append(RESIDENTS)
    if theme.noun == "reports":
        said.append(ASB_IS_NOT_CRIME)
    if unlocated := question.unlocated(dataset):
        said.append(
            f"Some have no place: {unlocated:,} in the files are in no area's count. They may lie "
            "anywhere that the files cover."
        )
    if layer and layer.within_town and (left_out := never_mapped(dataset, question)):
        said.append(
            f"Left out: sexual offences ({left_out:,}), which are never mapped below the town."
        )
    if estimated := int(dataset.lsoas["estimated"].sum()):
        said.append(
            f"Partly estimated: what is known of {counted(estimated, 'areas')} was carried over "
            "from the areas of another census."
        )
    unclassed = sum(place is None for place in dataset.place)
    if unclassed and (question.place or (layer and layer.name == "rural-urban")):
        said.append(
            f"Neither rural nor urban, and left out: {counted(unclassed, 'areas')} with no "
            "rural-urban class."
        )
    if len(period) < 12:
        said.append("Less than a year: a rise or fall in so few months may be the season.")
    if question.months_missing(dataset):
        said.append("Months are missing: the files do not hold all of these months.")
    return said + list(layer.caveats if layer else ())


def _hidden_words(dataset: Dataset, question: Question) -> list[str]:
    """What is not shown of a partner's records, and what is left out of them."""
    public = question.published(dataset)
    if public is None:
        return []
    said = []
    if public.below_town(question.theme):
        tally = question.tally(dataset).of(question.shown(dataset))
        if hidden := int(tally.hidden.sum()):
            said.append(
                f"Hidden: {hidden:,} of {len(tally.count):,} areas have a small count, or one that "
                "a small count would follow from. They take no part in averages and tests."
            )
    if left_out := public.left_out(question.theme):
        named = ", ".join(title_of(dataset.kinds, code) for code in sorted(left_out))
        said.append(f"Left out: {named}, which have figures of their own, by town alone.")
    return [*said, "Incidents with no place recorded are in no figure."]


def recording_words(change: RecordingChange) -> str:
    """What a change of recording means for figures from before and after it."""
    return f"Recording changed in {change.words()}: figures from before and after are not alike."


def licence_of(dataset: Dataset) -> str | None:
    """The address of the licence of what is shown; None where partners' own terms hold."""
    return None if dataset.holds_partner_records else LICENCE


def attribution(dataset: Dataset, sources: tuple[int, ...] | None = None) -> str:
    """Whom the areas and the incidents come from; of all sources, or of these."""
    files = dataset.manifest["area"]["files"]
    chosen = tuple(range(len(dataset.sources))) if sources is None else sources
    asked = [dataset.held[number].attribution for number in chosen]
    asked += [file.get("attribution") for file in files]
    sentences = [f"Incidents: {names_of(dataset, chosen)}."]
    sentences += [f"{part.strip('. ')}." for words in asked if words for part in words.split(". ")]
    return " ".join(dict.fromkeys(sentences))
