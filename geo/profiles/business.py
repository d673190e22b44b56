"""Business crime: by the recorded mark and by the offences that stand for it; where and when."""

from dataclasses import dataclass, replace

import numpy as np

from geo.dataset import Dataset
from geo.offences import OFFENCES, THEMES, Theme
from geo.period import Period, month_words, parse_month
from geo.profiles.asking import ask_part, counts_by_offence
from geo.profiles.figures import OfOffence, Rate, Share, rate_of, residents_of, share_of
from geo.profiles.months import Season, YearBefore, season_of, year_before_of
from geo.profiles.where import OfArea, OfTown, areas_of, towns_of
from geo.query import Question
from geo.recorders import names_of

BUSINESS = THEMES["business-crime"]
FLAG = replace(BUSINESS, proxy=frozenset(), unmarked="")
PROXY = Theme(
    "business-offences",
    "Shoplifting and burglary of businesses",
    "Shoplifting and non-domestic burglary, whether or not they are marked as against a business.",
    BUSINESS.proxy,
)
SHOPLIFTING = frozenset({"shoplifting"})
REDEFINED = parse_month("2019-06")
REDEFINITION = (
    "Defined anew on 1 June 2019: what counts as crime against business changed then, so that "
    "figures by flag before and after that day are not alike."
)
UNTOUCHED = " Shoplifting and burglary, which stand for it here, are counted alike on both sides."
PREMISES = "Neither police street files nor extracts have a column for the kind of premises."
ONLY_SHOPLIFTING = (
    "The source does not tell business burglary apart, so shoplifting is all that is counted."
)


@dataclass(frozen=True)
class BusinessMeasure:
    """One measure of business crime; `why` says why there is none, and then all else is empty.

    `share` is of all crime of the same source; `shoplifting` is its share of the measure.
    """

    measure: str
    title: str
    meaning: str
    count: int | None = None
    why: str | None = None
    source: str | None = None
    share: Share | None = None
    rate: Rate | None = None
    shoplifting: Share | None = None
    shoplifting_why: str | None = None


@dataclass(frozen=True)
class OfMonth:
    """One month of the period; None where no file holds it."""

    month: str
    count: int | None


@dataclass(frozen=True)
class Premises:
    """The kind of premises, which no source tells."""

    kinds: None
    why: str


@dataclass(frozen=True)
class BusinessProfile:
    """Two measures, and of the one that leads (`by`): what, where and when.

    The flag leads where a source counted records it. `redefined` is a caveat, None where the
    months counted or compared do not touch 1 June 2019. `outside_towns` is None without towns.
    """

    by: str
    flag: BusinessMeasure
    proxy: BusinessMeasure
    offences: tuple[OfOffence, ...]
    premises: Premises
    towns: tuple[OfTown, ...]
    outside_towns: Share | None
    areas: tuple[OfArea, ...]
    months: tuple[OfMonth, ...]
    season: Season
    change: YearBefore
    redefined: str | None


def business_profile(dataset: Dataset, question: Question) -> BusinessProfile:
    """Business crime in the months and by the sources of a question of the theme business-crime."""
    whole = replace(question, theme=BUSINESS, place=None, town=None)
    by = "flag" if whole.marked(dataset) else "proxy"
    towns, outside = towns_of(dataset, whole)
    change = year_before_of(dataset, whole)
    return BusinessProfile(
        by=by,
        flag=_measure(dataset, whole, FLAG, "flag", "By flag"),
        proxy=_measure(dataset, whole, PROXY, "proxy", "By offence"),
        offences=_offences(dataset, whole),
        premises=Premises(None, PREMISES),
        towns=towns,
        outside_towns=outside,
        areas=areas_of(dataset, whole),
        months=_months(dataset, whole),
        season=season_of(dataset, whole),
        change=change,
        redefined=_redefined(whole.period, change, by),
    )


def _measure(
    dataset: Dataset, question: Question, theme: Theme, name: str, title: str
) -> BusinessMeasure:
    meaning = "Marked as against a business when it was recorded" if name == "flag" else (
        "Shoplifting and non-domestic burglary, which stand for it where there is no mark"
    )  # fmt: skip
    asked = ask_part(dataset, question, theme)
    if isinstance(asked, str):
        return BusinessMeasure(name, title, meaning, why=asked)
    count, crime, shoplifting = (
        int(replace(asked, theme=part).counts(dataset).sum())
        for part in (theme, THEMES["crime"], replace(theme, offences=SHOPLIFTING))
    )
    told = frozenset[str]().union(*(dataset.held[s].told for s in asked.sources))
    alone = theme is PROXY and not (theme.offences - SHOPLIFTING) & told
    everywhere = np.ones(len(dataset.lsoas), dtype=bool)
    return BusinessMeasure(
        name,
        title,
        meaning,
        count=count,
        source=names_of(dataset, asked.sources),
        share=share_of(count, crime),
        rate=rate_of(count, residents_of(dataset, everywhere)),
        shoplifting=None if alone else share_of(shoplifting, count),
        shoplifting_why=ONLY_SHOPLIFTING if alone else None,
    )


def _offences(dataset: Dataset, whole: Question) -> tuple[OfOffence, ...]:
    """Every offence of business crime that has an incident, the commonest first."""
    total = int(whole.counts(dataset).sum())
    counts = {code: int(values.sum()) for code, values in counts_by_offence(dataset, whole).items()}
    ranked = sorted(counts, key=lambda code: (-counts[code], code))
    return tuple(
        OfOffence(code, OFFENCES[code].title, share_of(counts[code], total))
        for code in ranked
        if counts[code]
    )


def _months(dataset: Dataset, whole: Question) -> tuple[OfMonth, ...]:
    missing = whole.months_missing(dataset)
    counts = whole.counts_by_month(dataset).sum(axis=1).tolist()
    return tuple(
        OfMonth(month_words(month), None if month in missing else count)
        for month, count in zip(whole.period.months(), counts, strict=True)
    )


def _redefined(period: Period, change: YearBefore, by: str) -> str | None:
    """The caveat of 1 June 2019, where what is counted or compared has months on both sides of it.

    A period that begins on that day touches it: what stands before it is not alike.
    """
    first = Period.read(change.period_before).first if change.before is not None else period.first
    if not first <= REDEFINED <= period.last:
        return None
    return REDEFINITION + (UNTOUCHED if by == "proxy" else "")
