"""One file by its address: carried on where it was cut off, checked, and kept."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import urllib3
from urllib3 import exceptions

from geo.errors import FetchError
from geo.publishers.addresses import Entry
from geo.publishers.cache import Kept, Slot, read_note, sha256_of, write_note
from geo.publishers.client import Client
from geo.publishers.failures import UnreachableError, of_network

_CHUNK = 1 << 16
_MOST_TRIES = 100  # even where each try brings a few bytes more
Check = Callable[[Path, Entry, str], None]
"""Raises FetchError where a whole file is not of the kind that was wanted."""


@dataclass(frozen=True)
class Fetched:
    """A file in the cache, and what is to be said of it."""

    path: Path
    entry: Entry
    url: str
    sha256: str
    fetched: str
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, slot: Slot, kept: Kept, entry: Entry, *notes: str) -> "Fetched":
        """What a slot keeps."""
        return cls(slot.data, entry, kept.url, kept.sha256, kept.fetched, notes)


def download(
    client: Client, entry: Entry, url: str, check: Check, *, refresh: bool = False
) -> Fetched:
    """The file at an address: the kept one where it has not changed, else fetched anew.

    `refresh` asks for all of it again. Raises FetchError where there is no whole, right file in
    the end; what is there of it is kept for the next time.
    """
    with client.cache.slot(url) as slot:
        kept = slot.kept()
        if kept and not refresh:
            try:
                same = _unchanged(client, entry, url, kept)
            except UnreachableError as error:
                note = f"{error} The copy of {kept.fetched[:10]} is used."
                return Fetched.of(slot, kept, entry, note)
            if same:
                return Fetched.of(slot, slot.confirm(kept), entry, "Unchanged since it was kept.")
        if refresh:
            slot.drop_part()
        told = _bring(client, entry, url, slot)
        try:
            _check_sum(slot.part, entry, url)
            check(slot.part, entry, url)
        except FetchError:
            slot.drop_part()
            raise
        kept = slot.keep(url, etag=told.etag, last_modified=told.last_modified)
        return Fetched.of(slot, kept, entry)


def _unchanged(client: Client, entry: Entry, url: str, kept: Kept) -> bool:
    """Ask whether the kept file is still the publisher's; by its age where nothing else tells."""
    if kept.etag:
        headers = {"If-None-Match": kept.etag}
    elif kept.last_modified:
        headers = {"If-Modified-Since": kept.last_modified}
    else:
        return kept.younger_than(client.addresses.manners.keep_days)
    with client.open(entry, url, headers, also=frozenset({304})) as response:
        return response.status == 304


@dataclass(frozen=True)
class _Told:
    """What the publisher says of a file: enough to carry on with the same one."""

    etag: str | None = None
    last_modified: str | None = None
    size: int | None = None

    def validator(self) -> str | None:
        """What If-Range may name: a weak ETag may not."""
        if self.etag and not self.etag.startswith("W/"):
            return self.etag
        return self.last_modified


@dataclass
class _Part:
    """What is there of a file, on disk."""

    slot: Slot
    told: _Told = field(default_factory=_Told)

    def __post_init__(self) -> None:
        note = read_note(self.slot.part_note)
        try:
            self.told = _Told(**note) if note else _Told()
        except TypeError:
            self.told = _Told()
        if self.told.validator() is None:
            self.slot.drop_part()

    @property
    def size(self) -> int:
        path = self.slot.part
        return path.stat().st_size if path.exists() else 0

    def begin(self, told: _Told) -> None:
        """Start over with what the publisher offers now."""
        self.slot.drop_part()
        self.told = told
        write_note(self.slot.part_note, asdict(told))
        self.slot.part.touch()

    def too_large(self, largest: int) -> FetchError:
        """The sentence for a file of more than so many bytes, of which nothing is kept."""
        self.slot.drop_part()
        return FetchError(
            f"The file is larger than {largest >> 20} MiB; set largest_mib under [manners] of an "
            "addresses file if that is right."
        )

    def add(self, chunks: Iterator[bytes], largest: int, tell: Callable[[int], None]) -> None:
        """Write what comes, for as long as it comes."""
        size = self.size
        with self.slot.part.open("ab") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > largest:
                    raise self.too_large(largest)
                file.write(chunk)
                file.flush()  # what came is there, whatever ends this process
                tell(size)


def _bring(client: Client, entry: Entry, url: str, slot: Slot) -> _Told:
    """Fetch until all is there, carrying on after every cut. Leaves the whole file as the part."""
    part = _Part(slot)
    manners = client.addresses.manners
    idle = 0
    for _ in range(_MOST_TRIES):
        before = part.size
        try:
            if _carry_on(client, entry, url, part):
                return part.told
            last: Exception | None = None
        except exceptions.HTTPError as error:
            last = error
        if part.size > before:
            idle = 0
            continue
        idle += 1
        if idle >= manners.tries:
            break
        client.wait(idle)
    if isinstance(last, exceptions.TimeoutError):
        raise of_network(last, entry, url)
    whole = f" of {part.told.size:,}" if part.told.size is not None else ""
    raise FetchError(
        f"{url} was cut off after {part.size:,}{whole} bytes at every try; run the command again "
        "to carry on from there."
    ) from last


def _carry_on(client: Client, entry: Entry, url: str, part: _Part) -> bool:
    """One request for what is still missing. True where the file is whole after it."""
    start = part.size
    headers = {"Accept-Encoding": "identity"}
    validator = part.told.validator()
    if start and validator:
        headers |= {"Range": f"bytes={start}-", "If-Range": validator}
    with client.open(entry, url, headers, also=frozenset({206, 416})) as response:
        if response.status == 416 or (response.status == 206 and not _fits(response, part)):
            part.begin(_Told())  # the part is of another file, or longer than this one
            return False
        largest = client.addresses.manners.largest_mib << 20
        if response.status == 200:
            part.begin(_told_by(response))
        if (part.told.size or 0) > largest:
            raise part.too_large(largest)
        chunks = response.stream(_CHUNK, decode_content=False)
        title = url.rsplit("/", 1)[-1] or url
        part.add(chunks, largest, lambda size: client.progress(title, size, part.told.size))
    return part.told.size is None or part.size == part.told.size


def _told_by(response: urllib3.BaseHTTPResponse) -> _Told:
    length = response.headers.get("Content-Length", "")
    size = int(length) if length.isdecimal() else None
    return _Told(response.headers.get("ETag"), response.headers.get("Last-Modified"), size)


def _fits(response: urllib3.BaseHTTPResponse, part: _Part) -> bool:
    """Whether a partial answer begins where the part ends, and is of the same file."""
    span, _, whole = response.headers.get("Content-Range", "").partition("/")
    now = _told_by(response)
    same = all(
        said is None or said == before
        for said, before in (
            (now.etag, part.told.etag), (now.last_modified, part.told.last_modified)
        )
    )  # fmt: skip
    size = int(whole) if whole.isdecimal() else None
    if part.told.size is None:
        part.told = replace(part.told, size=size)
    return same and span.startswith(f"bytes {part.size}-") and size in (None, part.told.size)


def _check_sum(path: Path, entry: Entry, url: str) -> None:
    if entry.sha256 and sha256_of(path) != entry.sha256:
        raise FetchError(
            f"{url} does not have the checksum that [entry.{entry.key}] of {entry.file} gives; "
            "it was damaged on the way, or reissued: then correct `sha256` there."
        )
