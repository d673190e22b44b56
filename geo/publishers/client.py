"""The one HTTP client: tries again, waits as it is told, stays on the web, reads with limits."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode
from urllib.request import getproxies, proxy_bypass

import orjson
import urllib3
from urllib3 import exceptions

from geo.errors import FetchError
from geo.publishers.addresses import Addresses, Entry
from geo.publishers.cache import Cache
from geo.publishers.failures import not_expected, of_network, of_status

AGENT = "safermap (open data for community safety partnerships)"
LARGEST_JSON = 512 * 1024 * 1024
LONGEST_GET = 4000  # the police API takes no longer address than 4,094 characters
_AGAIN = frozenset({429, 502, 503, 504})
_CUT = (exceptions.HTTPError, OSError)

Progress = Callable[[str, int, int | None], None]
"""Told what is being fetched, how much is there, and how much it will be where that is known."""


class Client:
    """Asks publishers: `open` for a stream, `json` for a small answer."""

    def __init__(
        self, addresses: Addresses, cache: Cache, progress: Progress = lambda *_: None
    ) -> None:
        self.addresses = addresses
        self.cache = cache
        self.progress = progress
        self._pools: dict[str | None, urllib3.PoolManager] = {}
        self._due: dict[str, float] = {}
        self._lock = threading.Lock()

    @contextmanager
    def open(
        self, entry: Entry, url: str, headers: Mapping[str, str] | None = None,
        *, body: str | None = None, also: frozenset[int] = frozenset(), patient: bool = True,
    ) -> Iterator[urllib3.BaseHTTPResponse]:  # fmt: skip
        """An answer whose body is still to be read: status 200, or one of `also`.

        With `body` the form is posted. Not `patient`: a 503 that names no time to wait is not
        tried again. Raises FetchError for anything else.
        """
        self._pace(entry)
        sent = {"User-Agent": AGENT, **(headers or {})}
        if body is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            response = self._pool(url).request(
                "GET" if body is None else "POST",
                url,
                body=body,
                headers=sent,
                retries=self._retry(patient=patient),
                preload_content=False,
                timeout=self._timeout(),
            )
        except exceptions.HTTPError as error:
            raise of_network(error, entry, url) from error
        try:
            if response.status != 200 and response.status not in also:
                raise of_status(response.status, entry, url)
            yield response
        finally:
            response.close()  # an unread body is left, not drained
            response.release_conn()

    def json(
        self, entry: Entry, url: str, query: Mapping[str, object] | None = None,
        *, patient: bool = True,
    ) -> Any:  # noqa: ANN401  # fmt: skip
        """A small answer, parsed. A long query is posted. Raises FetchError."""
        text = urlencode(query or {})
        full = f"{url}?{text}" if text else url
        body = text if len(full) > LONGEST_GET else None
        asked = full if body is None else url
        cut: Exception | None = None
        for attempt in range(self.addresses.manners.tries):
            if attempt:
                self.wait(attempt)
            accept = {"Accept": "application/json", "Accept-Encoding": "gzip"}
            with self.open(entry, asked, accept, body=body, patient=patient) as response:
                try:
                    content = _read(response, entry, asked)
                except _CUT as error:
                    cut = error
                    continue
            try:
                return orjson.loads(content)
            except orjson.JSONDecodeError as error:
                if content.lstrip()[:1] not in (b"{", b"["):
                    raise not_expected(entry, asked, "JSON", content[:500]) from error
                cut = error
        raise FetchError(
            f"The answer of {entry.publisher.name} to {asked[:200]} was cut off at every try; try "
            "again later."
        ) from cut

    def wait(self, attempt: int) -> None:
        """Back off before the next try: twice as long each time."""
        manners = self.addresses.manners
        time.sleep(min(manners.longest_wait, manners.back_off * 2 ** (attempt - 1)))

    def _timeout(self) -> urllib3.Timeout:
        timeout = self.addresses.manners.timeout
        return urllib3.Timeout(connect=min(20, timeout), read=timeout)

    def _retry(self, *, patient: bool) -> urllib3.Retry:
        manners = self.addresses.manners
        return urllib3.Retry(
            total=100,  # by kind below; without a total a 503 with Retry-After would not be
            connect=min(2, manners.tries - 1),  # no network does not come back within seconds
            read=manners.tries - 1,
            status=manners.tries - 1,
            other=0,
            redirect=5,
            allowed_methods=frozenset({"GET", "POST"}),  # what is posted here only asks
            status_forcelist=_AGAIN if patient else _AGAIN - {503},
            backoff_factor=manners.back_off,
            backoff_max=manners.longest_wait,
            retry_after_max=int(manners.longest_wait),
            raise_on_status=False,
        )

    def _pool(self, url: str) -> urllib3.PoolManager:
        """Connections, through the proxy this machine is set to use, if it is."""
        parts = urllib3.util.parse_url(url)
        proxy = getproxies().get(parts.scheme or "")
        if proxy is not None and parts.host and proxy_bypass(parts.host):
            proxy = None
        if proxy not in self._pools:
            made = urllib3.ProxyManager(proxy) if proxy else urllib3.PoolManager()
            self._pools[proxy] = made
        return self._pools[proxy]

    def _pace(self, entry: Entry) -> None:
        """Wait until this publisher may be asked again."""
        publisher = entry.publisher
        with self._lock:
            now = time.monotonic()
            due = max(now, self._due.get(publisher.name, now))
            self._due[publisher.name] = due + 1 / publisher.requests_per_second
        time.sleep(due - now)


def _read(response: urllib3.BaseHTTPResponse, entry: Entry, url: str) -> bytes:
    parts, size = [], 0
    for chunk in response.stream(1 << 16, decode_content=True):
        size += len(chunk)
        if size > LARGEST_JSON:
            raise FetchError(
                f"The answer of {entry.publisher.name} to {url[:200]} is larger than "
                f"{LARGEST_JSON >> 20} MiB."
            )
        parts.append(chunk)
    return b"".join(parts)
