"""The command `safermap strategy`."""

from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.table import Table
from rich.text import Text

from geo.areas.plan import InputFile
from geo.dataset import Dataset
from geo.errors import InputError
from geo.strategy.read import read_strategy, strategy_in
from service.console import stdout
from service.loading import HOME, Home

NAMED = ("what", "unit", "area", "period")  # of a figure, in the table that names it


def strategy_command(
    dataset: Home = HOME,
    file: Annotated[
        Path | None,
        typer.Option(help="CSV of printed figures; without it the one the dataset was built with."),
    ] = None,
    *,
    json: Annotated[bool, typer.Option("--json", help="Print JSON, as /strategy has it.")] = False,
) -> None:
    """Recompute every figure that the partnership printed, and set neighbours' rates beside."""
    from service.pages.strategy_facts import strategy_facts  # noqa: PLC0415  only this needs scipy

    opened = Dataset.open(dataset)
    if file is not None:
        printed = read_strategy(InputFile(file), opened.kinds)
    elif (found := strategy_in(opened)) is not None:
        printed = found
    else:
        raise InputError(
            f"The dataset in {dataset} has no printed figures; give a file of them with --file, or "
            "name it as [strategy] in the area file and build again."
        )
    facts = strategy_facts(opened, printed)
    if json:
        typer.echo(orjson.dumps(facts).decode())
        return
    for table in (*_figures(facts), *_comparators(facts)):
        stdout.print(table)
    for name, words in (
        ("from_the_print", "the print itself"),
        ("from_the_dataset", "the dataset"),
    ):
        equal, differ, unknown = facts[name].values()
        tally = f"{equal:,} equal, {differ:,} differ, {unknown:,} cannot be known"
        stdout.print(f"Worked out again from {words}: {tally}.", highlight=False)
    for caveat in (facts["comparators"]["note"], *facts["caveats"]):
        stdout.print(Text(caveat), soft_wrap=True)


def _figures(facts: dict[str, Any]) -> list[Table]:
    """A table for each heading of the print, with a row for each check."""
    tables: dict[str, Table] = {}
    for figure in facts["figures"]:
        title = figure["table"]
        if title not in tables:
            headings = ("figure", "printed", "again", "from", "verdict", "because")
            tables[title] = Table(*headings, title=title)
            tables[title].columns[0].ratio, tables[title].columns[-1].ratio = 2, 3
        for check in figure["checks"]:
            drawn = " (illustrative)" if check["illustrative"] else ""
            cells = (
                ", ".join(filter(None, map(figure.get, NAMED))),
                figure["printed"],
                check["recomputed_as_printed"] or "",
                check["basis"] + drawn,
                check["verdict"],
                check["because"],
            )
            tables[title].add_row(*map(Text, cells))
    return list(tables.values())


def _comparators(facts: dict[str, Any]) -> list[Table]:
    """The printed rates of every area beside the recomputed ones, with 95% limits."""
    drawn = " (illustrative)" if facts["illustrative"] else ""
    return [
        _beside(found, f"{facts['area']}, recomputed{drawn}")
        for found in facts["comparators"]["tables"]
    ]


def _beside(found: dict[str, Any], own_heading: str) -> Table:
    title = f"Per 1,000 residents, {found['period']}, with 95% limits"
    table = Table("offence", own_heading, *found["areas"], title=title)
    for item in found["offences"]:
        own = item["own"]
        rates = [_rate("not known" if own["rate"] is None else f"{own['rate']:.2f}", own["limits"])]
        for area in found["areas"]:
            printed = item["printed"].get(area)
            rates.append(_rate(_printed(printed), printed["limits"]) if printed else "not printed")
        table.add_row(*map(Text, (item["what"], *rates)))
    return table


def _printed(printed: dict[str, Any]) -> str:
    said = f"printed {printed['printed']}"
    return said if printed["rate"] is None else f"{said}: {printed['rate']:.2f}"


def _rate(text: str, limits: tuple[float, float] | None) -> str:
    return text if limits is None else f"{text} ({limits[0]:.2f} to {limits[1]:.2f})"
