"""The command that lets people in: `safermap token`."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from service.access.tokens import Token, Tokens
from service.console import stderr, stdout

ACCESS = Path("access")

Folder = Annotated[
    Path,
    typer.Option("--access", envvar="SAFERMAP_ACCESS", help="Where tokens and keys are kept."),
]
app = typer.Typer(help="Tokens that let partners and analysts in.", no_args_is_help=True)


@app.command()
def create(
    role: Annotated[str, typer.Option(help="What it opens: partner or analyst.")],
    name: Annotated[str, typer.Option(help="The team that uses it, for the audit.")],
    expires: Annotated[str, typer.Option(help="How long it lasts: 90d, 12h.")] = "90d",
    access: Folder = ACCESS,
) -> None:
    """Make a token and show it, once."""
    token, text = Tokens(access).create(name, role, expires)
    stderr.print(
        f"A token for {token.name}, {token.role}, until {_day(token.expires)}. It is shown this "
        "once; hand it over by a way that nobody else reads.",
        soft_wrap=True, highlight=False, markup=False,
    )  # fmt: skip
    stdout.print(text, soft_wrap=True, highlight=False, markup=False)


@app.command("list")
def list_tokens(access: Folder = ACCESS) -> None:
    """Show every token there was, without what opens anything."""
    table = Table("Id", "Name", "Role", "Created", "Expires", "State")
    for token in Tokens(access).all():
        told = (token.id, token.name, token.role, _day(token.created), _day(token.expires))
        table.add_row(*told, _state(token))
    stdout.print(table)


@app.command()
def revoke(
    token: Annotated[str, typer.Argument(metavar="ID", help="Its id, as `list` shows it.")],
    access: Folder = ACCESS,
) -> None:
    """Let a token open nothing from now on, in a running service too."""
    found = Tokens(access).revoke(token)
    stdout.print(f"The token of {found.name} opens nothing any more.", soft_wrap=True, markup=False)


def _state(token: Token) -> str:
    if token.revoked is not None:
        return f"revoked {_day(token.revoked)}"
    return "open" if token.open_at(datetime.now(UTC)) else "expired"


def _day(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M} UTC"
