"""The strategy page: every printed figure beside what it is when worked out once more."""

from itertools import groupby
from typing import Any

from geo.errors import UnknownNameError
from geo.formats import to_csv
from geo.period import Period
from geo.slugs import slug
from geo.strategy.figures import Strategy
from service.pages.frame import bold_first, frame
from service.pages.render import render_page
from service.pages.strategy_facts import COLUMNS, check_rows, strategy_facts
from service.responses import Body
from service.site import Site


def strategy_served(site: Site) -> Strategy:
    """The printed figures of the dataset. Raises UnknownNameError where it was built with none."""
    if site.strategy is None:
        raise UnknownNameError(
            f"The dataset of {site.dataset.area} has no printed figures; name a file of them as "
            "[strategy] in the area file and build it again."
        )
    return site.strategy


def strategy_page(site: Site, strategy: Strategy) -> bytes:
    """The whole page."""
    facts = strategy_facts(site.dataset, strategy)
    figures = [_shown(figure) for figure in facts["figures"]]
    return render_page(
        "strategy.html",
        **frame(site, "strategy"),
        facts=facts,
        denominator=site.dataset.denominator,
        period=site.dataset.period,
        unsound=_unsound(figures),
        tables=[
            (title, list(rows)) for title, rows in groupby(figures, lambda figure: figure["table"])
        ],
        compared=[_beside(table) for table in facts["comparators"]["tables"]],
        caveats=[bold_first(text) for text in facts["caveats"]],
        downloads={name: f"/strategy?f={name.lower()}" for name in ("CSV", "JSON")},
    )


def _unsound(figures: list[dict[str, Any]]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Figures that the print does not give itself, each with the check that says so, worst first.

    What rounding alone may have done comes last.
    """
    found = [
        (figure, check)
        for figure in figures
        for check in figure["print"]
        if check["verdict"] == "differs"
    ]
    order = ("arithmetic", "parts left out", "rounding")
    return sorted(found, key=lambda pair: order.index(pair[1]["reason"]))


def strategy_csv(site: Site, strategy: Strategy) -> Body:
    """One row a check; source, denominator and caveat stand in every row."""
    facts = strategy_facts(site.dataset, strategy)
    constants = {
        "source": facts["source"],
        "denominator": facts["denominator"],
        "caveat": facts["caveats"][0],
    }
    content = to_csv(check_rows(facts), list(COLUMNS), constants)
    name = f"{slug(site.dataset.area)}-strategy.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Body.of(content, "text/csv; charset=utf-8; header=present", headers)


def _beside(table: dict[str, Any]) -> dict[str, Any]:
    """A table of neighbours with its months in words, and each area's residents once."""
    residents = {
        area: printed
        for item in reversed(table["offences"])
        for area, printed in item["printed"].items()
        if printed["residents"]
    }
    return {**table, "months": Period.read(table["period"]).words(), "residents": residents}


def _shown(figure: dict[str, Any]) -> dict[str, Any]:
    """A figure with its checks apart, by what they are from, and its months in words."""
    period = figure["period"]
    return {
        **figure,
        "months": Period.read(period).words() if period else None,
        "print": [check for check in figure["checks"] if check["basis"] == "print"],
        "dataset": [check for check in figure["checks"] if check["basis"] == "dataset"],
    }
