"""The command line: check, build, serve."""

import ipaddress
import socket
import sys
from pathlib import Path
from typing import Annotated

import typer

from boundaries import SHROPSHIRE
from geo.areas import Areas
from geo.build import write_dataset
from geo.dataset import Dataset
from geo.embedded import build_embedded
from geo.errors import InputError, SafermapError
from geo.incidents import ColumnMap, Refusal, read_incidents
from geo.incidents.report import write_refusals
from geo.prepare import prepare
from service.console import (
    account_table,
    print_passed_over,
    print_refusals,
    progress,
    read_table,
    stderr,
    stdout,
)

HOME = Path("dataset")
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")

app = typer.Typer(
    help="Maps and open layers of ASB, crime and deprivation for Community Safety Partnerships.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
Files = Annotated[
    list[Path], typer.Argument(help="Street CSV files, folders, a ZIP archive, or extracts.")
]
Columns = Annotated[
    Path | None, typer.Option(help="Column map (TOML) for an extract with another header.")
]


@app.command()
def check(
    files: Files,
    columns: Columns = None,
    report: Annotated[Path | None, typer.Option(help="Write the refused rows as CSV.")] = None,
) -> None:
    """Read files and report every refused row, without building anything."""
    column_map = ColumnMap.read(columns) if columns else None
    refusals: list[Refusal] = []
    rows = []
    passed_over: dict[str, str] = {}
    for read in read_incidents(files, column_map, progress):
        if read.same_as is not None:
            passed_over[read.name] = read.same_as
            continue
        rows.append((read.name, read.read, read.incidents.num_rows, len(read.refusals)))
        refusals += read.refusals
    stdout.print(read_table(rows))
    print_passed_over(passed_over)
    print_refusals(refusals)
    if report is not None:
        try:
            write_refusals(report, refusals)
        except OSError as error:
            raise InputError(f"The report {report} cannot be written: {error.strerror}.") from error


@app.command()
def build(
    incidents: Annotated[list[Path], typer.Option(help="Files, folders or a ZIP; repeatable.")],
    more: Annotated[list[Path] | None, typer.Argument(help="More of them.")] = None,
    *,
    out: Annotated[Path, typer.Option(help="Where datasets are kept.")] = HOME,
    columns: Columns = None,
    area: Annotated[Path, typer.Option(help="Area pack.")] = SHROPSHIRE,
    denominator: Annotated[
        str | None, typer.Option(help="Residents to divide by, by name; see the pack's area.toml.")
    ] = None,
) -> None:
    """Join incidents to areas and switch to the new dataset once it is whole."""
    column_map = ColumnMap.read(columns) if columns else None
    areas = Areas.open(area, denominator)
    prepared = prepare(read_incidents([*incidents, *(more or [])], column_map, progress), areas)
    stdout.print(account_table(prepared.accounts, areas.name))
    print_passed_over(prepared.passed_over)
    print_refusals(prepared.refusals)
    name = write_dataset(prepared, out)
    compared = sum(account.compared for account in prepared.accounts)
    if compared:
        disagreed = sum(account.disagreed for account in prepared.accounts)
        stdout.print(
            f"Of {compared:,} rows with an LSOA code and a point, {disagreed / compared:.1%} have "
            "their point outside the outline of their code; the code was used."
        )
    stdout.print(
        f"Built {out / name}, now current. Refused rows: {out / name / 'refused.csv'}. A running "
        "service shows it once it is started again.",
        soft_wrap=True,
    )


@app.command()
def serve(
    dataset: Annotated[Path, typer.Option(help="Where datasets are kept.")] = HOME,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
) -> None:
    """Serve maps, pages and layers. Builds the embedded dataset where there is none yet."""
    import uvicorn  # noqa: PLC0415  the web is a second of imports that only serving needs

    from service.app import create_app  # noqa: PLC0415
    from service.site import Site  # noqa: PLC0415

    if dataset == HOME and not (dataset / "CURRENT").exists():
        stdout.print("No dataset yet: building the embedded one, with illustrative incidents.")
        with stderr.status("Drawing, joining and counting incidents"):
            build_embedded(SHROPSHIRE, dataset)
    site = Site.open(dataset)
    _refuse_exposure(site.dataset, host)
    listening = _listen(host, port)
    shown = f"[{host}]" if ":" in host else host
    stdout.print(
        f"{site.dataset.partnership}: {', '.join(s.name for s in site.dataset.sources)}, "
        f"{site.dataset.period.words()}. Open http://{shown}:{port}",
        soft_wrap=True,
    )
    # A page elsewhere could have a name of its own lead here; partner records are not for it.
    hosts = LOOPBACK if site.dataset.holds_partner_records else ("*",)
    config = uvicorn.Config(create_app(site, hosts), log_level="warning")
    uvicorn.Server(config).run(sockets=[listening])


def _listen(host: str, port: int) -> socket.socket:
    """A socket on the address, before anyone is told of it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, or asyncio would not switch Nagle's waiting off: 40 ms for every answer.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(2048)
    except (OSError, OverflowError) as error:
        listening.close()
        reason = error.strerror if isinstance(error, OSError) else str(error).rstrip(".")
        raise SafermapError(
            f"Cannot listen on {host} port {port}: {reason}. Choose another with --port."
        ) from error
    return listening


def _refuse_exposure(dataset: Dataset, host: str) -> None:
    """Partner records stay on this machine until access can be configured."""
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if dataset.holds_partner_records and not loopback:
        names = [s.name for s in dataset.sources if s.sensitivity == "partner"]
        are = "are partners' extracts" if len(names) > 1 else "is a partner's extract"
        raise SafermapError(
            f"{' and '.join(names)} {are} with small counts unhidden; the dataset is served on "
            f"this machine only. Leave out --host {host}."
        )


def main() -> None:
    """Run the command; an error that can be explained is one paragraph and exit status 2."""
    try:
        app()
    except SafermapError as error:
        stderr.print(
            f"safermap: {error}", style="bold", highlight=False, soft_wrap=True, markup=False
        )
        sys.exit(2)


if __name__ == "__main__":
    main()
