"""`safermap fetch`: open data from its publishers into a folder, ready for an area file."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from geo.errors import InputError, QuestionError
from geo.period import Period, month_iso, parse_month
from service.console import FetchProgress, print_fetched

if TYPE_CHECKING:  # the network is loaded by the commands that need it, never at start-up
    from geo.publishers.client import Client
    from geo.publishers.download import Fetched

app = typer.Typer(
    help="Fetch open data from its publishers: docs/fetching.md.", no_args_is_help=True
)

Vintage = Annotated[Literal["2011", "2021"], typer.Option(help="Which LSOAs: of which census.")]
Authorities = Annotated[
    list[str] | None,
    typer.Option("--authority", help="ONS code, such as E06000051; repeatable. Else all."),
]
Into = Annotated[Path, typer.Option(help="The folder the file is put into.")]
CacheFolder = Annotated[
    Path | None,
    typer.Option(
        "--cache", envvar="SAFERMAP_CACHE", help="Where what was fetched is kept for next time."
    ),
]
AddressFile = Annotated[
    Path | None, typer.Option("--addresses", help="A file with addresses that have changed (TOML).")
]
Refresh = Annotated[bool, typer.Option("--refresh", help="Fetch it again, whatever is kept.")]
DATA = Path("data")


@app.command()
def police(
    months: Annotated[
        str | None,
        typer.Option(
            help="A month, YYYY-MM, or with --area a period, YYYY-MM/YYYY-MM. Else the newest."
        ),
    ] = None,
    *,
    area: Annotated[
        str | None,
        typer.Option(
            help="Only within an outline: a file, or minlon,minlat,maxlon,maxlat. Without it the "
            "archive of every force, 36 months to that date."
        ),
    ] = None,
    force: Annotated[
        str, typer.Option(help="With --area: who reported them, which the API does not say.")
    ] = "",
    into: Into = DATA,
    cache: CacheFolder = None,
    addresses: AddressFile = None,
    refresh: Refresh = False,
) -> None:
    """Street-level incidents of data.police.uk: the archive, or an area by the API."""
    from geo.publishers import outline, police, police_api  # noqa: PLC0415

    with _client(cache, addresses) as client:
        if area is None:
            month, archive = police.fetch_archive(client, months, refresh=refresh)
            found = {f"police-{month}.zip": (archive, month)}
        else:
            chosen = outline.read_outline(area)
            by_month = police_api.fetch_area(
                client, chosen, _months(months), force, refresh=refresh
            )
            found = {
                f"{month}-{chosen.name}-street.csv": (fetched, month)
                for month, fetched in by_month.items()
            }
    for name, (fetched, month) in found.items():
        _put("source", fetched, into / name, month=month)


@app.command()
def boundaries(
    vintage: Vintage = "2021",
    authority: Authorities = None,
    *,
    into: Into = DATA,
    cache: CacheFolder = None,
    addresses: AddressFile = None,
    refresh: Refresh = False,
) -> None:
    """LSOA outlines of ONS Open Geography, as GeoJSON."""
    from geo.publishers import arcgis  # noqa: PLC0415

    with _client(cache, addresses) as client:
        entry = client.addresses.entry(f"boundaries-{vintage}")
        fetched = arcgis.fetch_outlines(client, entry, authority or (), refresh=refresh)
    _put("outlines", fetched, into / f"lsoa-{vintage}-outlines{_of(authority)}.geojson")


@app.command()
def deprivation(
    edition: Annotated[int, typer.Option(help="2015, 2019 or 2025.")] = 2025,
    address: Annotated[
        str | None, typer.Option(help="The link of the file, copied from its page on GOV.UK.")
    ] = None,
    *,
    into: Into = DATA,
    cache: CacheFolder = None,
    addresses: AddressFile = None,
    refresh: Refresh = False,
) -> None:
    """The English Indices of Deprivation, as published."""
    from geo.publishers import deprivation as files  # noqa: PLC0415

    with _client(cache, addresses) as client:
        fetched = files.fetch_deprivation(client, edition, address, refresh=refresh)
    _put("deprivation", fetched, into / files.file_name(fetched, edition))


@app.command("rural-urban")
def rural_urban(
    vintage: Vintage = "2021",
    authority: Authorities = None,
    *,
    into: Into = DATA,
    cache: CacheFolder = None,
    addresses: AddressFile = None,
    refresh: Refresh = False,
) -> None:
    """The Rural-Urban Classification of LSOAs, as CSV."""
    from geo.publishers import arcgis  # noqa: PLC0415

    with _client(cache, addresses) as client:
        entry = client.addresses.entry(f"rural-urban-{vintage}")
        fetched = arcgis.fetch_table(client, entry, authority or (), refresh=refresh)
    _put("rural_urban", fetched, into / f"rural-urban-{vintage}{_of(authority)}.csv")


@app.command()
def population(
    vintage: Vintage = "2021",
    authority: Authorities = None,
    year: Annotated[
        list[int] | None, typer.Option(help="Mid-year; repeatable. Else the latest.")
    ] = None,
    *,
    into: Into = DATA,
    cache: CacheFolder = None,
    addresses: AddressFile = None,
    refresh: Refresh = False,
) -> None:
    """Residents of LSOAs, mid-year estimates of Nomis, as CSV."""
    from geo.publishers.population import fetch_population  # noqa: PLC0415

    with _client(cache, addresses) as client:
        entry = client.addresses.entry(f"population-{vintage}")
        fetched = fetch_population(client, entry, year or (), authority or (), refresh=refresh)
    years = "-".join(map(str, sorted(set(year or ())))) or "latest"
    name = f"residents-lsoa-{vintage}-{years}{_of(authority)}.csv"
    _put("residents", fetched, into / name)


@app.command()
def towns(
    vintage: Vintage = "2021",
    authority: Authorities = None,
    *,
    into: Into = DATA,
    cache: CacheFolder = None,
    addresses: AddressFile = None,
    refresh: Refresh = False,
) -> None:
    """The look-up from LSOAs to built-up areas, as CSV."""
    from geo.publishers import arcgis  # noqa: PLC0415

    with _client(cache, addresses) as client:
        entry = client.addresses.entry(f"towns-{vintage}")
        fetched = arcgis.fetch_table(client, entry, authority or (), refresh=refresh)
    _put("look_up", fetched, into / f"towns-{vintage}{_of(authority)}.csv")


@app.command("look-up")
def look_up(
    authority: Authorities = None,
    *,
    into: Into = DATA,
    cache: CacheFolder = None,
    addresses: AddressFile = None,
    refresh: Refresh = False,
) -> None:
    """The exact-fit look-up between the LSOAs of 2011 and 2021, as CSV."""
    from geo.publishers import arcgis  # noqa: PLC0415

    with _client(cache, addresses) as client:
        entry = client.addresses.entry("code-look-up")
        fetched = arcgis.fetch_table(client, entry, authority or (), refresh=refresh)
    _put("code_look_up", fetched, into / f"lsoa-2011-to-2021{_of(authority)}.csv")


@contextmanager
def _client(cache: Path | None, addresses: Path | None) -> Iterator["Client"]:
    """The network with its addresses and cache, and progress shown while it is used."""
    from geo.publishers.addresses import Addresses  # noqa: PLC0415
    from geo.publishers.cache import Cache  # noqa: PLC0415
    from geo.publishers.client import Client  # noqa: PLC0415

    with FetchProgress() as progress:
        yield Client(Addresses.read(addresses), Cache(cache), progress)


def _put(kind: str, fetched: "Fetched", target: Path, month: str = "") -> None:
    """Copy a kept file to where it is wanted, and say what it is."""
    from geo.publishers.cache import place  # noqa: PLC0415

    place(fetched.path, target)
    entry = fetched.entry
    facts = {
        "file": target.as_posix(),
        "title": entry.title.replace("{month}", month),
        "source": entry.publisher.name,
        "licence": entry.publisher.licence,
        "attribution": entry.publisher.attribution,
        "date": fetched.fetched[:10],
    }
    print_fetched(kind, facts, fetched.sha256, fetched.notes)


def _months(period: str | None) -> list[str]:
    """Each month of `YYYY-MM` or `YYYY-MM/YYYY-MM`."""
    if period is None:
        return []
    first, _, last = period.partition("/")
    try:
        months = Period(parse_month(first), parse_month(last or first))
    except QuestionError as error:
        raise InputError(f"--months: {error}") from error
    return [month_iso(number) for number in range(months.first, months.last + 1)]


def _of(authorities: Sequence[str] | None) -> str:
    """The part of a file name that says whose it is."""
    chosen = sorted(set(authorities or ()))
    more = f"-and-{len(chosen) - 3}-more" if len(chosen) > 3 else ""
    return "".join(f"-{code}" for code in chosen[:3]) + more
