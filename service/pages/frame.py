"""What every page has: the partnership, the source strip, the caveats, the attribution."""

from typing import Any
from urllib.parse import urlencode

from geo.offences import THEMES, Theme
from geo.period import MONTH_NAMES, Period
from geo.query import Question
from layers.metadata import attribution, caveats
from service.site import Site

PAGE_THEMES = ("asb", "crime", "violence", "night-time-economy", "shoplifting", "burglary",
               "vehicle-crime", "criminal-damage", "business-crime")  # fmt: skip


def frame(site: Site, active: str | None = None) -> dict[str, Any]:
    """The values that the base template needs."""
    dataset = site.dataset
    return {
        "site": {
            "area": dataset.area,
            "partnership": dataset.partnership,
            "illustrative": dataset.source.illustrative,
            "source": dataset.source.name,
            "open": dataset.source.sensitivity == "open",
            "period": dataset.period.words(),
            "attribution": attribution(dataset),
            "vintage": dataset.manifest["area"]["vintage"],
        },
        "active": active,
    }


def said(site: Site, question: Question) -> dict[str, Any]:
    """What stands beside the figures of one question: its months, denominator and caveats."""
    return {
        "theme": question.theme,
        "period": question.period,
        "denominator": site.dataset.denominator,
        "caveats": [bold_first(text) for text in caveats(site.dataset, question)],
    }


def bold_first(text: str) -> tuple[str, str]:
    """The first sentence or clause, which is set in bold, and the rest."""
    ends = [place for mark in (": ", ". ") if (place := text.find(mark)) >= 0]
    cut = min(ends) + 1 if ends else 0
    return text[:cut], text[cut:]


def theme_choices(site: Site, chosen: Theme) -> list[tuple[str, str, bool]]:
    """Themes a page offers: address value, title, chosen."""
    names = PAGE_THEMES if chosen.name in PAGE_THEMES else (*PAGE_THEMES, chosen.name)
    return [
        (name, THEMES[name].title if name in THEMES else chosen.title, name == chosen.name)
        for name in names
    ]


def period_choices(held: Period, chosen: Period) -> list[tuple[str, str, bool]]:
    """Periods a page offers: address value, words, chosen. The latest come first."""
    offered: dict[Period, str] = {}
    for months, name in ((12, "Latest 12 months"), (3, "Latest 3 months"), (1, "Latest month")):
        if months <= len(held):
            offered.setdefault(held.latest(months), name)
    for year in range(held.last // 12, held.first // 12 - 1, -1):
        calendar = Period(year * 12, year * 12 + 11)
        if held.contains(calendar):
            offered.setdefault(calendar, f"Calendar {year}")
    offered.setdefault(held, "All months")
    offered.setdefault(chosen, "Chosen months")
    return [
        (period.iso(), f"{name}: {short_words(period)}", period == chosen)
        for period, name in offered.items()
    ]


def short_words(period: Period) -> str:
    """A period in few letters: `Apr 2015 to Mar 2016`."""
    first, last = (
        f"{MONTH_NAMES[month % 12][:3]} {month // 12}" for month in (period.first, period.last)
    )
    return first if period.first == period.last else f"{first} to {last}"


def address(path: str, question: Question, **more: str) -> str:
    """An address that asks a question."""
    query = {"theme": question.theme.name, "datetime": question.period.iso(), **more}
    if question.place and not question.theme.rural_only:
        query["place"] = question.place
    return f"{path}?{urlencode(query, safe='/')}"
