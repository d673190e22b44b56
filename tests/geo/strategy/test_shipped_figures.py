"""Every figure that the partnership printed is in the file that ships, and no other."""

import re
from collections import Counter
from pathlib import Path

import pytest
from strategies import shipped

AREAS = ("Telford & Wrekin", "Shropshire", "Herefordshire", "West Mercia")
YEARS = ("2013-04/2014-03", "2014-04/2015-03", "2015-04/2016-03", "2015-10/2016-09")
PER_1000 = "Shropshire rates per 1,000 by year"


@pytest.fixture(scope="module")
def notes(shared: Path) -> str:
    """The partnership's figures as they were copied out of its strategy by hand."""
    path = shared / "STRATEGY.md"
    if not path.is_file():
        pytest.skip("needs ../shared/STRATEGY.md, which is absent")
    return path.read_text("utf-8").split("## Printed figures")[1].split("## Where the print")[0]


def test_the_table_of_four_areas_is_whole(notes: str) -> None:
    lines = [line for line in notes.splitlines() if re.match(r"\|.*\d \(", line)]
    rows = [line.strip("| ").split("|") for line in lines]
    assert len(rows) == 18
    table = [f for f in shipped().figures if f.table.startswith("Recorded crime")]
    assert len(table) == 18 * 4 * 2
    for position, area in enumerate(AREAS, 1):
        cells = [re.findall(r"[\d.]+", cells[position]) for cells in rows]
        printed = Counter(("number", number) for number, _ in cells)
        printed += Counter(("rate", rate) for _, rate in cells)
        assert Counter((f.measure, f.printed) for f in table if f.area == area) == printed


def test_the_rates_by_year_are_whole(notes: str) -> None:
    block = notes.split(PER_1000)[1].split("\nASB 2015", maxsplit=1)[0].split(":", 1)[1]
    series = re.findall(r"(\d+\.\d\d), (\d+\.\d\d), (\d+\.\d\d), (\d+\.\d\d)", block)
    assert len(series) == 17
    yearly = [figure for figure in shipped().figures if figure.table.startswith("Rates")]
    assert len(yearly) == 17 * 4
    for months, column in zip(YEARS, zip(*series, strict=True), strict=True):
        held = [f for f in yearly if f.months is not None and f.months.iso() == months]
        assert Counter(figure.printed for figure in held) == Counter(column)


def test_the_other_printed_figures_are_there(notes: str) -> None:
    rest = notes.split("\nASB 2015")[1]
    printed = {figure.printed for figure in shipped().figures}
    numbers = re.findall(r"\d[\d,]*\d(?:\.\d)?|\d\.\d", rest)
    numbers = [text.replace(",", "") for text in numbers]
    dates = {"2012", "13", "2014", "2015", "16", "2016"}
    wanted = {text for text in numbers if text not in dates}
    assert wanted >= {"406", "6352", "2215", "8973", "68.8", "501", "423", "310121", "311380"}
    assert wanted <= printed
    assert {"-9", "70.1", "24.6", "35", "65", "193", "14", "23", "-13", "25", "63", "61", "19"} <= (
        printed
    )


def test_it_holds_each_figure_once() -> None:
    figures = shipped().figures
    assert len(figures) == len({figure.name for figure in figures}) == 239
    told = Counter((f.what, f.area, f.measure, f.months, f.table) for f in figures)
    assert max(told.values()) == 1
