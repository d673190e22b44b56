# ruff: noqa: E501  lists of what is asked read best as they are
"""Requests right and wrong, drawn by a seed: addresses, parameters, headers, sessions, bodies."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from geo.offences import THEMES
from layers.registry import all_layers
from service.formats import FORMATS

LAYERS = [*all_layers()]
TOWNS = ("oswestry", "shrewsbury", "ludlow", "bishops-castle", "nowhere", "Ludlow%20", "..")
IDS = ("E01028946", "E01028826", "oswestry", "rural", "nothing", "%00", "a" * 300)
BASES = [
    "/", "/about", "/towns", "/rural", "/business", "/deprivation", "/strategy", "/compare",
    "/collections", "/dictionary", "/search", "/conformance", "/api", "/feed", "/health", "/ready",
    "/metrics", "/qgis/project.qgs", "/static/folium.js", "/static/joined/maps.js", "/static/map.js",
    "/static/../service/app.py", "/static/%2e%2e/%2e%2e/etc/passwd", "/login", "/logout",
    "/login/oidc", "/login/oidc/callback", "/uploads", "/uploads/load", "/uploads/discard",
    "//elsewhere.example/", "/nowhere", "/%00", "/%ff%fe", "/" + "x" * 9000, "/;/..;/", "*",
]  # fmt: skip
BELOW = (
    "", "/items", "/items", "/items", "/items/{id}", "/queryables", "/style",
    "/tiles/WebMercatorQuad", "/tiles/WebMercatorQuad/{z}/{y}/{x}", "/nothing",
)  # fmt: skip
NASTY = [
    "", "0", "-1", "1e999", "NaN", "null", "999999999999999999999", "' OR 1=1 --", "../../etc/passwd",
    "<script>alert(1)</script>", "{{7*7}}", "%00", "\u202e\u2066", "\U0001f4a5", "é", "a\r\nX-A: b",
    "A" * 5000, "count>" * 500, "(" * 2000, "NOT " * 900 + "count>1", "%", "%zz", "%c0%af", "[]",
]  # fmt: skip
GOOD: Mapping[str, tuple[str, ...]] = {
    "f": (*FORMATS, "html", "json", "jsonfg", "schemaorg", "qml", "sld", "pdf", "mvt"),
    "theme": (*THEMES, "drugs", "robbery"),
    "town": TOWNS[:4],
    "place": ("rural", "urban"),
    "datetime": ("2015-04/2016-03", "2014-01", "2015-01/..", "../2014-12", "2014-01/2016-03"),
    "limit": ("1", "10", "1000", "10000"),
    "offset": ("0", "5", "190", "100000"),
    "bbox": ("-3,52.4,-2.5,52.9", "-2.79,52.68,-2.71,52.73", "170,-10,-170,10", "1,2,3,4,5,6"),
    "bbox-crs": ("http://www.opengis.net/def/crs/EPSG/0/27700",),
    "crs": ("http://www.opengis.net/def/crs/EPSG/0/27700", "http://www.opengis.net/def/crs/OGC/1.3/CRS84"),
    "properties": ("count", "count,rate", "name"),
    "sortby": ("-count", "name"),
    "filter": ("count>3", "count>3 AND name LIKE 'O%'", "count IS NULL", "rate BETWEEN 1 AND 9"),
    "filter-lang": ("cql2-text", "cql2-json"),
    "q": ("oswestry", "SY11", "E01028946", "high street"),
    "rates": ("smoothed", "recorded"),
    "compare": ("2014-01/2014-12",),
    "source": ("drawn",),
    "next": ("/rural", "//elsewhere.example", "/\\elsewhere"),
    "nothing": ("1",),
}  # fmt: skip
HEADERS: Mapping[str, tuple[str, ...]] = {
    "Accept": ("text/html", "*/*", "application/json", "application/geopackage+sqlite3", "a/b;q=x",
               "text/html;q=0,*/*;q=0", ";;;,", "x" * 3000),
    "Accept-Encoding": ("gzip", "br", "identity", "gzip;q=0", "*;q=0", "br;q=1.5,gzip", "\xff"),
    "Range": ("bytes=0-99", "bytes=-5", "bytes=5-1", "bytes=0-0,5-9,2-3", "bytes=" + "0-1," * 999,
              "lines=1-2", "bytes=999999999999999999999-"),
    "If-None-Match": ("*", '"x"', 'W/"x", "y"', "x" * 4000), "If-Match": ("*", '"x"'),
    "If-Range": ('"x"', "Wed, 21 Oct 2015 07:28:00 GMT"),
    "If-Modified-Since": ("Wed, 21 Oct 2015 07:28:00 GMT", "Wed, 21 Oct 2065 07:28:00 GMT", "-1"),
    "If-Unmodified-Since": ("yesterday",),
    "Forwarded": ("for=1.2.3.4;proto=https;host=elsewhere.example", "for=\"[::\""),
    "X-Forwarded-For": ("1.2.3.4", "::1, 127.0.0.1", "\xe9", "x" * 2000),
    "X-Forwarded-Proto": ("https", "gopher", ""),
    "X-Forwarded-Host": ("elsewhere.example",), "X-Original-URL": ("/metrics",),
    "X-HTTP-Method-Override": ("DELETE",), "X-Request-ID": ("abcdefgh1", "a b\t", "x" * 500),
    "Origin": ("https://elsewhere.example", "null", "http://localhost"),
    "Sec-Fetch-Site": ("cross-site", "same-origin"), "Referer": ("javascript:alert(1)",),
    "Content-Type": ("application/x-www-form-urlencoded", "multipart/form-data", "application/json",
                     "multipart/form-data; boundary=" + "b" * 300, "text/plain; charset=nothing"),
    "Expect": ("100-continue",), "Upgrade": ("websocket", "h2c"), "TE": ("trailers",),
    "Connection": ("close", "keep-alive, upgrade", "Authorization"),
}  # fmt: skip
HOSTS = (
    "localhost",
    "127.0.0.1",
    "elsewhere.example",
    "localhost:99999",
    "[::1",
    "a" * 300,
    "\xe9",
)
METHODS = ("GET",) * 30 + ("HEAD",) * 3 + (
    "POST", "POST", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "CONNECT",
)  # fmt: skip
BROKEN = (
    b"\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: elsewhere.example\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost : localhost\r\n\r\n", b"GET /\x00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nX: a\x00b\r\n\r\n", b"GET / HTTP/1.1\nHost: localhost\n\n",
    b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n\r\ntoken=x",
    b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\ntoken=xGET / HTTP/1.1\r\n\r\n",
    b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: -3\r\n\r\n",
    b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST /login HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
    b"POST /login HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
    b"POST /login HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: xchunked\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: y\r\n" * 8000 + b"\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"y" * 70_000 + b"\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" * 20,
    b"GET http://elsewhere.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
)  # fmt: skip
RAW, UPLOAD, BODY = 0.02, 0.01, 0.04
UPLOADED = 20_000  # bytes of one at most
BOUNDARY = "hostile"


@dataclass(frozen=True)
class Drawn:
    """One request: its bytes, its method, and in which role it is answered; raw where no answer need come."""

    content: bytes
    method: str
    role: str
    raw: bool = False


class Draw:
    """Draws requests. `credentials`: header lines and the role that each of them gives."""

    def __init__(self, seed: int, credentials: list[tuple[str, str]]) -> None:
        self._draw, self._credentials = random.Random(seed), credentials  # noqa: S311

    def request(self) -> Drawn:
        """One more."""
        draw = self._draw
        chance = draw.random()
        if chance < RAW:
            return Drawn(self._broken(), "RAW", "public", raw=True)
        credential, role = draw.choice(self._credentials)
        headers = {
            name: draw.choice(HEADERS[name])
            for name in draw.sample([*HEADERS], k=draw.choice((0, 1, 1, 2, 4)))
        }
        method, body = draw.choice(METHODS), b""
        if chance < RAW + UPLOAD:
            method, path = "POST", draw.choice(("/uploads", "/uploads/load", "/uploads/discard"))
            body = self._uploaded()
            headers |= {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        elif chance < RAW + UPLOAD + BODY:
            method, path = "POST", draw.choice(("/login", "/logout", "/login"))
            body = self._form()
            headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
        else:
            path = self._path()
        if role == "analyst" and path.startswith("/uploads/load"):
            credential, role = "", "public"  # a version that is loaded begins with empty caches
        headers.setdefault("Accept-Encoding", "gzip")
        if body or method not in ("GET", "HEAD"):
            headers["Content-Length"] = str(len(body))
            headers.setdefault("Origin", "http://localhost")
        headers.pop("Expect", None) if method in ("GET", "HEAD") else None
        host = "localhost" if draw.random() < 0.95 else draw.choice(HOSTS)
        lines = [f"{method} {path} HTTP/1.1", f"Host: {host}"]
        lines += [f"{name}: {value}" for name, value in headers.items()] + [credential] * bool(
            credential
        )
        head = "\r\n".join(lines).encode("latin-1", "replace")
        return Drawn(head + b"\r\n\r\n" + body, method, role)

    def _path(self) -> str:
        draw = self._draw
        kind = draw.random()
        if kind < 0.3:
            path = draw.choice(BASES)
        elif kind < 0.4:
            path = f"/towns/{draw.choice(TOWNS)}{'/briefing' if draw.random() < 0.03 else ''}"
        else:
            below = draw.choice(BELOW).format(
                id=draw.choice(IDS), z=draw.choice((8, 10, 0, 30, "x")),
                y=draw.choice((84, 335, 0, -1)), x=draw.choice((125, 126, 503, 10**9)),
            )  # fmt: skip
            path = f"/collections/{draw.choice((*LAYERS, 'nothing'))}{below}"
        asked = [self._parameter() for _ in range(draw.choice((0, 0, 1, 1, 2, 3)))]
        if draw.random() < 0.02:
            asked *= draw.choice((2, 40))
        return path + ("?" + "&".join(asked) if asked else "")

    def _parameter(self) -> str:
        draw = self._draw
        name = draw.choice([*GOOD])
        # Files and tiles of a whole layer cost a thousand times what others do.
        value = (
            draw.choice(GOOD[name])
            if name != "f" or draw.random() < 0.2
            else draw.choice(("geojson", "csv", "html"))
        )
        if draw.random() < 0.25:
            value = draw.choice(NASTY)
        if draw.random() < 0.02:
            return draw.choice(("&", "=", f"{name}", f"{name}[]=1", f"%00={quote(value)}", "%=%"))
        safe = "%" if value.startswith("%") else ""
        return f"{quote(name)}={quote(value, safe=safe)}"

    def _form(self) -> bytes:
        draw = self._draw
        token = draw.choice(("safermap_00000000_" + "x" * 43, *NASTY))
        found = f"token={quote(token)}&next={quote(draw.choice(GOOD['next']))}".encode()
        return draw.choice(
            (found, found, found * 30, b"\x00\xff" * 50, b"&" * 3000, b"token=x" * 9000, b"")
        )

    def _uploaded(self) -> bytes:
        draw = self._draw
        rows = b"incident_id,date,time,offence,easting,northing,location\n"
        rows += b"A1,2015-01-01,10:00,drugs,349132,312545,=cmd|' /C calc'!A1\n" * draw.randrange(40)
        content = draw.choice(
            (rows, draw.randbytes(draw.randrange(UPLOADED)), b"PK\x03\x04" * 90, b"")
        )
        name = draw.choice(("a.csv", "../../a.csv", "a\x00.zip", "a" * 400 + ".csv", '"; x="'))
        part = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{{}}"'
        found = f"{part.format('source')}\r\n\r\n{draw.choice(('drawn', *NASTY))}\r\n".encode()
        found += f'{part.format("file")}; filename="{name}"\r\n\r\n'.encode() + content
        return found + (f"\r\n--{BOUNDARY}--\r\n".encode() if draw.random() < 0.9 else b"")

    def _broken(self) -> bytes:
        draw = self._draw
        if draw.random() < 0.3:
            return draw.randbytes(draw.randrange(1, 400))
        found = bytearray(draw.choice(BROKEN))
        if draw.random() < 0.3:
            found[draw.randrange(len(found))] = draw.randrange(256)
        return bytes(found)
