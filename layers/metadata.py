"""What must be said beside every figure: period, source, denominator, caveats."""

from typing import Any

from geo.dataset import Dataset
from geo.period import month_iso
from geo.query import Question
from layers.layer import Answer, Layer

LICENCE = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
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
    """Period, source, denominator, caveats and the figures about the whole answer."""
    missing = [m for m in question.period.months() if m in dataset.months_missing]
    return {
        "theme": question.theme.name,
        "theme_title": question.theme.title,
        "theme_meaning": question.theme.meaning,
        "period": question.period.iso(),
        "months_counted": question.months_counted(dataset),
        "months_missing": [month_iso(month) for month in missing],
        "place": question.place,
        "town": question.town,
        "source": dataset.source.name,
        "illustrative": dataset.source.illustrative,
        "denominator": dataset.denominator,
        "unlocated": question.unlocated(dataset),
        "caveats": caveats(dataset, question, layer),
        "facts": answer.facts,
        "attribution": attribution(dataset),
        "licence": LICENCE,
        "transformation": dataset.manifest["transformation"],
        "dataset_id": dataset.id,
    }


def caveats(dataset: Dataset, question: Question, layer: Layer | None = None) -> list[str]:
    """What the reader of these figures must know, most important first."""
    said = [ILLUSTRATIVE] if dataset.source.illustrative else []
    theme, period = question.theme, question.period
    if theme.unmarked and not question.marked(dataset):
        said.append(theme.unmarked)
    if untold := question.untold(dataset):
        said.append(f"Not every row says: {untold:,} do not tell and are left out.")
    said += [RECORDED, RESIDENTS]
    if theme.noun == "reports":
        said.append(ASB_IS_NOT_CRIME)
    if unlocated := question.unlocated(dataset):
        said.append(
            f"Some have no place: {unlocated:,} in the files are in no area's count. They may lie "
            "anywhere that the files cover."
        )
    if len(period) < 12:
        said.append("Less than a year: a rise or fall in so few months may be the season.")
    if any(month in dataset.months_missing for month in period.months()):
        said.append("Months are missing: the files do not hold all of these months.")
    return said + list(layer.caveats if layer else ())


def attribution(dataset: Dataset) -> str:
    """Whom the areas and the incidents come from."""
    files = dataset.manifest["area"]["files"]
    sentences = [f"Incidents: {dataset.source.name}."]
    sentences += [
        f"{part.strip('. ')}." for file in files for part in file["attribution"].split(". ")
    ]
    return " ".join(dict.fromkeys(sentences))
