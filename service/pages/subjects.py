"""The pages of one subject each: a page for people, a document for programs, some as a table."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import QueryParams

from geo.query import Question
from service.pages.business import business_facts, business_page, business_question
from service.pages.compare import compare_csv, compare_page
from service.pages.compare_facts import compare_asked, compare_facts
from service.pages.deprivation import deprivation_facts, deprivation_page
from service.pages.rural import rural_page
from service.pages.rural_facts import rural_facts
from service.pages.strategy import strategy_csv, strategy_page, strategy_served
from service.pages.strategy_facts import strategy_facts
from service.parameters import BUSINESS_VIEW, VIEW, read_question
from service.responses import Body
from service.site import Site


@dataclass(frozen=True)
class Subject:
    """One such page: its parameters, how a request is read, and what is made of what it asks."""

    allowed: tuple[str, ...]
    ask: Callable[[Site, QueryParams], Any]
    page: Callable[[Site, Any], bytes]
    facts: Callable[[Site, Any], Any]
    csv: Callable[[Site, Any], Body] | None = None


def _question(site: Site, query: QueryParams) -> Question:
    return read_question(site.dataset, query)


SUBJECTS = {
    "/rural": Subject(VIEW, _question, rural_page, rural_facts),
    "/business": Subject(
        BUSINESS_VIEW,
        lambda site, query: business_question(site, query.get("datetime"), query.get("source")),
        business_page,
        business_facts,
    ),
    "/deprivation": Subject(VIEW, _question, deprivation_page, deprivation_facts),
    "/strategy": Subject(
        ("f",),
        lambda site, _: strategy_served(site),
        strategy_page,
        lambda site, printed: strategy_facts(site.dataset, printed),
        strategy_csv,
    ),
    "/compare": Subject(VIEW, compare_asked, compare_page, compare_facts, compare_csv),
}
