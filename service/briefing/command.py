"""The command `safermap briefing`."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from geo.errors import InputError, QuestionError
from service.console import briefing_progress, stdout
from service.loading import HOME, Home

if TYPE_CHECKING:
    from geo.query import Question
    from service.site import Site


def briefing_command(
    town: Annotated[str | None, typer.Option(help="The town, by its name or id.")] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="The PDF to write, or a folder for it; without it, here."),
    ] = None,
    *,
    theme: Annotated[
        str | None, typer.Option(help="What to count; without it anti-social behaviour.")
    ] = None,
    months: Annotated[
        str | None, typer.Option(help="Such as 2015-04/2016-03; without it the latest 12 months.")
    ] = None,
    source: Annotated[str | None, typer.Option(help="Whose records to count, by id.")] = None,
    compare: Annotated[
        str | None,
        typer.Option(help="Earlier months to set against; without it a year before."),
    ] = None,
    dataset: Home = HOME,
    every: Annotated[
        bool, typer.Option("--all", help="A PDF for every town, into the folder --out.")
    ] = False,
    public: Annotated[
        bool,
        typer.Option("--public", help="Show what anyone may see: partners' small counts hidden."),
    ] = False,
) -> None:
    """Set a town's figures as a PDF of two A4 pages, to print and take to a meeting."""
    if every == (town is not None):
        raise QuestionError("Name one town with --town, or ask for every town with --all.")
    from geo.question_parts import check_town  # noqa: PLC0415  only this needs all of these
    from service.briefing.make import briefing_name, make_briefing  # noqa: PLC0415
    from service.pages.town import town_question  # noqa: PLC0415
    from service.site import Site  # noqa: PLC0415

    site, more = Site.open(dataset, public=public), {"source": source, "compare": compare}
    if every:
        folder = out or Path()
        _make_folder(folder)
        for question in _of_every_town(site, theme, months, more):
            path = folder / briefing_name(site, question)
            write_whole(path, make_briefing(site, question))
            stdout.print(Text(f"Wrote {path}"), soft_wrap=True)
        return
    known = check_town(site.dataset, town)
    question = town_question(site, str(known), theme, months, **more)
    path = out or Path()
    path = path / briefing_name(site, question) if path.is_dir() else path
    write_whole(path, make_briefing(site, question))
    stdout.print(Text(f"Wrote {path}"), soft_wrap=True)


def _of_every_town(
    site: "Site", theme: str | None, months: str | None, more: dict[str, str | None]
) -> "Iterator[Question]":
    """The question of each town in turn; of a town with no area of the theme it is said instead."""
    from service.pages.town import town_question  # noqa: PLC0415

    towns = site.dataset.towns
    if towns.empty:
        raise QuestionError(f"{site.dataset.area} has no towns to brief on.")
    asked, why = 0, QuestionError()
    for town, name in briefing_progress(list(zip(towns["town_id"], towns["town"], strict=True))):
        try:
            question = town_question(site, town, theme, months, **more)
        except QuestionError as error:
            why = error
            stdout.print(Text(f"{name} was passed over. {error}"), soft_wrap=True)
            continue
        asked += 1
        yield question
    if not asked:
        raise why


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        raise InputError(f"{folder} is no folder to write to: {_reason(error)}.") from error


def write_whole(path: Path, content: bytes) -> None:
    """Write a file in one step: whoever looks finds the old one or the new one, whole.

    Raises InputError where it cannot be written.
    """
    partial = path.with_name(f".{path.name}.part")
    try:
        partial.write_bytes(content)
        partial.replace(path)
    except (OSError, ValueError) as error:
        if isinstance(error, OSError):
            partial.unlink(missing_ok=True)
        raise InputError(f"{path} cannot be written: {_reason(error)}.") from error


def _reason(error: OSError | ValueError) -> str:
    return str(error.strerror if isinstance(error, OSError) else error)
