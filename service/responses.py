"""Bytes made once in each encoding, with a strong ETag for each."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import cached_property
from http import HTTPStatus
from pathlib import Path
from typing import Any

import orjson
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Scope

from service.encodings import packed, wanted_encoding


@dataclass(frozen=True)
class Body:
    """An answer as it goes over the wire, in one encoding. It never changes."""

    media_type: str
    content: bytes
    encoding: str | None
    tag: str
    headers: Mapping[str, str]

    @classmethod
    def of(
        cls, content: bytes, media_type: str, headers: Mapping[str, str] | None = None
    ) -> "Body":
        """Some content, not packed yet."""
        return cls(
            media_type, content, None, hashlib.sha256(content).hexdigest()[:20], headers or {}
        )

    def packed(self, encoding: str | None) -> "Body":
        """The same in an encoding, where packing it is worth while."""
        content, encoding = packed(self.content, encoding)
        if encoding is None:
            return self
        return replace(self, content=content, encoding=encoding, tag=f"{self.tag}-{encoding}")

    def save(self, path: Path) -> None:
        """Write the content to a path. Raises OSError where it cannot be."""
        path.write_bytes(self.content)

    def since(self, modified: datetime | None) -> "Body":
        """The same, saying since when it is so, if that is told."""
        return replace(self, headers={**self.headers, **last_modified(modified)})

    def respond(self, scope: Scope) -> Response:
        """The whole answer, or 304 where the client has it already. It is not to be changed."""
        if unchanged(Headers(scope=scope), self._told):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=self._told)
        return self._whole

    @cached_property
    def _told(self) -> Mapping[str, str]:
        """What a client is told of it, whether it has it already or not."""
        return {
            **self.headers,
            "ETag": f'"{self.tag}"',
            "Cache-Control": "no-cache",
            "Vary": "Accept, Accept-Encoding",
        }

    @cached_property
    def _whole(self) -> Response:
        packed = {} if self.encoding is None else {"Content-Encoding": self.encoding}
        return Response(self.content, media_type=self.media_type, headers={**self._told, **packed})


def encoding_of(scope: Scope) -> str | None:
    """How a request likes its answer packed; None where not at all."""
    return wanted_encoding(Headers(scope=scope).get("accept-encoding", ""))


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
