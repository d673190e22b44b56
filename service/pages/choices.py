"""What a page offers to choose among: themes, months, earlier months, rates, sources."""

from dataclasses import replace
from typing import NamedTuple

from geo.dataset import Dataset
from geo.incidents.table import ALL
from geo.offences import Theme
from geo.period import MONTH_NAMES, Period
from geo.public.tables import Published
from geo.query import Question
from geo.recorders import may_add_up, recorders
from layers.layer import Drawing, Layer
from service.site import Site

PAGE_THEMES = ("asb", "crime", "violence", "night-time-economy", "shoplifting", "burglary",
               "vehicle-crime", "criminal-damage", "business-crime")  # fmt: skip
USUAL = ""
"""The value of what is taken where nothing is chosen: it follows the rest of the question."""


class Choice(NamedTuple):
    """One of the things to choose among, with the heading that it stands under, if any."""

    value: str
    text: str
    chosen: bool
    group: str = ""


def theme_choices(site: Site, chosen: Theme) -> list[Choice]:
    """Themes a page offers."""
    offered = [name for name in (*PAGE_THEMES, *site.dataset.kinds) if name in site.themes]
    names = dict.fromkeys((*offered, chosen.name))
    return [Choice(name, site.themes[name].title, name == chosen.name) for name in names]


def rate_choices(dataset: Dataset, layer: Layer, drawing: Drawing) -> list[Choice]:
    """The rates that the map of a layer can show, and those that it is drawn with."""
    return [
        Choice(name, shown.words.partition(" (")[0].capitalize(), shown.field == drawing.field)
        for name, shown in layer.rates(dataset).items()
    ]


def source_choices(site: Site, question: Question) -> list[Choice]:
    """The sources that record the theme; none where there is no choice.

    The first is what is taken where none is named, so that another theme has its own first.
    """
    dataset, chosen = site.dataset, question.sources
    known = recorders(dataset, question.theme)
    if len(known) < 2:
        return []
    choices = [
        Choice(dataset.sources[s].id if at else USUAL, dataset.sources[s].name, chosen == (s,))
        for at, s in enumerate(known)
    ]
    if may_add_up(dataset, known):
        choices.append(Choice(ALL, "All added up", len(chosen) > 1))
    return choices


def month_choices(dataset: Dataset, question: Question, held: Period) -> list[Choice]:
    """Periods a page offers: within the months held, or those that are public."""
    public = question.published(dataset)
    offered = _spans(held) if public is None else _public_spans(public)
    offered.setdefault(question.period, "Chosen months")
    return [
        Choice(period.iso(), period.words(), period == question.period, name)
        for period, name in offered.items()
    ]


def _public_spans(public: Published) -> dict[Period, str]:
    """Whole years, the latest first, and all of them where none is missing between."""
    years = public.years[::-1]
    offered = {year: f"Year to March {year.last // 12}" for year in years}
    whole = years[-1].joined(years[0])
    if public.whole_years(whole):
        offered.setdefault(whole, "All years")
    return offered


def _spans(held: Period) -> dict[Period, str]:
    """The latest months, calendar years from the latest back, and all; each once."""
    offered: dict[Period, str] = {}
    for months, name in ((12, "Latest 12 months"), (3, "Latest 3 months"), (1, "Latest month")):
        if months <= len(held):
            offered.setdefault(held.latest(months), name)
    for year in range(held.last // 12, held.first // 12 - 1, -1):
        calendar = Period(year * 12, year * 12 + 11)
        if held.contains(calendar):
            offered.setdefault(calendar, f"Calendar {year}")
    offered.setdefault(held, "All months")
    return offered


def month_slider(dataset: Dataset, question: Question, held: Period) -> Period | None:
    """The months among which any first and last may be chosen; None where there is no choice.

    What is public is public by whole years, and no month of them can be chosen alone.
    """
    return held if len(held) > 1 and question.published(dataset) is None else None


def compare_choices(
    dataset: Dataset, question: Question, otherwise: str | None = None
) -> list[Choice]:
    """The earlier months a page offers to compare with; none where none are held.

    As many months just before, and the same months of each year before. Those that are taken
    where none are chosen come first; they move with the months of the question. `otherwise`: what
    they are, if not those of the year before.
    """
    held, period, chosen = question.held(dataset), question.period, question.compare
    offered: dict[Period, str] = {}
    for years in range(1, len(held) // 12 + 1):
        if years * 12 >= len(period):
            offered.setdefault(period.back(12 * years), _years_before(years))
    offered.setdefault(period.back(len(period)), "The months just before")
    public = question.published(dataset)
    offered = {
        earlier: name
        for earlier, name in offered.items()
        if held.contains(earlier) and (public is None or public.whole_years(earlier))
    }
    if not (offered or chosen or otherwise):
        return []
    if chosen is not None:
        offered.setdefault(chosen, "Chosen months")
    usual = replace(question, compare=None).before().period
    if otherwise is None and usual in offered:
        taken = chosen in (None, usual)
        first = Choice(USUAL, short_words(usual), taken, offered.pop(usual))
    else:
        first = Choice(USUAL, otherwise or "Choose months", chosen is None)
    return [
        first,
        *(
            Choice(earlier.iso(), short_words(earlier), earlier == chosen, name)
            for earlier, name in offered.items()
        ),
    ]


def _years_before(years: int) -> str:
    return "A year before" if years == 1 else f"{years} years before"


def short_words(period: Period) -> str:
    """A period in few letters: `Apr 2015 to Mar 2016`."""
    first, last = (
        f"{MONTH_NAMES[month % 12][:3]} {month // 12}" for month in (period.first, period.last)
    )
    return first if period.first == period.last else f"{first} to {last}"
