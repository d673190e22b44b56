"""The figures of the strategy page and of `safermap strategy`: one document for both."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from itertools import groupby
from typing import Any

from geo.dataset import Dataset
from geo.recorders import names_of
from geo.strategy.arithmetic import check_print
from geo.strategy.comparators import comparisons
from geo.strategy.figures import Figure, Strategy
from geo.strategy.recount import is_own, recount
from geo.strategy.verdicts import Basis, Check, Verdict
from layers.metadata import ASB_IS_NOT_CRIME, ILLUSTRATIVE, RECORDED, RESIDENTS, attribution

BY_DESIGN = (
    "Equal by design: the illustrative incidents were drawn to match this print, so that they "
    "agree with it proves nothing. A dataset of real records is needed to check it."
)
PRECISION = (
    "Equal means equal as printed: a figure with no decimals stands for anything within half of "
    "one, and a count must be the same."
)
COMPARE = (
    "Compare one offence across areas in the same months only; a printed rate is rounded, so that "
    "4 stands for anything from 3.5 to 4.5, and where two likely ranges overlap the areas could be "
    "the same."
)
VERDICTS: tuple[Verdict, ...] = ("equal", "differs", "cannot be known")
UNITS = {
    "rate": "per 1,000 residents",
    "share": "per cent",
    "change": "per cent change",
    "rural": "per cent",
}
COLUMNS = (
    "figure", "table", "what", "area", "measure", "unit", "period", "against", "printed",
    "printed_value", "basis", "how",
    "recomputed", "recomputed_as_printed", "verdict", "reason", "because", "illustrative",
)  # fmt: skip


def strategy_facts(dataset: Dataset, strategy: Strategy) -> dict[str, Any]:
    """Every printed figure with its checks, and the printed rates of neighbours."""
    checks = {
        figure.name: [*check_print(strategy, figure), recount(dataset, strategy, figure)]
        for figure in strategy.figures
    }
    return {
        "title": strategy.title,
        "published_by": strategy.source,
        "date": strategy.date,
        "area": dataset.area,
        "period": dataset.period.iso(),
        "source": names_of(dataset, tuple(range(len(dataset.sources)))),
        "denominator": dataset.denominator,
        "illustrative": dataset.illustrative,
        "caveats": _caveats(dataset),
        "attribution": attribution(dataset),
        "printed": len(strategy.figures),
        "from_the_print": _tally(checks.values(), "print"),
        "from_the_dataset": _tally(checks.values(), "dataset"),
        "figures": [_figure(figure, checks[figure.name]) for figure in strategy.figures],
        "comparators": {"note": COMPARE, "tables": _compared(dataset, strategy)},
    }


def check_rows(facts: dict[str, Any]) -> list[dict[str, Any]]:
    """One row a check, with the columns of `COLUMNS`."""
    return [
        {**{name: figure.get(name) for name in COLUMNS}, **check}
        for figure in facts["figures"]
        for check in figure["checks"]
    ]


def _caveats(dataset: Dataset) -> list[str]:
    said = [ILLUSTRATIVE, BY_DESIGN] if dataset.illustrative else []
    said += [words for held in dataset.held for words in held.caveats]
    return [*dict.fromkeys(said), PRECISION, RECORDED, RESIDENTS, ASB_IS_NOT_CRIME]


def _tally(checks: Iterable[list[Check]], basis: Basis) -> dict[str, int]:
    found = Counter(check.verdict for each in checks for check in each if check.basis == basis)
    return {verdict: found[verdict] for verdict in VERDICTS}


def _figure(figure: Figure, checks: list[Check]) -> dict[str, Any]:
    return {
        "figure": figure.name,
        "table": figure.table,
        "what": figure.what,
        "area": figure.area,
        "measure": figure.measure,
        "unit": UNITS.get(figure.measure),
        "period": figure.months.iso() if figure.months else None,
        "against": figure.against.iso() if figure.against else None,
        "printed": figure.printed_words,
        "printed_value": float(figure.value),
        "checks": [_check(figure, check) for check in checks],
    }


def _check(figure: Figure, check: Check) -> dict[str, Any]:
    value = check.recomputed
    return {
        "basis": check.basis,
        "how": check.how,
        "recomputed": None if value is None else float(value),
        "recomputed_as_printed": None if value is None else figure.shown(value),
        "verdict": check.verdict,
        "reason": check.reason,
        "because": check.because,
        "illustrative": check.illustrative,
    }


def _compared(dataset: Dataset, strategy: Strategy) -> list[dict[str, Any]]:
    """A table for each heading and months; of its areas the dataset's own comes first."""
    found = []
    by_table = groupby(comparisons(dataset, strategy), lambda item: (item.table, item.months))
    for (title, months), group in by_table:
        items = list(group)
        areas = dict.fromkeys(printed.area for item in items for printed in item.printed)
        offences = [
            {
                "what": item.what,
                "own": asdict(item.own),
                "printed": {printed.area: asdict(printed) for printed in item.printed},
            }
            for item in items
        ]
        found.append(
            {
                "table": title,
                "period": months.iso(),
                "areas": sorted(areas, key=lambda area: not is_own(dataset, area)),
                "offences": offences,
            }
        )
    return found
