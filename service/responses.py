"""Bytes made once, compressed once, with a strong ETag for each encoding."""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

import orjson
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Scope

_WORTH_COMPRESSING = 1024


@dataclass(frozen=True)
class Body:
    """An answer as it goes over the wire, plain and compressed. It never changes."""

    media_type: str
    plain: bytes
    packed: bytes | None
    tag: str
    headers: Mapping[str, str]

    @classmethod
    def of(
        cls, content: bytes, media_type: str, headers: Mapping[str, str] | None = None
    ) -> "Body":
        """Compress and tag some content."""
        packed = gzip.compress(content, 6, mtime=0) if len(content) >= _WORTH_COMPRESSING else None
        tag = hashlib.sha256(content).hexdigest()[:20]
        return cls(media_type, content, packed, tag, headers or {})

    @property
    def size(self) -> int:
        """Bytes held in memory."""
        return len(self.plain) + len(self.packed or b"")

    def save(self, path: Path) -> None:
        """Write the plain content to a path. Raises OSError where it cannot be."""
        path.write_bytes(self.plain)

    def since(self, modified: datetime | None) -> "Body":
        """The same, saying since when it is so, if that is told."""
        return replace(self, headers={**self.headers, **last_modified(modified)})

    def respond(self, scope: Scope) -> Response:
        """The whole answer, or 304 where the client has it already."""
        asked = Headers(scope=scope)
        packed = self.packed if accepts_gzip(asked.get("accept-encoding", "")) else None
        tag = f'"{self.tag}-gzip"' if packed is not None else f'"{self.tag}"'
        headers = {
            **self.headers,
            "ETag": tag,
            "Cache-Control": "no-cache",
            "Vary": "Accept, Accept-Encoding",
        }
        if unchanged(asked, headers):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        if packed is not None:
            headers["Content-Encoding"] = "gzip"
        return Response(
            self.plain if packed is None else packed, media_type=self.media_type, headers=headers
        )


def accepts_gzip(header: str) -> bool:
    """Whether an Accept-Encoding header allows gzip."""
    qualities = dict.fromkeys(("gzip", "*"), "q=0")
    for part in header.lower().replace(" ", "").split(","):
        name, _, quality = part.partition(";")
        qualities[name] = quality
    wanted = "gzip" if "gzip" in header.lower() else "*"
    return qualities[wanted] not in ("q=0", "q=0.0", "q=0.00", "q=0.000")


def last_modified(modified: datetime | None) -> dict[str, str]:
    """The header that says since when an answer is so, if that is told; in UTC."""
    return {"Last-Modified": format_datetime(modified, usegmt=True)} if modified else {}


def unchanged(asked: Headers, headers: Mapping[str, str]) -> bool:
    """Whether a client has an answer of these headers already (RFC 9110, 13.2.2).

    The time is asked only where no tag is.
    """
    if "if-none-match" in asked:
        return _matches(asked["if-none-match"], headers["ETag"])
    if "if-modified-since" not in asked or "Last-Modified" not in headers:
        return False
    try:
        had = parsedate_to_datetime(asked["if-modified-since"])
        return had >= parsedate_to_datetime(headers["Last-Modified"])
    except (TypeError, ValueError):  # no date, or one without a zone
        return False


def _matches(header: str, tag: str) -> bool:
    known = [part.strip().removeprefix("W/") for part in header.split(",")]
    return tag in known or known == ["*"]


def json_bytes(content: Any) -> bytes:  # noqa: ANN401  whatever JSON can hold
    """Content as JSON; numpy numbers are numbers."""
    return orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY)


def json_response(
    content: Any,  # noqa: ANN401
    status: int = HTTPStatus.OK,
    media_type: str = "application/json",
    headers: Mapping[str, str] | None = None,
) -> Response:
    """An answer that is not kept, such as an error or the state of the service."""
    return Response(json_bytes(content), status, headers, media_type)
