"""The archive of data.police.uk: every force, 36 months to a date, as one ZIP."""

import zipfile
from pathlib import Path

from geo.errors import FetchError
from geo.incidents.files import STREET_ENDING
from geo.period import month_iso, parse_month
from geo.publishers.addresses import Entry
from geo.publishers.client import Client
from geo.publishers.download import Fetched, download
from geo.publishers.failures import not_expected
from geo.publishers.police_api import newest_month


def fetch_archive(
    client: Client, month: str | None = None, *, refresh: bool = False
) -> tuple[str, Fetched]:
    """The archive to a month, or to the newest one; with the month. Raises FetchError."""
    if month is None:
        month = newest_month(client, client.addresses.entry("police-api"))
    month = month_iso(parse_month(month))
    entry = client.addresses.entry("police-archive")
    return month, download(client, entry, entry.url(month=month), _is_archive, refresh=refresh)


def _is_archive(path: Path, entry: Entry, url: str) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, EOFError) as error:
        with path.open("rb") as file:
            start = file.read(500)
        if start.startswith(b"PK"):
            raise FetchError(
                f"The ZIP file at {url} was cut off or damaged; fetch it again."
            ) from error
        raise not_expected(entry, url, "a ZIP file", start) from error
    if not any(name.lower().endswith(STREET_ENDING) for name in names):
        raise FetchError(
            f"The ZIP file at {url} holds no file whose name ends in {STREET_ENDING}: "
            f"{entry.where_to_mend()}."
        )
