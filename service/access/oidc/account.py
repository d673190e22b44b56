"""A work account, as far as this service knows it: a pseudonym and a role."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from service.access.oidc.settings import OidcSettings
from service.access.roles import Role, Visitor


@dataclass(frozen=True)
class Account:
    """Who signed in: twelve hexadecimal digits that stand for them alone, and their role.

    Nothing else that the provider tells of a person is kept.
    """

    number: str
    role: Role

    @property
    def visitor(self) -> Visitor:
        """Who asks, with the session of this account."""
        return Visitor(f"work account {self.number}", self.role)


def account_of(settings: OidcSettings, claims: Mapping[str, object]) -> Account:
    """The account that checked claims tell of; public where no value of the claim gives a role.

    `oid` is how Entra ID names an account in its directory; its `sub` nobody can look up there.
    """
    held = _held(settings.claim, claims)
    role: Role = next((r for r, values in settings.roles.items() if values & held), "public")
    subject = claims.get("oid") or claims["sub"]
    told = f"{settings.issuer}\n{subject}\n"
    return Account(hashlib.sha256(told.encode()).hexdigest()[:12], role)


def left_out(settings: OidcSettings, claims: Mapping[str, object]) -> bool:
    """Whether the provider holds the claim back: Entra ID does, of an account in very many groups.

    OpenID Connect Core 1.0, section 5.6.2: aggregated and distributed claims.
    """
    names = claims.get("_claim_names")
    return isinstance(names, Mapping) and settings.claim in names


def _held(claim: str, claims: Mapping[str, object]) -> frozenset[str]:
    """The values an account has; an address of mail that the provider did not check is none."""
    if claim == "email" and claims.get("email_verified") is not True:
        return frozenset()
    told = claims.get(claim)
    several = told if isinstance(told, list) else [told]
    return frozenset(value for value in several if isinstance(value, str))
