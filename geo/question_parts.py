"""The parts of a question, checked against the dataset that is asked."""

from geo.areas import town_id
from geo.dataset import Dataset
from geo.errors import QuestionError, UnfitError
from geo.offences import Theme
from geo.period import Period
from geo.recorders import months_of, months_shared, names_of
from geo.rural_urban import PLACES, Place

DEFAULT_MONTHS = 12


def check_period(
    dataset: Dataset, sources: tuple[int, ...], months: str | None, part: str = "datetime"
) -> Period:
    """The months asked for, of sources that hold some of them; without, the latest 12.

    Raises QuestionError for months that the dataset does not hold; UnfitError, which names the
    `part` of the question they are, for those that these sources do not hold or are not public.
    """
    if months is None:
        return months_shared(dataset, sources).latest(DEFAULT_MONTHS)
    held = months_of(dataset, sources)
    period = Period.parse(months, dataset.period, held)
    if not any(dataset.held[s].period.overlaps(period) for s in sources):
        verb = "holds" if len(sources) == 1 else "hold"
        spans = " and ".join(dict.fromkeys(dataset.held[s].period.iso() for s in sources))
        raise UnfitError(
            part, f"{names_of(dataset, sources)} {verb} {spans}, and no month of {period.iso()}."
        )
    public = dataset.published.get(sources[0])
    if public is not None and not public.whole_years(period):
        years = ", ".join(year.iso() for year in public.years)
        raise UnfitError(
            part,
            f"Of the records of {names_of(dataset, sources)} only whole years are public, April to "
            f"March, or several on end: choose among {years}.",
        )
    return period


def check_place(dataset: Dataset, theme: Theme, place: str | None) -> Place | None:
    """The kind of place that a theme is asked of. Raises QuestionError where there is none."""
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


def check_town(dataset: Dataset, town: str | None) -> str | None:
    """The id of a town named by its name or id. Raises QuestionError where there is none."""
    if town is None:
        return None
    known = dataset.town_shapes.position
    if not known:
        raise QuestionError(f"There is no town '{town}'; the dataset has no towns.")
    if (wanted := town_id(town)) not in known:
        raise QuestionError(f"There is no town '{town}'; choose one of {', '.join(known)}.")
    return wanted
