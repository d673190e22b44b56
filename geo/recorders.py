"""Which sources record a theme, and which of them a question is put to.

Two sources may record the same incident, so their counts are added only where that is asked for.
"""

from geo.dataset import Dataset
from geo.errors import QuestionError, UnfitError
from geo.incidents.table import ALL
from geo.offences import Theme, find_theme, theme_names
from geo.period import Period


def marks(dataset: Dataset, theme: Theme, source: int) -> bool:
    """Whether the source records the mark of the theme."""
    if theme.mark is None:
        return False
    kinds = zip(dataset.counts.kinds, dataset.counts.sources, strict=True)
    return any(
        recorded == source
        and kind.offence in theme.offences
        and getattr(kind, theme.mark) is not None
        for kind, recorded in kinds
    )


def recorders(dataset: Dataset, theme: Theme) -> tuple[int, ...]:
    """The sources that can answer for a theme, in the dataset's order.

    Those that record the theme's mark come before those where other offences stand for it. There
    are none for a theme about rural areas where no area is rural.
    """
    if theme.rural_only and not dataset.rural.any():
        return ()
    marked = [marks(dataset, theme, s) for s in range(len(dataset.held))]
    found = [s for s in range(len(dataset.held)) if _answers(dataset, theme, s, marked=marked[s])]
    return tuple(sorted(found, key=lambda s: not marked[s]))


def _answers(dataset: Dataset, theme: Theme, source: int, *, marked: bool) -> bool:
    if source in dataset.published:
        return dataset.published[source].answers(theme)
    return theme.answerable(dataset.held[source].told, marked=marked)


def choose_sources(dataset: Dataset, theme: Theme, name: str | None) -> tuple[int, ...]:
    """The sources to count: the first that records the theme, the one named, or all that do.

    Raises QuestionError where there is no such source, or where it does not record the theme.
    """
    ids = [source.id for source in dataset.sources]
    if name is not None and name not in (*ids, ALL):
        names = f"{', '.join(ids)} or {ALL}"
        raise QuestionError(f"There is no source '{name}'; choose one of {names}.")
    known = recorders(dataset, theme)
    if not known:
        raise QuestionError(_unrecorded(dataset, theme))
    if name is None:
        return known[:1]
    if name == ALL:
        if not may_add_up(dataset, known):
            raise UnfitError(
                "source",
                f"The records of {names_of(dataset, known)} are public apart, never added up; "
                f"choose one of {', '.join(ids[s] for s in known)}.",
            )
        return tuple(sorted(known))
    chosen = ids.index(name)
    if chosen not in known:
        others = [ids[s] for s in known]
        raise UnfitError(
            "source",
            f"For the theme {theme.name}: the source {name} ({dataset.sources[chosen].name}) does "
            "not record this, or not apart from other offences; "
            f"{' and '.join(others)} {'do' if len(others) > 1 else 'does'}.",
        )
    return (chosen,)


def may_add_up(dataset: Dataset, sources: tuple[int, ...]) -> bool:
    """Whether these sources may be added up: partners' public tables are shown by themselves."""
    return len(sources) == 1 or not any(s in dataset.published for s in sources)


def source_asked(dataset: Dataset, theme: Theme, sources: tuple[int, ...]) -> str | None:
    """What `source=` must say to choose these sources; None where nothing need be said."""
    if sources == recorders(dataset, theme)[:1]:
        return None
    return dataset.sources[sources[0]].id if len(sources) == 1 else ALL


def themes(dataset: Dataset) -> dict[str, Theme]:
    """Every theme, offence and kind that any source of the dataset records, by name."""
    known = {name: find_theme(name, dataset.kinds) for name in theme_names(dataset.kinds)}
    return {name: theme for name, theme in known.items() if recorders(dataset, theme)}


def first_recorded(dataset: Dataset, *names: str) -> str:
    """The first of these themes that any source records, else the first of all that are recorded.

    The first of these where none is recorded at all.
    """
    known = (name for name in names if recorders(dataset, find_theme(name, dataset.kinds)))
    return next(known, None) or next(iter(themes(dataset)), names[0])


def months_of(dataset: Dataset, sources: tuple[int, ...]) -> Period:
    """From the first month that any of the sources holds to the last."""
    period = dataset.held[sources[0]].period
    for s in sources[1:]:
        period = period.joined(dataset.held[s].period)
    return period


def months_shared(dataset: Dataset, sources: tuple[int, ...]) -> Period:
    """The months that all of the sources hold; those that any holds where they share none."""
    periods = [dataset.held[s].period for s in sources]
    first, last = max(p.first for p in periods), min(p.last for p in periods)
    return Period(first, last) if first <= last else months_of(dataset, sources)


def names_of(dataset: Dataset, sources: tuple[int, ...]) -> str:
    """The names of the sources in words."""
    names = [dataset.sources[s].name for s in sources]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _recorded(dataset: Dataset, theme: Theme, source: int) -> bool:
    return bool(theme.offences & dataset.published[source].told)


def _unrecorded(dataset: Dataset, theme: Theme) -> str:
    if theme.rural_only and not dataset.rural.any():
        return f"No area of {dataset.area} is classed as rural, so there is no {theme.name}."
    everyone = tuple(range(len(dataset.sources)))
    who = "the sources" if len(everyone) > 1 else "the source"
    do = "do" if len(everyone) > 1 else "does"
    if any(_recorded(dataset, theme, s) for s in dataset.published):
        return (
            f"Of the theme {theme.name} no figures are public: of partners' records only groups of "
            f"offences are, that never overlap. Choose one of {', '.join(themes(dataset))}."
        )
    return (
        f"For the theme {theme.name}: {who} ({names_of(dataset, everyone)}) {do} not record this, "
        f"or not apart from other offences. {theme.meaning}"
    )
