"""The command line."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geo.errors import AccessError, SafermapError
from service import compare, fetch, keeping, loading, strategy
from service.access import command as tokens
from service.access.oidc import settings as oidc
from service.audit.command import Key, Log, audit_command, open_log
from service.audit.log import Entry
from service.briefing.command import briefing_command
from service.console import stderr, stdout
from service.export import export_command
from service.loading import HOME, Home
from service.operation.log import read_kind, start_log
from service.operation.settings import RATE, SECONDS, Limits, Rate
from service.publish.command import publish_command

if TYPE_CHECKING:
    from service.site import Site

app = typer.Typer(
    help="Maps and open layers of ASB, crime and deprivation for Community Safety Partnerships.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command()(loading.init)
app.command()(loading.check)
app.command("build")(loading.build_command)
app.command()(loading.datasets)
app.command()(loading.rollback)
app.command("purge")(keeping.purge_command)
app.command("backup")(keeping.backup_command)
app.command("restore")(keeping.restore_command)
app.command("audit")(audit_command)
app.command("strategy")(strategy.strategy_command)
app.command("compare")(compare.compare_command)
app.command("briefing")(briefing_command)
app.command("export")(export_command)
app.command("publish", context_settings={"allow_extra_args": True})(publish_command)
app.add_typer(fetch.app, name="fetch")
app.add_typer(tokens.app, name="token")


@app.command()
def serve(
    dataset: Home = HOME,
    host: Annotated[
        str, typer.Option(envvar="SAFERMAP_HOST", help="Address to listen on.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="SAFERMAP_PORT", help="Port to listen on.")] = 8000,
    beside: Annotated[
        list[Path] | None,
        typer.Option(
            envvar="SAFERMAP_BESIDE",
            help="Where another area's dataset is kept, to compare with; once for each.",
        ),
    ] = None,
    *,
    workers: Annotated[
        int,
        typer.Option(
            envvar="SAFERMAP_WORKERS",
            min=1,
            help="How many processes answer; they share the dataset's memory.",
        ),
    ] = 1,
    tiles: Annotated[
        str | None,
        typer.Option(
            envvar="SAFERMAP_TILES",
            help="Address of map tiles to lay under the areas, with {z}, {x} and {y} in it.",
        ),
    ] = None,
    tiles_attribution: Annotated[
        str | None,
        typer.Option(
            envvar="SAFERMAP_TILES_ATTRIBUTION",
            help="The words that the publisher of the tiles asks to be shown.",
        ),
    ] = None,
    contact: Annotated[
        str | None,
        typer.Option(
            envvar="SAFERMAP_CONTACT",
            help="Address of electronic mail for questions about the figures.",
        ),
    ] = None,
    access: Annotated[
        Path | None,
        typer.Option(
            envvar="SAFERMAP_ACCESS",
            help="Folder of the tokens that let partners and analysts in; others see what is "
            "public.",
        ),
    ] = None,
    name: Annotated[
        list[str] | None,
        typer.Option(
            envvar="SAFERMAP_NAMES",
            help="Name by which browsers ask for the service, such as maps.example.gov.uk; once "
            "for each. Requests for another are refused.",
        ),
    ] = None,
    area: Annotated[
        list[Path] | None,
        typer.Option(
            envvar="SAFERMAP_AREA",
            help="Area file, as for build; with it analysts load files in the browser.",
        ),
    ] = None,
    audit_log: Log = None,
    audit_key: Key = None,
    public: Annotated[
        bool,
        typer.Option(
            "--public",
            envvar="SAFERMAP_PUBLIC",
            help="Show what anyone may see: partners' small counts hidden.",
        ),
    ] = False,
    log_format: Annotated[
        str | None,
        typer.Option(
            envvar="SAFERMAP_LOG_FORMAT",
            metavar="json|text|off",
            help="How requests are logged on standard error; json unless that is a terminal.",
        ),
    ] = None,
    rate: Annotated[
        str,
        typer.Option(
            envvar="SAFERMAP_RATE",
            help="How often a client on another machine may ask, such as 600/minute; or off.",
        ),
    ] = RATE,
    time_limit: Annotated[
        int,
        typer.Option(
            envvar="SAFERMAP_TIME_LIMIT",
            min=1,
            help="Seconds that an answer may take to make.",
        ),
    ] = SECONDS,
    oidc_issuer: oidc.Issuer = None,
    oidc_client_id: oidc.ClientId = None,
    oidc_client_secret_file: oidc.SecretFile = None,
    oidc_claim: oidc.Claim = "groups",
    oidc_partners: oidc.Partners = None,
    oidc_analysts: oidc.Analysts = None,
) -> None:
    """Serve maps, pages and layers. Builds the embedded dataset where there is none yet.

    A version that is built or rolled back to meanwhile is served as soon as it is whole.
    """
    from boundaries import SHROPSHIRE  # noqa: PLC0415
    from geo.embedded import build_embedded  # noqa: PLC0415

    # The web is a second of imports that only serving needs.
    from service.access.access import open_doors  # noqa: PLC0415
    from service.listening import listen, refuse_exposure  # noqa: PLC0415
    from service.running import Master, check_workers  # noqa: PLC0415
    from service.served import Served  # noqa: PLC0415
    from service.tiles import Tiles  # noqa: PLC0415
    from service.uploads.settings import uploads_given  # noqa: PLC0415

    start_log(lines := read_kind(log_format))
    check_workers(workers)
    refuse_exposure(host, access=access is not None, public=public)
    limits = Limits(Rate.read(rate), time_limit)
    accounts = oidc.oidc_settings(
        issuer=oidc_issuer,
        client_id=oidc_client_id,
        secret=os.environ.get(oidc.SECRET),
        secret_file=oidc_client_secret_file,
        claim=oidc_claim,
        partners=oidc_partners,
        analysts=oidc_analysts,
    )
    if accounts and access is None:
        raise AccessError("--oidc-issuer needs --access too, the folder where keys are kept.")
    doors = open_doors(access, accounts) if access else None
    audit = open_log(dataset, audit_log, audit_key) if access else None
    background = Tiles.given(tiles, tiles_attribution)
    homes = (dataset, *(beside or ()))
    if dataset == HOME and not (dataset / "CURRENT").exists() and not area:
        stdout.print("No dataset yet: building the embedded one, with illustrative incidents.")
        with stderr.status("Drawing, joining and counting incidents"):
            build_embedded(SHROPSHIRE, dataset)
    uploads = uploads_given(() if public else area or (), dataset, audit, audit_key, lines)

    def opened() -> Served:
        return Served.open(
            homes,
            tiles=background,
            contact=contact or None,
            access=doors,
            audit=audit,
            public=public,
            names=name or (),
            uploads=uploads,
        )

    master = Master(opened, homes, workers, limits)
    listening = listen(host, port)
    if audit is not None:
        audit.record(Entry("safermap", "", "serving", {"host": host, "port": port}))
    _announce(master.served.site, host, port)
    master.run(listening)


def _announce(site: "Site", host: str, port: int) -> None:
    """Say what is served, and where."""
    shown = f"[{host}]" if ":" in host else host
    stdout.print(
        f"{site.dataset.partnership}: {', '.join(s.name for s in site.dataset.sources)}, "
        f"{site.dataset.period.words()}. Open http://{shown}:{port}",
        soft_wrap=True,
    )
    if others := [dataset.area for dataset in site.datasets[1:]]:
        stdout.print(f"Beside it: {', '.join(others)}, at /compare.", soft_wrap=True, markup=False)


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
