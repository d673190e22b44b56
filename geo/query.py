"""A question (theme, months, sources, town, kind of place) and its counts by area."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from geo.areas import town_id
from geo.counts import Counts
from geo.dataset import Dataset
from geo.detail import CHOSEN, Detail
from geo.errors import QuestionError
from geo.offences import NEVER_MAPPED, Kind, Theme, find_theme
from geo.period import Period
from geo.recorders import choose_sources, first_recorded, marks, months_of, months_shared, names_of
from geo.rural_urban import PLACES, Place

DEFAULT_MONTHS = 12


@dataclass(frozen=True)
class Question:
    """What is asked of a dataset. Two equal questions have the same answer.

    `sources` are positions among the dataset's sources; the counts of several are added up.
    `place` puts the question to rural or urban areas alone: the areas, their average and their
    neighbours. `town` only narrows what is shown; it changes no figure but those of the places
    within it. `detail` says how finely places are shown. `compare` is the months a change is told
    from, where it is not the year before.
    """

    theme: Theme
    period: Period
    sources: tuple[int, ...]
    place: Place | None = None
    town: str | None = None
    detail: Detail = CHOSEN
    compare: Period | None = None

    @classmethod
    def ask(
        cls,
        dataset: Dataset,
        theme: str | None = None,
        months: str | None = None,
        place: str | None = None,
        *,
        town: str | None = None,
        source: str | None = None,
        detail: Detail = CHOSEN,
        compare: str | None = None,
    ) -> "Question":
        """A checked question. Raises QuestionError naming what is allowed.

        Args:
            dataset: what is asked.
            theme: a theme, an offence, a rural offence or a further kind by name; without it all
                crime, or what is recorded where no source records crime.
            months: such as `2015-04/2016-03`; without it the latest 12 months of the sources.
            place: `rural` or `urban`; without it both.
            town: a town by its name or its id; without it the whole area.
            source: a source by its id, or `all` to add up all that record the theme; without it
                the first that tells the theme apart.
            detail: how finely places are shown; without it as suits them.
            compare: earlier months to tell a change from, as `months`; without it the same months
                of the year before.
        """
        if theme is None:
            theme = first_recorded(dataset, "crime", "asb")
        chosen = find_theme(theme, dataset.kinds)
        side = _place(dataset, chosen, place)
        sources = choose_sources(dataset, chosen, source)
        period = _period(dataset, sources, months)
        earlier = None if compare is None else _period(dataset, sources, compare)
        if earlier is not None and earlier.last >= period.first:
            raise QuestionError(
                f"The months to compare with ({earlier.iso()}) must end before those counted "
                f"({period.iso()}) begin."
            )
        town = _town(dataset, town)
        return cls(chosen, period, sources, side, town, detail, earlier)

    def everywhere(self) -> "Question":
        """The same question without its town: it has the same figures, and shows them all."""
        return replace(self, town=None)

    def before(self) -> "Question":
        """The same question of the earlier months: those of `compare`, or of the year before.

        Where the period is longer than a year, so many whole years before that the two do not
        overlap.
        """
        years = -(-len(self.period) // 12)
        return replace(self, period=self.compare or self.period.back(12 * years), compare=None)

    def areas(self, dataset: Dataset) -> NDArray[np.int64]:
        """Positions of the LSOAs the question is put to."""
        if self.place is None:
            return np.arange(len(dataset.lsoas))
        return np.flatnonzero(dataset.place == self.place)

    def ring(self, dataset: Dataset) -> tuple[NDArray[np.int64], int]:
        """Positions in `dataset.ring` of the areas round it that take part in the statistics.

        They are those whose incidents all of the sources hold. Beside them, how many areas of the
        ring there are of the kind of place that is asked about.
        """
        asked = np.ones(len(dataset.ring), dtype=bool)
        if self.place is not None:
            asked = np.asarray(dataset.ring_place == self.place)
        codes = dataset.ring["lsoa_code"]
        covered = [codes.isin(dataset.held[s].ring_covered).to_numpy() for s in self.sources]
        return np.flatnonzero(asked & np.all(covered, axis=0)), int(asked.sum())

    def shown(self, dataset: Dataset) -> NDArray[np.bool_]:
        """Which of the areas are shown: those of the town, or all."""
        positions = self.areas(dataset)
        if self.town is None:
            return np.ones(len(positions), dtype=bool)
        wanted = dataset.town_shapes.position[self.town]
        chosen: NDArray[np.bool_] = dataset.town_position[positions] == wanted
        return chosen

    def held(self, dataset: Dataset) -> Period:
        """From the first month that any of the sources holds to the last."""
        return months_of(dataset, self.sources)

    def months_missing(self, dataset: Dataset) -> tuple[int, ...]:
        """Months of the period that not all of the sources hold."""
        held = [dataset.held[s] for s in self.sources]
        return tuple(m for m in self.period.months() if not all(one.has(m) for one in held))

    def months_counted(self, dataset: Dataset) -> int:
        """Months of the period that any of the sources holds."""
        held = [dataset.held[s] for s in self.sources]
        return sum(any(one.has(month) for one in held) for month in self.period.months())

    def counts_by_month(self, dataset: Dataset) -> NDArray[np.int64]:
        """Counts, months by LSOAs, in the order of `areas`."""
        return self._by_month(dataset)[:, self.areas(dataset)]

    def counts(self, dataset: Dataset) -> NDArray[np.int64]:
        """Counts of the period by LSOA, in the order of `areas`."""
        total: NDArray[np.int64] = self.counts_by_month(dataset).sum(axis=0)
        return total

    def ring_counts(self, dataset: Dataset) -> NDArray[np.int64]:
        """Counts of the period in the areas of `ring`, in its order."""
        positions, _ = self.ring(dataset)
        total: NDArray[np.int64] = self._by_month(dataset).sum(axis=0)
        return total[len(dataset.lsoas) + positions]

    def set_counts(self, dataset: Dataset) -> NDArray[np.int64]:
        """Counts of the period by area of the further sets, wherever the town and place asked for.

        In the order of `dataset.named_areas.areas`.
        """
        total: NDArray[np.int64] = self._of(dataset, dataset.named_areas.counts).sum(axis=0)
        return total[:-1]

    def place_counts(self, dataset: Dataset) -> NDArray[np.int64]:
        """Counts of the period by place, in the order of `dataset.places`; 0 elsewhere.

        Of the areas that are shown, and without the offences that are never mapped.
        """
        places = dataset.places
        chosen = self.holds(dataset, places.kinds, places.sources) & ~_unmapped(places.kinds)
        total = places.counts(chosen, self.period)
        return np.where(self.asked_places(dataset), total, 0)

    def asked_places(self, dataset: Dataset) -> NDArray[np.bool_]:
        """Which of `dataset.places` lie in the areas that are shown."""
        shown = np.zeros(len(dataset.lsoas), dtype=bool)
        shown[self.areas(dataset)[self.shown(dataset)]] = True
        asked: NDArray[np.bool_] = shown[dataset.places.lsoa]
        return asked

    def never_mapped(self, dataset: Dataset) -> int:
        """Incidents of the areas shown that are of an offence that is never mapped."""
        counts = dataset.counts
        chosen = self.holds(dataset, counts.kinds, counts.sources) & _unmapped(counts.kinds)
        total = counts.by_month(chosen, self.period).sum(axis=0)[self.areas(dataset)]
        return int(total[self.shown(dataset)].sum())

    def unlocated(self, dataset: Dataset) -> int:
        """Incidents of the theme and period with no place recorded: in no area's count."""
        return int(self._by_month(dataset)[:, -1].sum())

    def marked(self, dataset: Dataset) -> bool:
        """Whether each of the sources records the mark of the theme."""
        return all(marks(dataset, self.theme, s) for s in self.sources)

    def untold(self, dataset: Dataset) -> int:
        """Incidents of the period that might be of the theme but do not say."""
        mark, offences = self.theme.mark, self.theme.offences
        if mark is None:
            return 0
        marked = {s for s in self.sources if marks(dataset, self.theme, s)}
        silent = [
            source in marked and kind.offence in offences and getattr(kind, mark) is None
            for kind, source in zip(dataset.counts.kinds, dataset.counts.sources, strict=True)
        ]
        return int(dataset.counts.by_month(np.array(silent, dtype=bool), self.period).sum())

    def holds(
        self, dataset: Dataset, kinds: Sequence[Kind], sources: Sequence[int]
    ) -> NDArray[np.bool_]:
        """Which kinds of incident are counted, of kinds each as one of the sources records it."""
        marked = {s: marks(dataset, self.theme, s) for s in self.sources}
        told = zip(kinds, sources, strict=True)
        return np.array(
            [s in marked and self.theme.holds(kind, marked=marked[s]) for kind, s in told],
            dtype=bool,
        )

    def _by_month(self, dataset: Dataset) -> NDArray[np.int64]:
        return self._of(dataset, dataset.counts)

    def _of(self, dataset: Dataset, counts: Counts) -> NDArray[np.int64]:
        return counts.by_month(self.holds(dataset, counts.kinds, counts.sources), self.period)


def _unmapped(kinds: Sequence[Kind]) -> NDArray[np.bool_]:
    return np.array([kind.offence in NEVER_MAPPED for kind in kinds], dtype=bool)


def _period(dataset: Dataset, sources: tuple[int, ...], months: str | None) -> Period:
    if months is None:
        return months_shared(dataset, sources).latest(DEFAULT_MONTHS)
    held = months_of(dataset, sources)
    period = Period.parse(months, dataset.period, held)
    if not any(dataset.held[s].period.overlaps(period) for s in sources):
        verb = "holds" if len(sources) == 1 else "hold"
        spans = " and ".join(dict.fromkeys(dataset.held[s].period.iso() for s in sources))
        raise QuestionError(
            f"{names_of(dataset, sources)} {verb} {spans}, and no month of {period.iso()}."
        )
    return period


def _place(dataset: Dataset, theme: Theme, place: str | None) -> Place | None:
    if place is not None and place not in PLACES:
        raise QuestionError(f"There is no place '{place}'; choose rural or urban.")
    if theme.rural_only and place == "urban":
        raise QuestionError(
            f"The theme {theme.name} is about rural areas; leave out place=urban, or ask for crime."
        )
    if place is not None and not (dataset.place == place).any():
        raise QuestionError(
            f"No area of {dataset.area} is classed as {place}; leave out place={place}."
        )
    return "rural" if theme.rural_only else place


def _town(dataset: Dataset, town: str | None) -> str | None:
    if town is None:
        return None
    known = dataset.town_shapes.position
    if not known:
        raise QuestionError(f"There is no town '{town}'; the dataset has no towns.")
    if (wanted := town_id(town)) not in known:
        raise QuestionError(f"There is no town '{town}'; choose one of {', '.join(known)}.")
    return wanted
