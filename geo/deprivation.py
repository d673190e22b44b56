"""Which columns of deprivation a dataset has: edition, domain, and rank, decile or score."""

import re
from dataclasses import dataclass

from geo.dataset import Dataset

DOMAINS = {
    "income": "Income",
    "employment": "Employment",
    "education": "Education, Skills and Training",
    "health": "Health and Disability",
    "crime": "Crime",
    "housing": "Barriers to Housing and Services",
    "environment": "Living Environment",
    "children_and_young_people": "Children and Young People",
    "adult_skills": "Adult Skills",
    "geographical_barriers": "Geographical Barriers",
    "wider_barriers": "Wider Barriers",
    "indoors": "Indoors",
    "outdoors": "Outdoors",
    "idaci": "Income Deprivation Affecting Children",
    "idaopi": "Income Deprivation Affecting Older People",
}
FIGURES = ("rank", "decile", "score")
ABSENT = "The dataset has no deciles of deprivation."
_COLUMN = re.compile(rf"imd(\d{{4}})_(?:({'|'.join(DOMAINS)})_)?({'|'.join(FIGURES)})")


@dataclass(frozen=True)
class Index:
    """One column of deprivation. `domain` is None for the whole index."""

    column: str
    edition: int
    domain: str | None
    figure: str

    @property
    def title(self) -> str:
        """`IMD 2019`, or `Crime of IMD 2019`."""
        index = f"IMD {self.edition}"
        return f"{DOMAINS[self.domain]} of {index}" if self.domain else index


def indices(dataset: Dataset) -> list[Index]:
    """The columns of deprivation that any area has a value in, newest edition first."""
    matches = [match for name in dataset.lsoas.columns if (match := _COLUMN.fullmatch(name))]
    known = [match for match in matches if dataset.lsoas[match[0]].notna().any()]
    found = [Index(match[0], int(match[1]), match[2], match[3]) for match in known]
    return sorted(found, key=lambda index: -index.edition)


def shown_decile(dataset: Dataset) -> Index | None:
    """The decile that stands for all; None where no column is a decile.

    The newest edition's decile of the whole index; where no edition has that, the newest of a
    domain.
    """
    return min(_deciles(dataset), key=lambda index: index.domain is not None, default=None)


def decile_of_each(dataset: Dataset) -> list[Index]:
    """The newest decile of the whole index and of each domain, in the publisher's order."""
    newest: dict[str | None, Index] = {}
    for index in _deciles(dataset):
        newest.setdefault(index.domain, index)
    return [newest[domain] for domain in (None, *DOMAINS) if domain in newest]


def _deciles(dataset: Dataset) -> list[Index]:
    return [index for index in indices(dataset) if index.figure == "decile"]
