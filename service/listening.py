"""Where the service listens, and to whom it may answer there."""

import ipaddress
import socket
from functools import lru_cache

from geo.errors import AccessError, SafermapError

UNREAD_MILLISECONDS = 60_000
"""After which the system drops a client that takes nothing of what is on its way to it."""
UNSENT_BYTES = 128 * 1024
"""What the system takes of an answer beyond what is on its way: more, and a client that reads
slowly would look as if it did not read."""
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
        if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux; sockets that are accepted have it too
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_MILLISECONDS)
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES)
        listening.bind((host, port))
        listening.listen(2048)
    except (OSError, OverflowError) as error:
        listening.close()
        reason = error.strerror if isinstance(error, OSError) else str(error).rstrip(".")
        raise SafermapError(
            f"Cannot listen on {host} port {port}: {reason}. Choose another with --port."
        ) from error
    return listening


@lru_cache(1024)
def on_this_machine(host: str) -> bool:
    """Whether an address can be reached from this machine alone."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def refuse_exposure(host: str, *, access: bool, public: bool) -> None:
    """On an address that other machines reach, it must be said who sees what.

    Raises AccessError where it is not.
    """
    if not (access or public or on_this_machine(host)):
        raise AccessError(
            f"Other machines reach {host}, and it is not said who may see what there. Make a token "
            "with safermap token create and give --access with its folder; or show everybody what "
            "is public, with --public; or leave out --host."
        )
