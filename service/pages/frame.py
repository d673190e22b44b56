"""What every page has: the partnership, the source strip, the caveats, the attribution."""

from typing import Any
from urllib.parse import urlencode

from geo.dataset import Dataset
from geo.held import Held
from geo.incidents.table import ALL, POLICE_STREET, Source
from geo.offences import Theme
from geo.period import MONTH_NAMES, Period
from geo.public.tables import Published
from geo.query import Question
from geo.recorders import may_add_up, months_of, names_of, recorders, source_asked
from layers.layer import Layer, Rates
from layers.metadata import attribution, caveats, sources
from service.site import Site
from service.words import side_by_side

PAGE_THEMES = ("asb", "crime", "violence", "night-time-economy", "shoplifting", "burglary",
               "vehicle-crime", "criminal-damage", "business-crime")  # fmt: skip
VINTAGES = {"common": "2011 and 2021 in common"}


def frame(
    site: Site, active: str | None = None, question: Question | None = None
) -> dict[str, Any]:
    """The values that the base template needs; of the sources of one question, or of all."""
    dataset = site.dataset
    everyone = tuple(range(len(dataset.sources)))
    counted = question.sources if question else everyone
    vintage = str(dataset.manifest["area"]["vintage"])
    return {
        "site": {
            "area": dataset.area,
            "partnership": dataset.partnership,
            "illustrative": any(dataset.sources[s].illustrative for s in counted),
            "source": names_of(dataset, counted),
            "counted": [_recorded(dataset.held[s]) for s in counted],
            "others": [_recorded(dataset.held[s]) for s in everyone if s not in counted],
            "period": months_of(dataset, counted).words(),
            "attribution": attribution(dataset, counted),
            "vintage": VINTAGES.get(vintage, vintage),
            "streets": any(s.sensitivity == "open" and not s.illustrative for s in dataset.sources),
            "towns": bool(len(dataset.towns)),
            "rural": bool(dataset.rural.any()),
            "strategy": site.strategy is not None,
            "business": "business-crime" in site.themes,
            "deprivation": "deprivation" in site.layers,
            "tiles": site.tiles,
            "postcodes": dataset.postcodes is not None,
        },
        "active": active,
    }


def _recorded(held: Held) -> dict[str, str]:
    """What the strip says of one source."""
    source = held.source
    drawn = source.illustrative
    return {
        "who": "Illustrative incidents" if drawn else f"Recorded by {recorded_by(source)}",
        "name": held.source.name,
        "period": held.period.words(),
    }


def recorded_by(source: Source) -> str:
    """Who recorded the incidents: police, partners or others; nobody where they are drawn."""
    if source.illustrative:
        return "nobody"
    if source.id == POLICE_STREET.id:
        return "police"
    return "partners" if source.sensitivity == "partner" else "others"


def said(
    site: Site, question: Question, layer: Layer | None = None, since: Period | None = None
) -> dict[str, Any]:
    """What stands beside the figures of one question: its months, denominator and caveats.

    Of one layer, if a page is about one. `since`: the earliest months it looks back to, if any.
    """
    if since is None and layer is not None and layer.since is not None:
        since = layer.since(question)
    return {
        "theme": question.theme,
        "period": question.period,
        "denominator": site.dataset.denominator,
        "query": address("", site.dataset, question)[1:],
        "slider": month_slider(site.dataset, question, question.held(site.dataset)),
        "caveats": [bold_first(text) for text in caveats(site.dataset, question, layer, since)],
    }


def beside(site: Site, question: Question) -> str:
    """What each source that records the theme has, in one sentence, where there are several."""
    told = sources(site.dataset, question)
    totals = {
        total["id"]: total for name in ("sources", "also_recorded_by") for total in told[name]
    }
    in_order = [totals[source.id] for source in site.dataset.sources if source.id in totals]
    return side_by_side(question, in_order)


def bold_first(text: str) -> tuple[str, str]:
    """The first sentence or clause, which is set in bold, and the rest."""
    ends = [place for mark in (": ", ". ") if (place := text.find(mark)) >= 0]
    cut = min(ends) + 1 if ends else 0
    return text[:cut], text[cut:]


def theme_choices(site: Site, chosen: Theme) -> list[tuple[str, str, bool]]:
    """Themes a page offers: address value, title, chosen."""
    offered = [name for name in (*PAGE_THEMES, *site.dataset.kinds) if name in site.themes]
    names = dict.fromkeys((*offered, chosen.name))
    return [(name, site.themes[name].title, name == chosen.name) for name in names]


def rates_form(dataset: Dataset, layer: Layer, rates: Rates | None) -> dict[str, Any]:
    """How the map of a layer is drawn, and the rates it can show: address value, words, chosen.

    `kept` is what another form of the page keeps of the choice.
    """
    drawing = layer.drawn(dataset, rates)
    return {
        "drawing": drawing,
        "rates": [
            (name, shown.words[0].upper() + shown.words[1:], shown.field == drawing.field)
            for name, shown in layer.rates(dataset).items()
        ],
        "kept": {"rates": rates} if rates else {},
    }


def source_form(site: Site, question: Question) -> dict[str, Any] | None:
    """The sources a page offers and what the form keeps; None where there is no choice.

    The months are kept where every source offered has some of them.
    """
    dataset = site.dataset
    known = recorders(dataset, question.theme)
    if len(known) < 2:
        return None
    choices = [
        (dataset.sources[s].id, dataset.sources[s].name, question.sources == (s,)) for s in known
    ]
    keep = {"theme": question.theme.name}
    if all(dataset.held[s].period.overlaps(question.period) for s in known):
        keep["datetime"] = question.period.iso()
    if may_add_up(dataset, known):
        choices.append((ALL, "All added up", len(question.sources) > 1))
    return {"choices": choices, "keep": keep}


def period_choices(dataset: Dataset, question: Question) -> list[tuple[str, str, bool]]:
    """Periods a page offers of a question: those that its sources hold, or that are public."""
    public = question.published(dataset)
    if public is None:
        return span_choices(question.held(dataset), question.period)
    return _choices(_public_spans(public), question.period)


def span_choices(held: Period, chosen: Period) -> list[tuple[str, str, bool]]:
    """Periods within some months: address value, words, chosen. The latest come first."""
    return _choices(_spans(held), chosen)


def _choices(offered: dict[Period, str], chosen: Period) -> list[tuple[str, str, bool]]:
    offered.setdefault(chosen, "Chosen months")
    return [
        (period.iso(), f"{name}: {short_words(period)}", period == chosen)
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


def compare_form(
    dataset: Dataset, question: Question, keep: dict[str, str], otherwise: str = "Choose months"
) -> dict[str, Any] | None:
    """The earlier months a page offers to compare with; None where none are held.

    As many months just before, and the same months of each year before. `otherwise` is what stands
    first, and cannot be chosen, where no months are named and the year before is not held.
    """
    held, period, chosen = question.held(dataset), question.period, question.before().period
    offered: dict[Period, str] = {}
    for years in range(1, len(held) // 12 + 1):
        if years * 12 >= len(period):
            name = "A year before" if years == 1 else f"{years} years before"
            offered.setdefault(period.back(12 * years), name)
    offered.setdefault(period.back(len(period)), "The months just before")
    public = question.published(dataset)
    offered = {
        earlier: name
        for earlier, name in offered.items()
        if held.contains(earlier) and (public is None or public.whole_years(earlier))
    }
    if not offered:
        return None
    none = not question.compare and chosen not in offered
    if not none:
        offered.setdefault(chosen, "Chosen months")
    return {
        "choices": [
            *((("", otherwise, True),) if none else ()),
            *(
                (earlier.iso(), f"{name}: {short_words(earlier)}", earlier == chosen)
                for earlier, name in offered.items()
            ),
        ],
        "keep": {"theme": question.theme.name, "datetime": period.iso(), **keep},
    }


def short_words(period: Period) -> str:
    """A period in few letters: `Apr 2015 to Mar 2016`."""
    first, last = (
        f"{MONTH_NAMES[month % 12][:3]} {month // 12}" for month in (period.first, period.last)
    )
    return first if period.first == period.last else f"{first} to {last}"


def address(path: str, dataset: Dataset, question: Question, **more: str) -> str:
    """An address that asks a question."""
    query = {"theme": question.theme.name, "datetime": question.period.iso(), **more}
    if question.compare:
        query["compare"] = question.compare.iso()
    if source := source_asked(dataset, question.theme, question.sources):
        query["source"] = source
    if question.place and not question.theme.rural_only:
        query["place"] = question.place
    return f"{path}?{urlencode(query, safe='/')}"
