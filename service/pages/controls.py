"""The controls of a page: what can be chosen of its question, in one form that keeps it all."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Generic, NamedTuple, TypeVar

from starlette.datastructures import QueryParams

from geo.errors import UnfitError
from geo.period import Period
from geo.query import Question
from geo.recorders import names_of
from service.pages.choices import (
    Choice,
    compare_choices,
    month_choices,
    month_slider,
    source_choices,
    theme_choices,
)
from service.site import Site

T = TypeVar("T")
NOTHING: Mapping[str, str] = MappingProxyType({})
MAY_BE_EMPTY = ("compare", "source", "town")
"""What a form may leave to what is usual; the API's own rule is to leave it out."""


class Chooser(NamedTuple):
    """A list to choose from; its name is that of the parameter."""

    name: str
    label: str
    choices: Sequence[Choice]


@dataclass(frozen=True)
class Controls:
    """The form of a page.

    `slider`: the months among which any first and last may be chosen; None where there is no
    choice. `keep`: what the form keeps of the address. `theme` and `months` say in words what is
    chosen, for where the form is folded away. `told`: what is said of choices that were left out.
    """

    action: str
    choosers: Sequence[Chooser]
    slider: Period | None
    keep: Mapping[str, str]
    theme: str
    months: str
    told: Sequence[str]


def controls(
    site: Site,
    question: Question,
    action: str,
    *,
    themes: Sequence[Choice] | None = None,
    held: Period | None = None,
    compares: bool = False,
    usual: str | None = None,
    rates: Sequence[Choice] = (),
    more: Sequence[Chooser] = (),
    keep: Mapping[str, str] = NOTHING,
    left: Mapping[str, str] = NOTHING,
) -> Controls:
    """The form that asks the question of a page anew.

    `themes`: those offered, if not those of most pages. `held`: the months offered, if not those of
    the question's sources. `compares`: whether the page takes earlier months; `usual`: what
    it takes where none are named, if not those of the year before. `rates`: those its
    map can show. `more`: what it has to choose beside. `left`: choices that the page is without.
    """
    dataset = site.dataset
    held = held or question.held(dataset)
    themes = theme_choices(site, question.theme) if themes is None else themes
    offered = [
        Chooser("theme", "Theme", themes),
        Chooser("datetime", "Months", month_choices(dataset, question, held)),
        Chooser(
            "compare",
            "Compare with",
            compare_choices(dataset, question, usual) if compares else (),
        ),
        *more,
        Chooser("rates", "Rates", rates),
        Chooser("source", "Recorded by", source_choices(site, question)),
    ]
    return Controls(
        action=action,
        choosers=[chooser for chooser in offered if chooser.choices],
        slider=month_slider(dataset, question, held),
        keep=keep,
        theme=question.theme.title,
        months=question.period.words(),
        told=_told(site, question, left, usual),
    )


class Fitted(NamedTuple, Generic[T]):
    """What the address of a page asks, by the part of it that goes together, and what was left."""

    asked: T
    query: QueryParams
    left: Mapping[str, str]


def fit(ask: Callable[[QueryParams], T], query: QueryParams) -> Fitted[T]:
    """What the address of a page asks.

    A choice that is kept while another is changed may not go with it any more: months that another
    source does not hold, or earlier months that are not earlier now. The page is then shown without
    it. Raises QuestionError for what is wrong by itself.
    """
    kept = QueryParams([(n, v) for n, v in query.multi_items() if v or n not in MAY_BE_EMPTY])
    while True:
        try:
            asked = ask(kept)
        except UnfitError as unfit:
            if unfit.part not in kept:
                raise
            kept = QueryParams([(n, v) for n, v in kept.multi_items() if n != unfit.part])
        else:
            return Fitted(asked, kept, {n: v for n, v in query.items() if v and n not in kept})


def _told(site: Site, question: Question, left: Mapping[str, str], usual: str | None) -> list[str]:
    """What is said of each choice that was left out."""
    dataset = site.dataset
    who, told = names_of(dataset, question.sources), []
    if (source := left.get("source")) is not None:
        named = {one.id: f"{one.name} do not record it by itself" for one in dataset.sources}
        why = named.get(source, "the sources that record it are not added up")
        told.append(f"{question.theme.title} is counted from {who}: {why}.")
    if (months := left.get("datetime")) is not None:
        asked = Period.parse(months, dataset.period).words()
        told.append(f"{who} do not show {asked}: their latest months are shown.")
    if (months := left.get("compare")) is not None:
        earlier = Period.parse(months, dataset.period).words()
        instead = usual or question.before().period.words()
        told.append(
            f"{question.period.words()} cannot be compared with {earlier}: earlier months must be "
            f"held, and end before the later ones begin. {instead} is taken instead."
        )
    return told
