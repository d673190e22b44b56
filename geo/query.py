"""A question (theme, months, sources, town, kind of place) and its counts by area."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from geo.counts import Counts
from geo.dataset import Dataset
from geo.detail import CHOSEN, Detail
from geo.errors import HiddenError, UnfitError
from geo.offences import Kind, Theme, find_theme
from geo.period import Period
from geo.public.tables import Published
from geo.question_parts import check_period, check_place, check_town
from geo.recorders import choose_sources, first_recorded, marks, months_of, names_of
from geo.rural_urban import Place
from geo.tally import Tally


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
        """A checked question. Raises QuestionError naming what is allowed, UnfitError among them.

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
        side = check_place(dataset, chosen, place)
        sources = choose_sources(dataset, chosen, source)
        period = check_period(dataset, sources, months)
        earlier = None if compare is None else check_period(dataset, sources, compare, "compare")
        if earlier is not None and earlier.last >= period.first:
            raise UnfitError(
                "compare",
                f"The months to compare with ({earlier.iso()}) must end before those counted "
                f"({period.iso()}) begin.",
            )
        town = check_town(dataset, town)
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

    def published(self, dataset: Dataset) -> Published | None:
        """The public tables it is answered from; None where all of its source is at hand."""
        return dataset.published.get(self.sources[0])

    def tally(self, dataset: Dataset) -> Tally:
        """Counts of the period by LSOA, in the order of `areas`, and which of them are hidden.

        Raises HiddenError where the theme is not shown below the town.
        """
        public = self._public(dataset)
        if public is None:
            return Tally.shown(self.counts_by_month(dataset).sum(axis=0))
        if not public.below_town(self.theme):
            who = names_of(dataset, self.sources)
            raise HiddenError(
                f"{self.theme.title} in the records of {who} are shown by town and for the whole "
                "area, never below. Ask the layer towns."
            )
        return public.areas(self.theme, self.period).of(self.areas(dataset))

    def tally_by(self, dataset: Dataset, groups: NDArray[np.int64], size: int) -> Tally:
        """Counts of the period by group of areas, and which of them are hidden.

        `groups`: the group of each of `areas`, below 0 where it is in none. A group whose total is
        public has it, whatever is hidden in it.
        """
        public = self._public(dataset)
        if public is None:
            known = groups >= 0
            count = self.counts_by_month(dataset).sum(axis=0)
            sums = np.bincount(groups[known], count[known], size)
            return Tally.shown(sums.astype(np.int64))
        positions, found = self.areas(dataset), []
        for number in range(size):
            members = np.zeros(len(dataset.lsoas), dtype=bool)
            members[positions[groups == number]] = True
            found.append(public.together(self.theme, self.period, members))
        hidden = np.array([count is None for count in found], dtype=bool)
        return Tally(np.array([count or 0 for count in found], dtype=np.int64), hidden)

    def total(self, dataset: Dataset) -> int | None:
        """The count of the period in all of `areas` that are shown; None where it is hidden."""
        return self._together(dataset, self.shown(dataset))

    def whole(self, dataset: Dataset) -> int | None:
        """The count of the period in all of `areas`, shown or not; None where it is hidden."""
        return self._together(dataset, np.ones(len(self.areas(dataset)), dtype=bool))

    def _together(self, dataset: Dataset, chosen: NDArray[np.bool_]) -> int | None:
        return self.tally_by(dataset, np.where(chosen, 0, -1), 1).numbers()[0]

    def counts(self, dataset: Dataset) -> NDArray[np.int64]:
        """Counts of the period by LSOA, in the order of `areas`.

        Raises HiddenError where one of them is hidden.
        """
        tally = self.tally(dataset)
        if tally.hidden.any():
            raise HiddenError(
                f"Some counts of {self.theme.title.lower()} in the records of "
                f"{names_of(dataset, self.sources)} are hidden, so that nobody can be told from "
                "them, and this cannot be worked out without them. The layers show those that are "
                "public."
            )
        return tally.count

    def counts_by_month(self, dataset: Dataset) -> NDArray[np.int64]:
        """Counts, months by LSOAs, in the order of `areas`. Raises HiddenError as `ring_counts`."""
        return self._by_month(dataset)[:, self.areas(dataset)]

    def ring_counts(self, dataset: Dataset) -> NDArray[np.int64]:
        """Counts of the period in the areas of `ring`, in its order.

        Raises HiddenError where only public tables are at hand, unless there is no such area.
        """
        positions, _ = self.ring(dataset)
        if not len(positions):
            return np.zeros(0, dtype=np.int64)
        total: NDArray[np.int64] = self._by_month(dataset).sum(axis=0)
        return total[len(dataset.lsoas) + positions]

    def set_counts(self, dataset: Dataset) -> NDArray[np.int64]:
        """Counts of the period by area of the further sets, wherever the town and place asked for.

        In the order of `dataset.named_areas.areas`.
        """
        total: NDArray[np.int64] = self._of(dataset, dataset.named_areas.counts).sum(axis=0)
        return total[:-1]

    def unlocated(self, dataset: Dataset) -> int | None:
        """Incidents of the theme and period with no place recorded: in no area's count.

        None where that is not public.
        """
        if self.published(dataset) is not None:
            return None
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

    def need_records(self, dataset: Dataset) -> None:
        """Raises HiddenError where no more is at hand than the public tables of a source."""
        if any(s in dataset.published for s in self.sources):
            raise HiddenError(_not_public(dataset, self.sources))

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

    def _public(self, dataset: Dataset) -> Published | None:
        """As `published`, once it is sure that the question can be answered from it."""
        public = self.published(dataset)
        if public is not None and not (
            len(self.sources) == 1
            and public.answers(self.theme)
            and public.whole_years(self.period)
        ):
            raise HiddenError(_not_public(dataset, self.sources))
        return public

    def _of(self, dataset: Dataset, counts: Counts) -> NDArray[np.int64]:
        self.need_records(dataset)
        return counts.by_month(self.holds(dataset, counts.kinds, counts.sources), self.period)


def _not_public(dataset: Dataset, sources: tuple[int, ...]) -> str:
    return (
        f"Of the records of {names_of(dataset, sources)} this is not public: only counts of whole "
        "years, April to March, by census area, town and kind of place are."
    )
