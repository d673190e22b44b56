"""The command `safermap publish`."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from geo.counted import counted
from geo.errors import PublishError
from service.console import stdout
from service.loading import HOME, Home

if TYPE_CHECKING:
    from service.site import Site


def publish_command(
    context: typer.Context,
    database: Annotated[
        str, typer.Argument(help="The database: postgresql://user@host:5432/name.")
    ],
    dataset: Home = HOME,
    *,
    schema: Annotated[str, typer.Option(help="The schema that the tables go to.")] = "safermap",
    layer: Annotated[
        list[str] | None, typer.Option(help="A layer; once for each. Without it, all.")
    ] = None,
    theme: Annotated[
        list[str] | None, typer.Option(help="What to count; once for each. Without it, all themes.")
    ] = None,
    datetime: Annotated[
        str | None, typer.Option(help="Such as 2015-04/2016-03; without it the latest 12 months.")
    ] = None,
    compare: Annotated[
        str | None, typer.Option(help="Earlier months to set against; without it a year before.")
    ] = None,
    source: Annotated[str | None, typer.Option(help="Whose records to count, by id.")] = None,
    place: Annotated[str | None, typer.Option(help="Rural or urban areas alone.")] = None,
    town: Annotated[str | None, typer.Option(help="The areas of one town alone.")] = None,
    cell: Annotated[
        str | None, typer.Option(help="Metres of a cell, for grid and density.")
    ] = None,
    shape: Annotated[str | None, typer.Option(help="The shape of cells, for grid.")] = None,
    bandwidth: Annotated[
        str | None, typer.Option(help="Metres that an incident is spread over, for density.")
    ] = None,
    reader: Annotated[
        list[str] | None,
        typer.Option(help="A role that may read; once for each. Nobody else may."),
    ] = None,
    public: Annotated[
        bool, typer.Option("--public", help="What anyone may see: partners' small counts hidden.")
    ] = False,
    partner_records: Annotated[
        bool,
        typer.Option(
            "--partner-records", help="Partners' small counts unhidden, for the --reader named."
        ),
    ] = False,
) -> None:
    """Put layers and their metadata into a PostGIS database, in place of those of the last time."""
    if context.args:  # told here, since the usual way repeats an address with its password
        raise PublishError("publish takes one address of a database; the rest are options.")
    readers = reader or []
    if public and partner_records:
        raise PublishError("--public hides partners' small counts; leave out --partner-records.")
    try:
        import psycopg  # noqa: F401, PLC0415
    except ImportError as error:
        raise PublishError(
            "Publishing needs the package psycopg: pip install 'safermap[postgis]' brings it."
        ) from error
    from service.publish.run import publish  # noqa: PLC0415  only this needs these
    from service.site import Site  # noqa: PLC0415

    site = Site.open(dataset, public=public, role="public" if public else "partner")
    _refuse_partner_records(site, readers, allowed=partner_records)
    given = {
        "datetime": datetime, "compare": compare, "source": source, "place": place, "town": town,
        "cell": cell, "shape": shape, "bandwidth": bandwidth,
    }  # fmt: skip
    done = publish(
        site,
        database,
        schema=schema,
        layers=layer or [],
        themes=theme or [],
        parts={name: value for name, value in given.items() if value is not None},
        readers=readers,
        public=public,
    )
    for name, why in done.left_out.items():
        stdout.print(Text(f"{name} was left out. {why}"), soft_wrap=True)
    who = f"{' and '.join(readers)} may read" if readers else "nobody else may read: name --reader"
    stdout.print(
        Text(
            f"Published {', '.join(done.layers)}: {counted(done.features, 'rows')}, "
            f"{counted(done.themes, 'themes')}, in the schema {schema}; {who}."
        ),
        soft_wrap=True,
    )


def _refuse_partner_records(site: "Site", readers: list[str], *, allowed: bool) -> None:
    """Partner records go to readers who are named, where that is asked for in so many words."""
    if not site.holds_partner_records or (allowed and readers):
        return
    held = [source.name for source in site.dataset.sources if source.sensitivity == "partner"]
    raise PublishError(
        f"{' and '.join(held)}: partners' records with small counts unhidden. Publish what is "
        "public with --public, or all of it to named roles with --partner-records and --reader."
    )
