"""The pages of one subject each: a page for people, a document for programs, some as a table."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from starlette.datastructures import QueryParams

from geo.query import Question
from layers.layer import Layer, Rates
from service.items import layer_facts
from service.pages.business import business_facts, business_page, business_question
from service.pages.compare import compare_csv, compare_page
from service.pages.compare_facts import compare_asked, compare_facts
from service.pages.controls import fit
from service.pages.deprivation import deprivation_facts, deprivation_page
from service.pages.public import public_layer, public_page
from service.pages.rural import rural_page
from service.pages.rural_facts import rural_facts
from service.pages.strategy import strategy_csv, strategy_page, strategy_served
from service.pages.strategy_facts import strategy_facts
from service.parameters import BUSINESS_VIEW, MAP_VIEW, VIEW, read_question, read_rates
from service.responses import Body
from service.site import Site


@dataclass(frozen=True)
class Subject:
    """One such page: its parameters, how a request is read, and what is made of what it asks.

    `rated`: its map can be asked for smoothed rates. `public`: the layer that stands for it where
    only the public tables of a partner's records are at hand.
    """

    allowed: tuple[str, ...]
    ask: Callable[[Site, QueryParams], Any]
    page: Callable[..., bytes]
    facts: Callable[[Site, Any], Any]
    csv: Callable[[Site, Any], Body] | None = None
    rated: bool = False
    public: str | None = None

    def as_page(self, site: Site, query: QueryParams) -> bytes:
        """The page of a request, without choices that do not go with the others."""
        found = fit(partial(self.ask, site), query)
        asked, rates = found.asked, self._rates(site, query)
        left = {"left": found.left} if found.left else {}
        if (layer := self._public_layer(site, asked)) is not None:
            return public_page(site, layer, asked, **left)
        return self.page(site, asked, *rates, **left)

    def as_facts(self, site: Site, query: QueryParams) -> Any:  # noqa: ANN401
        """Its figures for programs."""
        asked, _ = self.ask(site, query), self._rates(site, query)
        if (layer := self._public_layer(site, asked)) is not None:
            return layer_facts(site, layer, asked)
        return self.facts(site, asked)

    def as_csv(self, site: Site, query: QueryParams) -> Body:
        """Its figures as a table. Raises TypeError where it has none."""
        if self.csv is None:
            raise TypeError("This page has no table.")
        return self.csv(site, self.ask(site, query))

    def _rates(self, site: Site, query: QueryParams) -> tuple[Rates | None, ...]:
        """The rates its map is asked for, where it has one of rates."""
        if not self.rated:
            return ()
        return (read_rates(query, site.layer("hotspots").rates(site.dataset)),)

    def _public_layer(self, site: Site, asked: Any) -> Layer | None:  # noqa: ANN401
        return public_layer(site, asked, self.public) if self.public else None


def _question(site: Site, query: QueryParams) -> Question:
    return read_question(site.dataset, query)


SUBJECTS = {
    "/rural": Subject(
        MAP_VIEW, _question, rural_page, rural_facts, rated=True, public="rural-urban"
    ),
    "/business": Subject(
        BUSINESS_VIEW,
        lambda site, query: business_question(site, query.get("datetime"), query.get("source")),
        business_page,
        business_facts,
        rated=True,
    ),
    "/deprivation": Subject(
        VIEW, _question, deprivation_page, deprivation_facts, public="deprivation"
    ),
    "/strategy": Subject(
        ("f",),
        lambda site, _: strategy_served(site),
        strategy_page,
        lambda site, printed: strategy_facts(site.dataset, printed),
        strategy_csv,
    ),
    "/compare": Subject(VIEW, compare_asked, compare_page, compare_facts, compare_csv),
}
