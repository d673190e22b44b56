"""Where the service listens, and to whom it may answer there."""

import ipaddress
import socket

from geo.errors import SafermapError
from service.site import Site

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def listen(host: str, port: int) -> socket.socket:
    """A socket on the address, before anyone is told of it.

    Raises SafermapError where the address is taken or cannot be had.
    """
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


def hosts_of(site: Site) -> tuple[str, ...]:
    """The names by which requests may ask for a site.

    A page elsewhere could have a name of its own lead here; partner records are not for it.
    """
    return LOOPBACK if site.holds_partner_records else ("*",)


def refuse_exposure(site: Site, host: str) -> None:
    """Partner records stay on this machine until access can be configured.

    Raises SafermapError where they would be served on another address.
    """
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if site.holds_partner_records and not loopback:
        names = [
            f"{source.name} ({dataset.area})"
            for dataset in site.datasets
            for source in dataset.sources
            if source.sensitivity == "partner"
        ]
        are = "are partners' extracts" if len(names) > 1 else "is a partner's extract"
        raise SafermapError(
            f"{' and '.join(names)} {are} with small counts unhidden and may be served on this "
            f"machine only. Leave out --host {host}, or show what is public with --public."
        )
