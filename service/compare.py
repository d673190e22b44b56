"""The command `safermap compare`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from geo.measures.estimate import Estimate
from service.console import stdout
from service.loading import HOME, Home


def compare_command(
    others: Annotated[list[Path], typer.Argument(help="Where the other datasets are kept.")],
    dataset: Home = HOME,
    theme: Annotated[
        str | None, typer.Option(help="What to count; without it all recorded crime.")
    ] = None,
    months: Annotated[
        str | None, typer.Option(help="Such as 2018-10/2018-12; without it the latest held by all.")
    ] = None,
) -> None:
    """Set the rate of an area beside those of others that were built the same way."""
    from geo.comparators import areas_beside, open_each  # noqa: PLC0415  only this needs scipy
    from service.words import known  # noqa: PLC0415

    datasets = open_each([dataset, *others])
    beside = areas_beside(datasets, theme, months)
    areas, question = beside.areas, beside.question
    table = Table(
        "area", "residents", "count", "per 1,000", "likely range", f"against {areas[0].area}",
        title=f"{question.theme.title}, {question.period.words()}",
    )  # fmt: skip
    for area in areas:
        told = area.why is None
        table.add_row(
            Text(area.area),
            known(area.residents),
            known(area.count),
            f"{area.rate.value:.1f}" if told else "none",
            f"{area.rate.lower:.1f} to {area.rate.upper:.1f}" if told else "none",
            _against(area.ratio, area.clear),
        )
    stdout.print(table)
    for area, of in zip(areas, datasets, strict=True):
        drawn = "Illustrative incidents. " if area.illustrative else ""
        why = f" {area.why}" if area.why else ""
        said = f"{area.area}: {drawn}{area.source}; {of.denominator}.{why}"
        stdout.print(Text(said), soft_wrap=True)
    stdout.print(
        "Recorded is not the same as happened, and forces record differently. A difference is "
        "clear at a false discovery rate of 0.05 over all areas compared.",
        soft_wrap=True,
    )


def _against(ratio: Estimate, clear: bool | None) -> str:
    if clear is None:
        return ""
    verdict = "clear" if clear else "no clear difference"
    return f"{ratio.value:.2f} times ({ratio.lower:.2f} to {ratio.upper:.2f}), {verdict}"
