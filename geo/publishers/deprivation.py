"""The Indices of Deprivation: one file by its address."""

import zipfile
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from geo.errors import FetchError, InputError
from geo.publishers.addresses import Entry
from geo.publishers.client import Client
from geo.publishers.download import Fetched, download
from geo.publishers.failures import not_expected

EDITIONS = (2015, 2019, 2025)
_KINDS = (".csv", ".xlsx")


def fetch_deprivation(
    client: Client, edition: int, address: str | None = None, *, refresh: bool = False
) -> Fetched:
    """The file of an edition, CSV or XLSX; `address` where the addresses file does not have it."""
    if edition not in EDITIONS:
        known = ", ".join(map(str, EDITIONS))
        raise InputError(f"There is no edition {edition} of the Indices of Deprivation: {known}.")
    entry = client.addresses.entry(f"deprivation-{edition}")
    if address is not None:
        if urlsplit(address).scheme not in ("http", "https"):
            raise InputError(f"'{address}' is not an address; it must begin with https://.")
        given = {"address": address, "last_good": "", "sha256": "", "file": "--address"}
        entry = entry.model_copy(update=given)
    elif not entry.address:
        raise FetchError(
            f"The address of {entry.title} is not known, since it changes with every revision: "
            f"copy the link of the file from {entry.page}, and give it with --address."
        )
    url = entry.address  # an address as it is: a brace in it is no placeholder
    return download(client, entry, url, _is_table, refresh=refresh)


def file_name(fetched: Fetched, edition: int) -> str:
    """What to call the file: as the publisher does, beginning with the edition."""
    kind = ".xlsx" if _is_zip(fetched.path) else ".csv"
    told = PurePosixPath(unquote(urlsplit(fetched.url).path)).name
    stem = told if told.lower().endswith(_KINDS) else f"index{kind}"
    safe = "".join(letter if letter.isalnum() or letter in "._-" else "_" for letter in stem)
    return f"deprivation-{edition}-{safe[-100:]}"


def _is_zip(path: Path) -> bool:
    return zipfile.is_zipfile(path)


def _is_table(path: Path, entry: Entry, url: str) -> None:
    """A workbook, or text with commas in its first line."""
    if _is_zip(path):
        with zipfile.ZipFile(path) as book:
            if "xl/workbook.xml" in book.namelist():
                return
        raise not_expected(entry, url, "a CSV or XLSX file", b"")
    with path.open("rb") as file:
        start = file.read(4096)
    first = start.replace(b"\r", b"\n").split(b"\n", 1)[0]
    if b"," not in first or b"\x00" in start or start.lstrip(b"\xef\xbb\xbf \r\n")[:1] in b"<{[":
        raise not_expected(entry, url, "a CSV or XLSX file", start)
