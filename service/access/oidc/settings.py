"""How a service knows its identity provider, and which accounts it lets in."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from geo.errors import AccessError
from service.access.roles import Role

SECRET = "SAFERMAP_OIDC_CLIENT_SECRET"  # noqa: S105  the name of a variable, not a secret

Issuer = Annotated[
    str | None,
    typer.Option(
        "--oidc-issuer",
        envvar="SAFERMAP_OIDC_ISSUER",
        help="Identity provider at which people sign in with a work account (OpenID Connect), as "
        f"it names itself. {SECRET} has the secret, or a file.",
    ),
]
ClientId = Annotated[
    str | None,
    typer.Option(
        "--oidc-client-id",
        envvar="SAFERMAP_OIDC_CLIENT_ID",
        help="What the provider knows this service by.",
    ),
]
SecretFile = Annotated[
    Path | None,
    typer.Option(
        "--oidc-client-secret-file",
        envvar=f"{SECRET}_FILE",
        help="File of the secret that the provider gave this service.",
    ),
]
Claim = Annotated[
    str,
    typer.Option(
        "--oidc-claim",
        envvar="SAFERMAP_OIDC_CLAIM",
        help="What the provider tells of an account that gives it a role: groups, roles, hd or "
        "email.",
    ),
]
Partners = Annotated[
    str | None,
    typer.Option(
        "--oidc-partners",
        envvar="SAFERMAP_OIDC_PARTNERS",
        help="Values of it that make a partner, with commas between.",
    ),
]
Analysts = Annotated[
    str | None,
    typer.Option(
        "--oidc-analysts",
        envvar="SAFERMAP_OIDC_ANALYSTS",
        help="Values of it that make an analyst, with commas between.",
    ),
]


@dataclass(frozen=True)
class OidcSettings:
    """An identity provider, and the values of a claim that give an account a role."""

    issuer: str
    client_id: str
    secret: str = field(repr=False)
    claim: str
    partners: frozenset[str]
    analysts: frozenset[str]

    @property
    def roles(self) -> dict[Role, frozenset[str]]:
        """The values that give each role, the role that sees most first."""
        return {"analyst": self.analysts, "partner": self.partners}

    @property
    def mark(self) -> str:
        """Tells these settings from others; a session begun under others is over."""
        told = json.dumps(asdict(self) | {"secret": None}, default=sorted, sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()[:16]


def oidc_settings(
    *,
    issuer: str | None,
    client_id: str | None,
    secret: str | None,
    secret_file: Path | None,
    claim: str,
    partners: str | None,
    analysts: str | None,
) -> OidcSettings | None:
    """What was given, checked; None where nothing was.

    Raises AccessError where a part is missing, or is not as it must be.
    """
    if not any((issuer, client_id, secret, secret_file, partners, analysts)):
        return None
    by_role = [_values(text) for text in (partners, analysts)]
    given = {
        "--oidc-issuer": issuer,
        "--oidc-client-id": client_id,
        f"{SECRET} or --oidc-client-secret-file": secret or secret_file,
        "--oidc-partners or --oidc-analysts": any(by_role),
    }
    if missing := [name for name, value in given.items() if not value]:
        raise AccessError(
            f"For signing in with work accounts there is no {', no '.join(missing)}. Give all of "
            f"{', '.join(given)}, or none."
        )
    if secret and secret_file:
        raise AccessError(f"Give {SECRET} or --oidc-client-secret-file, not both.")
    if both := sorted(by_role[0] & by_role[1]):
        raise AccessError(f"'{both[0]}' is among --oidc-partners and --oidc-analysts. Choose one.")
    if find_spec("authlib") is None:
        raise AccessError(
            "Signing in with work accounts needs the package Authlib: "
            "pip install 'safermap[oidc]' brings it."
        )
    secret = secret or _secret_in(secret_file)
    return OidcSettings(_checked(issuer or ""), client_id or "", secret, claim, *by_role)


def _values(text: str | None) -> frozenset[str]:
    return frozenset(part for one in (text or "").split(",") if (part := one.strip()))


def _checked(issuer: str) -> str:
    if not _secure(issuer):
        raise AccessError(
            f"--oidc-issuer must be an https address such as "
            f"https://login.microsoftonline.com/TENANT/v2.0, not '{issuer}'."
        )
    return issuer


def _secure(issuer: str) -> bool:
    """Whether nobody between can change what it answers: by https, or on this machine."""
    try:
        parts = urlsplit(issuer)
    except ValueError:
        return False
    here = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "::1", "localhost")
    plain = not (parts.query or parts.fragment or parts.username)
    return plain and bool(parts.hostname) and (parts.scheme == "https" or here)


def _secret_in(path: Path | None) -> str:
    try:
        text = path.read_text(encoding="utf-8").strip() if path else ""
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise AccessError(f"{path} cannot be read: {reason}.") from error
    if not text:
        raise AccessError(f"{path} is empty. It must hold the secret that the provider gave.")
    return text
