"""A file as it goes over the wire: from disk in pieces, whole or in ranges."""

import shutil
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import Response, StreamingResponse
from starlette.types import Scope

from service.files import File
from service.ranges import Range, read_ranges
from service.responses import json_response, last_modified, unchanged

PIECE = 256 * 1024  # bytes in memory for each client


@dataclass(frozen=True)
class FileBody:
    """An answer that is a file on disk. It holds the file, so that it stays until it is sent."""

    file: File
    media_type: str
    headers: Mapping[str, str]
    modified: datetime | None

    def save(self, path: Path) -> None:
        """Copy the file to a path. Raises OSError where it cannot be."""
        shutil.copyfile(self.file.path, path)

    def respond(self, scope: Scope) -> Response:
        """The whole file, the ranges asked for, or 304 where the client has it already."""
        asked, size = Headers(scope=scope), self.file.size
        headers = {
            **self.headers,
            **last_modified(self.modified),
            "ETag": f'"{self.file.tag}"',
            "Cache-Control": "no-cache",
            "Vary": "Accept",
            "Accept-Ranges": "bytes",
        }
        if unchanged(asked, headers):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        if scope["method"] == "HEAD":
            headers["Content-Length"] = str(size)
            return Response(headers=headers, media_type=self.media_type)
        ranges = self._ranges(asked, headers)
        if ranges is None:
            return self._send([(0, size)], headers)
        if not ranges:
            return _not_in_the_file(size, headers)
        if len(ranges) > 1:
            return self._send_several(ranges, headers)
        [(start, end)] = ranges
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
        return self._send(ranges, headers, HTTPStatus.PARTIAL_CONTENT)

    def _ranges(self, asked: Headers, headers: Mapping[str, str]) -> list[Range] | None:
        """None where the whole is to be sent, also where the client has some of another file."""
        if "range" not in asked:
            return None
        known = (headers["ETag"], headers.get("Last-Modified"))
        if "if-range" in asked and asked["if-range"] not in known:
            return None
        return read_ranges(asked["range"], self.file.size)

    def _send(
        self, ranges: list[Range], headers: dict[str, str], status: HTTPStatus = HTTPStatus.OK
    ) -> Response:
        headers["Content-Length"] = str(sum(end - start for start, end in ranges))
        parts = [(b"", part) for part in ranges]
        return StreamingResponse(_pieces(self.file, parts), status, headers, self.media_type)

    def _send_several(self, ranges: list[Range], headers: dict[str, str]) -> Response:
        """Each range with a head of its own (RFC 9110, 14.6)."""
        mark, parts = f"safermap-{self.file.tag}", []
        for start, end in ranges:
            head = (
                f"\r\n--{mark}\r\nContent-Type: {self.media_type}\r\n"
                f"Content-Range: bytes {start}-{end - 1}/{self.file.size}\r\n\r\n"
            )
            parts.append((head.encode(), (start, end)))
        parts.append((f"\r\n--{mark}--\r\n".encode(), (0, 0)))
        length = sum(len(head) + end - start for head, (start, end) in parts)
        headers["Content-Length"] = str(length)
        media = f"multipart/byteranges; boundary={mark}"
        return StreamingResponse(
            _pieces(self.file, parts), HTTPStatus.PARTIAL_CONTENT, headers, media
        )


async def _pieces(file: File, parts: list[tuple[bytes, Range]]) -> AsyncIterator[bytes]:
    """Each head with the range after it, in pieces."""
    with file.path.open("rb", buffering=0) as opened:
        for head, (start, end) in parts:
            if head:
                yield head
            opened.seek(start)
            left = end - start
            while left:
                piece = await run_in_threadpool(opened.read, min(PIECE, left))
                if not piece:
                    raise OSError(f"{file.path} is shorter than it was")
                left -= len(piece)
                yield piece


def _not_in_the_file(size: int, headers: dict[str, str]) -> Response:
    status = HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
    detail = f"The file has {size:,} bytes, and the range asked for is not in it."
    body = {"type": "about:blank", "title": status.phrase, "status": status, "detail": detail}
    told = {name: headers[name] for name in ("ETag", "Accept-Ranges")}
    told |= {"Content-Range": f"bytes */{size}", "Cache-Control": "no-store"}
    return json_response(body, status, "application/problem+json", told)
