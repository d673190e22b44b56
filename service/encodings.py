"""How answers are packed on their way: brotli for browsers, gzip for whoever has no brotli."""

from collections.abc import Callable, Mapping
from functools import lru_cache, partial

import brotli
from isal import isal_zlib

_GZIP = 31  # the window of a gzip stream, as zlib numbers it
_WORTH_PACKING = 1024

ENCODINGS: Mapping[str, Callable[[bytes], bytes]] = {
    "br": partial(brotli.compress, quality=5),
    "gzip": partial(isal_zlib.compress, level=2, wbits=_GZIP),
}
"""The better first. Both give the same bytes for the same content."""


def packed(content: bytes, encoding: str | None) -> tuple[bytes, str | None]:
    """Content in an encoding, and the encoding; as it is where there is little of it."""
    if encoding is None or len(content) < _WORTH_PACKING:
        return content, None
    return ENCODINGS[encoding](content), encoding


@lru_cache(maxsize=256)
def wanted_encoding(header: str) -> str | None:
    """The encoding that an Accept-Encoding header likes best (RFC 9110, 12.5.3); None for none."""
    qualities = dict(_quality(part) for part in header.lower().split(","))
    others = qualities.get("*", 0.0)
    liking = {name: qualities.get(name, others) for name in ENCODINGS}
    best = max(liking, key=lambda name: liking[name])  # the first of equals
    return best if liking[best] > 0 and liking[best] >= qualities.get("identity", 0.0) else None


def _quality(part: str) -> tuple[str, float]:
    name, _, weight = part.replace(" ", "").partition(";q=")
    try:
        return name, float(weight or 1)
    except ValueError:
        return name, 0.0
