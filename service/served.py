"""What is served: the datasets as each role sees them, who is let in, and under which names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI

from geo.comparators import open_each
from geo.public.view import public_view
from geo.versions import refuse_damaged
from service.access.access import Access
from service.access.roles import ROLES, Role
from service.app import create_app
from service.audit.log import AuditLog
from service.computed import Computed
from service.listening import LOOPBACK
from service.operation.counts import Counts
from service.operation.settings import Limits
from service.site import Site
from service.tiles import Tiles
from service.uploads.settings import Uploads

ANY = ("*",)


@dataclass(frozen=True)
class Served:
    """The current datasets, open.

    `sites`: as each role sees them; one alone where no access is configured. `audit`: where
    it is recorded what is shown that is not public. `names`: those by which requests may ask for
    the service. `uploads`: what analysts load files with, if they may.
    """

    sites: Mapping[Role, Site]
    access: Access | None
    audit: AuditLog | None
    names: tuple[str, ...]
    uploads: Uploads | None = None

    @classmethod
    def open(
        cls,
        homes: Sequence[Path],
        *,
        tiles: Tiles | None = None,
        contact: str | None = None,
        access: Access | None = None,
        audit: AuditLog | None = None,
        public: bool = False,
        names: Sequence[str] = (),
        uploads: Uploads | None = None,
    ) -> "Served":
        """The current datasets under these homes, the first of which is the service's own.

        `public`: as anyone may see them, and no more; then nobody uploads anything. Raises
        DatasetError where there is none, one is damaged, or two are the same.
        """
        for home in homes:
            refuse_damaged(home)
        uploads = None if public else uploads
        if access is None:
            own, *beside = homes
            site = Site.open(own, beside, tiles, contact, public=public, uploads=bool(uploads))
            # A page elsewhere could have a name of its own lead here; partner records are not for
            # it.
            own_names = LOOPBACK if site.holds_partner_records else ANY
            allowed = (*names, *LOOPBACK) if names else own_names
            return cls({"public" if public else "analyst": site}, None, None, allowed, uploads)
        whole = open_each(homes)
        seen = [public_view(dataset) for dataset in whole]
        shown = {role: seen if public or role == "public" else whole for role in ROLES}
        computed = {id(datasets): Computed(datasets[0]) for datasets in shown.values()}
        by_role: Mapping[Role, Site] = {
            role: Site(
                own,
                beside,
                tiles,
                contact,
                role,
                computed=computed[id(shown[role])],
                uploads=bool(uploads) and role == "analyst",
            )
            for role, (own, *beside) in shown.items()
        }
        return cls(by_role, access, audit, (*names, *LOOPBACK) if names else ANY, uploads)

    @property
    def site(self) -> Site:
        """The site of whoever sees most."""
        return list(self.sites.values())[-1]

    def warm(self) -> None:
        """Make what most requests need.

        Raises DatasetError where a part of the dataset that they need is damaged.
        """
        for site in self.sites.values():
            site.warm()

    def app(self, limits: Limits, counts: Counts) -> FastAPI:
        """The application that serves it, and counts what it does with others."""
        return create_app(
            self.sites,
            self.names,
            self.access,
            self.audit,
            limits=limits,
            counts=counts,
            uploads=self.uploads,
        )
