"""A question (theme, months, town, kind of place) and its counts by area."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.areas import town_id
from geo.dataset import Dataset
from geo.errors import QuestionError
from geo.offences import THEMES, Theme, find_theme
from geo.period import Period
from geo.rural_urban import PLACES, Place

DEFAULT_MONTHS = 12


@dataclass(frozen=True)
class Question:
    """What is asked of a dataset. Two equal questions have the same answer.

    `place` puts the question to rural or urban areas alone: the areas, their average and their
    neighbours. `town` only narrows what is shown; it changes no figure.
    """

    theme: Theme
    period: Period
    place: Place | None = None
    town: str | None = None

    @classmethod
    def ask(
        cls,
        dataset: Dataset,
        theme: str | None = None,
        months: str | None = None,
        place: str | None = None,
        town: str | None = None,
    ) -> "Question":
        """A checked question. Raises QuestionError naming what is allowed.

        Args:
            dataset: what is asked.
            theme: a theme, an offence or a rural offence by name; without it all crime, or ASB
                where the source records no crime.
            months: such as `2015-04/2016-03`; without it the latest 12 months of the dataset.
            place: `rural` or `urban`; without it both.
            town: a town by its name or its id; without it the whole area.
        """
        if theme is None:
            theme = first_recorded(dataset, "crime", "asb")
        chosen = find_theme(theme)
        period = (
            dataset.period.latest(DEFAULT_MONTHS)
            if months is None
            else Period.parse(months, dataset.period)
        )
        question = cls(chosen, period, _place(chosen, place), _town(dataset, town))
        _refuse_unrecorded(dataset, question)
        return question

    def areas(self, dataset: Dataset) -> NDArray[np.int64]:
        """Positions of the LSOAs the question is put to."""
        if self.place is None:
            return np.arange(len(dataset.lsoas))
        return np.flatnonzero(dataset.rural == (self.place == "rural"))

    def shown(self, dataset: Dataset) -> NDArray[np.bool_]:
        """Which of those LSOAs are shown: those of the town, or all."""
        positions = self.areas(dataset)
        if self.town is None:
            return np.ones(len(positions), dtype=bool)
        wanted = dataset.town_shapes.position[self.town]
        chosen: NDArray[np.bool_] = dataset.town_position[positions] == wanted
        return chosen

    def months_counted(self, dataset: Dataset) -> int:
        """Months of the period that the dataset holds."""
        return sum(month not in dataset.months_missing for month in self.period.months())

    def counts_by_month(self, dataset: Dataset) -> NDArray[np.int64]:
        """Counts, months by LSOAs, in the order of `areas`."""
        return self._by_month(dataset)[:, self.areas(dataset)]

    def counts(self, dataset: Dataset) -> NDArray[np.int64]:
        """Counts of the period by LSOA, in the order of `areas`."""
        total: NDArray[np.int64] = self.counts_by_month(dataset).sum(axis=0)
        return total

    def unlocated(self, dataset: Dataset) -> int:
        """Incidents of the theme and period with no place recorded: in no area's count."""
        return int(self._by_month(dataset)[:, -1].sum())

    def marked(self, dataset: Dataset) -> bool:
        """Whether the source records the mark of the theme."""
        mark, offences = self.theme.mark, self.theme.offences
        return mark is not None and any(
            getattr(kind, mark) is not None
            for kind in dataset.counts.kinds
            if kind.offence in offences
        )

    def untold(self, dataset: Dataset) -> int:
        """Incidents of the period that might be of the theme but do not say."""
        mark, offences = self.theme.mark, self.theme.offences
        if mark is None or not self.marked(dataset):
            return 0
        silent = [
            kind.offence in offences and getattr(kind, mark) is None
            for kind in dataset.counts.kinds
        ]
        return int(dataset.counts.by_month(np.array(silent, dtype=bool), self.period).sum())

    def _by_month(self, dataset: Dataset) -> NDArray[np.int64]:
        marked = self.marked(dataset)
        kinds = dataset.counts.kinds
        chosen = np.array([self.theme.holds(kind, marked=marked) for kind in kinds], dtype=bool)
        return dataset.counts.by_month(chosen, self.period)


def first_recorded(dataset: Dataset, *themes: str) -> str:
    """The first of these themes that the source records; the first of all where it records none."""
    recorded = (name for name in themes if THEMES[name].offences & dataset.offences_told)
    return next(recorded, themes[0])


def _place(theme: Theme, place: str | None) -> Place | None:
    if place is not None and place not in PLACES:
        raise QuestionError(f"There is no place '{place}'; choose rural or urban.")
    if theme.rural_only and place == "urban":
        raise QuestionError(
            f"The theme {theme.name} is about rural areas; leave out place=urban, or ask for crime."
        )
    return "rural" if theme.rural_only else place


def _town(dataset: Dataset, town: str | None) -> str | None:
    if town is None:
        return None
    known = dataset.town_shapes.position
    if (wanted := town_id(town)) not in known:
        raise QuestionError(f"There is no town '{town}'; choose one of {', '.join(known)}.")
    return wanted


def _refuse_unrecorded(dataset: Dataset, question: Question) -> None:
    theme = question.theme
    if not theme.answerable(dataset.offences_told, marked=question.marked(dataset)):
        raise QuestionError(
            f"For the theme {theme.name}: the source ({dataset.source.name}) does not record this, "
            f"or not apart from other offences. {theme.meaning}"
        )
