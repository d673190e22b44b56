"""Reads a file of printed figures (CSV): whole, or one error with every mistake and its line."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationError

from geo.areas.plan import InputFile
from geo.dataset import Dataset
from geo.errors import InputError, QuestionError
from geo.incidents.csvs import decode, header, read_csv
from geo.offences import theme_names
from geo.period import Period
from geo.settings import Contradiction, NotBlank, Slug, Table, near, shown
from geo.settings.read import Mistake, listed
from geo.strategy.figures import (
    IMPLIED,
    WHOLE,
    Figure,
    Formula,
    Measure,
    Strategy,
    decimals_of,
    formulas,
)

WHAT = "file of printed figures"
Row = dict[str, str]


def _checked(read: Callable[[str], object]) -> AfterValidator:
    def check(text: str) -> str:
        try:
            read(text)
        except QuestionError as error:
            raise ValueError(str(error)) from error
        return text

    return AfterValidator(check)


Months = Annotated[str, _checked(Period.read)]


class FigureRow(Table):
    """One row of a file of printed figures."""

    figure: Slug = Field(description="a name for the figure, such as asb-total")
    table: NotBlank = Field(description="the heading that it is shown under")
    what: NotBlank = Field(description="what it is a figure of, in words")
    area: NotBlank = Field(description="the area it is about, by name")
    measure: Measure = Field(
        description="number, rate, share, change, residents, areas, deprived or rural"
    )
    printed: Annotated[str, _checked(decimals_of)] = Field(
        description="the number as it is printed, such as 8,973 or 14.93"
    )
    theme: Annotated[str | None, _checked(Formula.read)] = Field(
        default=None, description="what the dataset counts for it"
    )
    months: Months | None = Field(default=None, description="its months, such as 2015-04/2016-03")
    against: Months | None = Field(
        default=None, description="the months that a change is measured from"
    )
    made_of: Annotated[str | None, _checked(formulas)] = Field(
        default=None, description="the printed figures it follows from"
    )

    @classmethod
    def contradictions(cls, table: Mapping[str, Any], folder: Path) -> Iterable[Contradiction]:
        """What cannot stand together in one row."""
        measure, theme = table.get("measure"), table.get("theme")
        if table.get("figure") == IMPLIED:
            yield ("figure",), f"{shown(IMPLIED)} stands for residents that are not printed."
        if measure in WHOLE and any(letter in table.get("printed", "") for letter in ".-"):
            yield ("printed",), f"a {measure} is counted, so it must be a whole number."
        if "against" in table and measure != "change":
            yield ("against",), "only a change is measured from other months."
        if measure == "change" and "months" in table and "against" not in table:
            yield ("against",), "a change needs the months it is measured from."
        if theme is not None and measure in ("residents", "areas", "rural"):
            yield ("theme",), f"the measure {measure} counts no incidents; leave it blank."
        if theme is not None and measure in (*WHOLE, "rate", "change") and "/" in theme:
            yield ("theme",), f"only a share is one theme over another, and this is a {measure}."
        if theme is not None and measure == "share" and "/" not in theme:
            yield ("theme",), "a share is one theme over another, such as 'shoplifting / crime'."


def read_strategy(file: InputFile, kinds: Collection[str] = ()) -> Strategy:
    """Read a file of printed figures. `kinds`: kinds of incident beyond the offence list.

    Raises InputError that lists everything that is wrong, each with its line and column.
    """
    return strategy_of(describe(file, kinds))


def describe(file: InputFile, kinds: Collection[str] = ()) -> dict[str, Any]:
    """The same as plain values, as a manifest keeps them."""
    rows = _read_rows(file.path, kinds)
    said = {"title": file.title or file.path.name, "source": file.source, "date": file.date}
    return {**said, "figures": rows}


def strategy_of(described: Mapping[str, Any]) -> Strategy:
    """The strategy that `describe` described."""
    figures = tuple(Figure.of(row) for row in described["figures"])
    return Strategy(figures, described["title"], described["source"], described["date"])


def strategy_in(dataset: Dataset) -> Strategy | None:
    """The strategy that the dataset was built with; None where its area file names none."""
    described = dataset.manifest.get("strategy")
    return None if described is None else strategy_of(described)


def _read_rows(path: Path, kinds: Collection[str]) -> list[Row]:
    numbered, mistakes = _cells(path)
    rows: dict[int, Row] = {}
    for line, row in numbered:
        try:
            FigureRow.model_validate(row)
            rows[line] = row
        except ValidationError as error:
            mistakes += [
                Mistake(line, str(item["loc"][0]) if item["loc"] else "", item["msg"])
                for item in error.errors()
            ]
    names = [row.get("figure") for _, row in numbered]
    known = {row["figure"]: row for row in rows.values()}
    themes = theme_names(dict.fromkeys(kinds, ""))
    for position, (line, row) in enumerate(numbered):
        if line in rows:
            mistakes += [Mistake(line, *told) for told in _unknown(row, known, names, themes)]
            if row["figure"] in names[:position]:
                words = f"another row has the name {shown(row['figure'])} already."
                mistakes.append(Mistake(line, "figure", words))
    if mistakes:
        raise InputError(listed(path, WHAT, sorted(set(mistakes))))
    return list(rows.values())


def _cells(path: Path) -> tuple[list[tuple[int, Row]], list[Mistake]]:
    """The line and the cells of every row, without the blank ones, and the rows that are none."""
    try:
        data = decode(str(path), path.read_bytes(), "utf-8")
    except OSError as error:
        raise InputError(f"The {WHAT} {path} cannot be read: {error.strerror}.") from error
    headings, known = header(str(path), data), FigureRow.model_fields
    needed = [name for name, field in known.items() if field.is_required()]
    lacking = [name for name in needed if name not in headings]
    wrong = [
        Mistake(1, name, f"there is no such column{near(name, known)}.")
        for name in headings
        if name not in known
    ]
    wrong += [
        Mistake(1, name, f"the column is missing. It is {known[name].description}.")
        for name in lacking
    ]
    if wrong:
        raise InputError(listed(path, WHAT, wrong))
    text = read_csv(str(path), data, headings)
    columns = {name: text.columns[name].to_pylist() for name in headings}
    cells = zip(*columns.values(), strict=True)
    rows = [
        {name: value.strip() for name, value in zip(headings, row, strict=True) if value.strip()}
        for row in cells
    ]
    broken = [Mistake(refusal.line, "", refusal.reason) for refusal in text.broken]
    return list(zip(text.lines.tolist(), rows, strict=True)), broken


def _unknown(
    row: Row, known: Mapping[str, Row], names: list[str | None], themes: Collection[str]
) -> Iterator[tuple[str, str]]:
    """What a row names that there is not, or that cannot make up such a figure."""
    if "theme" in row and row["measure"] != "deprived":
        for theme in Formula.read(row["theme"]).names:
            if theme not in themes:
                yield "theme", f"there is no theme {shown(theme)}{near(theme, themes)}."
    for formula in formulas(row.get("made_of")):
        for name in formula.names:
            if name == row["figure"]:
                yield "made_of", "a figure cannot be made of itself."
            elif name not in names and not (name == IMPLIED and name == formula.over):
                yield "made_of", f"there is no figure {shown(name)} in this file."
            elif name in known and known[name]["area"] != row["area"]:
                yield "made_of", f"{shown(name)} is a figure of {known[name]['area']}."
        printed = [name for name in formula.names if name != formula.over or name != IMPLIED]
        if all(name in known for name in printed):
            yield from _unfit(row["measure"], formula, known)


def _unfit(measure: str, formula: Formula, known: Mapping[str, Row]) -> Iterator[tuple[str, str]]:
    """Why figures of their measures cannot make up one of this measure."""
    parts = {known[name]["measure"] for name in formula.parts}
    if formula.over is None:
        if parts != {measure} or measure not in ("number", "rate"):
            yield "made_of", "only numbers make up a number, and only rates a rate."
        return
    over = IMPLIED if formula.over == IMPLIED else known[formula.over]["measure"]
    wanted = {"rate": "residents", "share": "number", "change": "number"}.get(measure)
    if wanted is None or parts != {"number"} or over != wanted:
        yield (
            "made_of",
            "a rate is numbers over residents; a share or a change is numbers over a number.",
        )
    elif formula.over != IMPLIED and not int(known[formula.over]["printed"].replace(",", "")):
        yield "made_of", f"{shown(formula.over)} is printed as 0, and nothing divides by it."
