"""A server on this machine that answers as the publishers do, on good days and bad ones."""

import json
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import shapely


@dataclass(frozen=True)
class Asked:
    """One request."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]


@dataclass
class Reply:
    """One answer. `cut`: bytes after which the line goes dead; `pause`: seconds between
    pieces; `before`: seconds before it begins."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None
    pause: float = 0
    before: float = 0
    chunked: bool = False  # the body says itself where it ends

    @classmethod
    def of(cls, content: object, status: int = 200) -> "Reply":
        return cls(json.dumps(content).encode(), status, {"Content-Type": "application/json"})


Answer = Callable[[Asked], Reply]


class PublisherServer:
    """Answers by the beginning of the path; keeps what it was asked."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.answers: dict[str, Answer] = {}
        self.asked: list[Asked] = []

    def answer(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        for start in sorted(self.answers, key=len, reverse=True):
            if asked.path.startswith(start):
                return self.answers[start](asked)
        return Reply(b"nothing here", 404)

    def in_turn(self, path: str, *replies: Reply | Answer) -> None:
        """Give these one after the other, and the last one from then on."""
        left = list(replies)

        def answer(asked: Asked) -> Reply:
            reply = left.pop(0) if len(left) > 1 else left[0]
            return reply if isinstance(reply, Reply) else reply(asked)

        self.answers[path] = answer


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else every kept connection waits 40 ms an answer
    publisher: PublisherServer

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        text = parts.query
        if self.command == "POST":
            text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        query = dict(parse_qsl(text, keep_blank_values=True))
        reply = self.publisher.answer(Asked(self.command, parts.path, query, dict(self.headers)))
        time.sleep(reply.before)
        self.send_response(reply.status)
        if reply.chunked:
            self.send_header("Transfer-Encoding", "chunked")
        elif reply.status != 304:
            self.send_header("Content-Length", str(len(reply.body)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        body = reply.body if reply.cut is None else reply.body[: reply.cut]
        size = 4096 if reply.pause else max(1, len(body))
        try:
            for start in range(0, len(body), size):
                self.wfile.write(body[start : start + size])
                self.wfile.flush()
                time.sleep(reply.pause)
        except OSError:
            self.close_connection = True  # whoever asked has gone
        if reply.cut is not None:
            self.close_connection = True

    do_POST = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A connection that is broken off is no news."""


@contextmanager
def serving() -> Iterator[PublisherServer]:
    handler = type("Handler", (_Handler,), {})
    server = _Server(("127.0.0.1", 0), handler)
    handler.publisher = PublisherServer(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield handler.publisher
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class File:
    """A file as a web server offers it; `cuts`: after how many bytes each answer breaks off."""

    body: bytes
    etag: str | None = '"one"'
    modified: str | None = None
    ranges: bool = True
    cuts: list[int] = field(default_factory=list)
    pause: float = 0

    def __call__(self, asked: Asked) -> Reply:
        headers = {"Content-Type": "application/octet-stream"}
        if self.etag:
            headers["ETag"] = self.etag
        if self.modified:
            headers["Last-Modified"] = self.modified
        if self.etag and asked.headers.get("If-None-Match") == self.etag:
            return Reply(status=304, headers=headers)
        if self.modified and asked.headers.get("If-Modified-Since") == self.modified:
            return Reply(status=304, headers=headers)
        cut = self.cuts.pop(0) if self.cuts else None
        wanted = re.fullmatch(r"bytes=(\d+)-", asked.headers.get("Range", ""))
        same = asked.headers.get("If-Range") in (self.etag, self.modified)
        if not (wanted and self.ranges and same):
            return Reply(self.body, 200, headers, cut, self.pause)
        start = int(wanted[1])
        if start >= len(self.body):
            return Reply(b"", 416, {"Content-Range": f"bytes */{len(self.body)}"})
        headers["Content-Range"] = f"bytes {start}-{len(self.body) - 1}/{len(self.body)}"
        return Reply(self.body[start:], 206, headers, cut, self.pause)


@dataclass
class ArcGis:
    """A layer of a feature service: its rows, and squares for outlines."""

    rows: list[dict[str, Any]]
    at_once: int = 2000
    edited: int | None = 1700000000000

    def __call__(self, asked: Asked) -> Reply:
        query = asked.query
        if not asked.path.endswith("/query"):
            return Reply.of(self._layer())
        found = self._where(query["where"])
        if query.get("returnCountOnly") == "true":
            return Reply.of({"count": len(found)})
        start = int(query["resultOffset"])
        stop = start + min(self.at_once, int(query["resultRecordCount"]))
        more = stop < len(found)
        if query["f"] == "json":
            rows = [{"attributes": row} for row in found[start:stop]]
            return Reply.of({"features": rows, "exceededTransferLimit": more})
        features = [
            {"type": "Feature", "id": row["FID"], "geometry": self._square(row), "properties": row}
            for row in found[start:stop]
        ]
        answer: dict[str, Any] = {"type": "FeatureCollection", "features": features}
        if more:
            answer["properties"] = {"exceededTransferLimit": True}
        return Reply.of(answer)

    def _layer(self) -> dict[str, Any]:
        names = list(self.rows[0])
        kinds = {"FID": "esriFieldTypeOID"}
        fields = [{"name": name, "type": kinds.get(name, "esriFieldTypeString")} for name in names]
        editing = {"editingInfo": {"lastEditDate": self.edited}} if self.edited else {}
        return {"name": "layer", "fields": fields, "maxRecordCount": self.at_once, **editing}

    def _where(self, where: str) -> list[dict[str, Any]]:
        if where == "1=1":
            return self.rows
        match = re.fullmatch(r"(\w+) IN \(('\w+'(?:,'\w+')*)\)", where)
        assert match is not None, where
        wanted = set(match[2].replace("'", "").split(","))
        return [row for row in self.rows if row[match[1]] in wanted]

    @staticmethod
    def _square(row: dict[str, Any]) -> dict[str, Any]:
        x, y = -3 + row["FID"] * 0.001, 52.5
        ring = [[x, y], [x + 0.001, y], [x + 0.001, y + 0.001], [x, y + 0.001], [x, y]]
        return {"type": "Polygon", "coordinates": [ring]}


@dataclass
class PoliceApi:
    """The API over some crimes of one month; more than `most` in a polygon is a 503."""

    crimes: list[dict[str, Any]]
    month: str = "2026-06"
    most: int = 10_000
    polygons: list[shapely.Polygon] = field(default_factory=list)
    given: Counter[int] = field(default_factory=Counter)

    NAMES = {  # noqa: RUF012
        "all-crime": "All crime",
        "anti-social-behaviour": "Anti-social behaviour",
        "bicycle-theft": "Bicycle theft",
        "burglary": "Burglary",
        "criminal-damage-arson": "Criminal damage and arson",
        "drugs": "Drugs",
        "other-crime": "Other crime",
        "other-theft": "Other theft",
        "possession-of-weapons": "Possession of weapons",
        "public-order": "Public order",
        "robbery": "Robbery",
        "shoplifting": "Shoplifting",
        "theft-from-the-person": "Theft from the person",
        "vehicle-crime": "Vehicle crime",
        "violent-crime": "Violence and sexual offences",
    }

    def __call__(self, asked: Asked) -> Reply:
        last = asked.path.rsplit("/", 1)[-1]
        if last == "crimes-street-dates":
            return Reply.of([{"date": self.month, "stop-and-search": ["west-mercia"]}])
        if last == "crime-last-updated":
            return Reply.of({"date": f"{self.month}-01"})
        if last == "crime-categories":
            return Reply.of([{"url": url, "name": name} for url, name in self.NAMES.items()])
        assert last == "all-crime", asked.path
        assert asked.query["date"] == self.month
        corners = [tuple(map(float, pair.split(","))) for pair in asked.query["poly"].split(":")]
        polygon = shapely.Polygon([(lon, lat) for lat, lon in corners])
        self.polygons.append(polygon)
        found = [crime for crime in self.crimes if self._in(polygon, crime)]
        if len(found) > self.most:
            return Reply(b"", 503)
        self.given.update(crime["id"] for crime in found)
        return Reply.of(found)

    @staticmethod
    def _in(polygon: shapely.Polygon, crime: dict[str, Any]) -> bool:
        place = crime["location"]
        if place is None:
            return False
        point = shapely.Point(float(place["longitude"]), float(place["latitude"]))
        return bool(polygon.contains(point))  # a point on the line is not within
