"""Street-level crime of an area and a month from the API of data.police.uk, as a street CSV."""

import csv
import re
from collections.abc import Sequence
from typing import Any

import shapely

from geo.errors import FetchError, InputError
from geo.offences import OFFENCES
from geo.publishers.addresses import Entry
from geo.publishers.client import Client
from geo.publishers.download import Fetched
from geo.publishers.failures import StatusError
from geo.publishers.outline import Outline, poly, quarters

HEADINGS = (
    "Crime ID", "Month", "Reported by", "Falls within", "Longitude", "Latitude", "Location",
    "LSOA code", "LSOA name", "Crime type", "Last outcome category", "Context",
)  # fmt: skip
DEEPEST = 7  # splits: a quarter of a quarter ... is then a 16,000th of the area
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_TYPES = frozenset(item.street_name for item in OFFENCES.values() if item.street_name)
Crime = dict[str, Any]


def newest_month(client: Client, entry: Entry) -> str:
    """The newest month the publisher has, `YYYY-MM`."""
    said = client.json(entry, f"{entry.url()}/crime-last-updated")
    day = said.get("date") if isinstance(said, dict) else None
    if not isinstance(day, str) or _MONTH.fullmatch(day[:7]) is None:
        raise _unlike(entry, "the day of the last update")
    return day[:7]


def months_there(client: Client, entry: Entry) -> list[str]:
    """The months the API answers for, oldest first."""
    said = client.json(entry, f"{entry.url()}/crimes-street-dates")
    try:
        months = sorted({str(item["date"]) for item in said})
    except (KeyError, TypeError) as error:
        raise _unlike(entry, "the months it has") from error
    if not months:
        raise _unlike(entry, "the months it has")
    return months


def fetch_area(
    client: Client, outline: Outline, months: Sequence[str] = (), force: str = "",
    *, refresh: bool = False,
) -> dict[str, Fetched]:  # fmt: skip
    """A street CSV for each month, or the newest, of the incidents within an outline.

    The API gives neither LSOA codes, which the join finds, nor the force: `force` is written as
    who reported them. Raises InputError for a month that is not there, and FetchError.
    """
    entry = client.addresses.entry("police-api")
    there = months_there(client, entry)
    for month in months:
        if month not in there:
            raise InputError(
                f"data.police.uk has no {month} in its API; it has {there[0]} to {there[-1]}."
            )
    updated = newest_month(client, entry)
    wanted = sorted(set(months)) or there[-1:]
    return {
        month: _fetch_month(client, outline, month, force, updated, refresh=refresh)
        for month in wanted
    }


def _fetch_month(
    client: Client, outline: Outline, month: str, force: str, updated: str, *, refresh: bool
) -> Fetched:
    entry = client.addresses.entry("police-api")
    url = f"{entry.url()}/crimes-street/all-crime"
    shapes = " ".join(poly(part) for part in outline.parts)
    with client.cache.slot(f"{url} {month} {force} {shapes}") as slot:
        kept = slot.kept()
        if kept and kept.stamp == updated and not refresh:
            return Fetched.of(slot, slot.confirm(kept), entry, "Unchanged since it was kept.")
        names = _names(client, entry, month)
        crimes = _Crimes(client, entry, month)
        for part in outline.parts:
            crimes.ask(part)
        with slot.part.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(HEADINGS)
            writer.writerows(_row(entry, month, force, names, crime) for crime in crimes.in_order())
        return Fetched.of(slot, slot.keep(url, stamp=updated), entry)


class _Crimes:
    """The crimes of a month as they come, each once."""

    def __init__(self, client: Client, entry: Entry, month: str) -> None:
        self.client = client
        self.entry = entry
        self.month = month
        self._of_id: dict[int, Crime] = {}
        self._crime_ids: set[str] = set()

    def ask(self, part: shapely.Polygon, depth: int = 0) -> None:
        """Add those within a polygon. One that holds too many for the API is split in four."""
        url = f"{self.entry.url()}/crimes-street/all-crime"
        query = {"date": self.month, "poly": poly(part)}
        try:
            found = self.client.json(self.entry, url, query, patient=False)
        except StatusError as error:
            if error.status != 503:
                raise
            if depth == DEEPEST:
                raise FetchError(
                    f"{self.entry.publisher.name} answers for {self.month} with status 503, which "
                    "stands for more than 10,000 crimes, however small the area asked for; it is "
                    "not available at the moment, try again later."
                ) from error
            for quarter in quarters(part):
                self.ask(quarter, depth + 1)
            return
        if not isinstance(found, list) or not all(_is_crime(item) for item in found):
            raise _unlike(self.entry, "a list of crimes, each with an id")
        self._add(found)
        self.client.progress(f"Incidents of {self.month}", len(self._of_id), None)

    def in_order(self) -> list[Crime]:
        """The crimes by the publisher's number."""
        return [self._of_id[number] for number in sorted(self._of_id)]

    def _add(self, found: list[Crime]) -> None:
        before = frozenset(self._crime_ids)  # within one answer nothing is there twice
        for crime in found:
            crime_id = str(crime.get("persistent_id") or "")
            if crime_id not in before:
                self._of_id.setdefault(crime["id"], crime)
            if crime_id:
                self._crime_ids.add(crime_id)


def _is_crime(item: object) -> bool:
    return isinstance(item, dict) and isinstance(item.get("id"), int)


def _names(client: Client, entry: Entry, month: str) -> dict[str, str]:
    """What the publisher calls each category in that month: names have changed over the years."""
    said = client.json(entry, f"{entry.url()}/crime-categories", {"date": month})
    try:
        return {item["url"]: item["name"] for item in said}
    except (KeyError, TypeError) as error:
        raise _unlike(entry, "its crime categories") from error


def _row(
    entry: Entry, month: str, force: str, names: dict[str, str], crime: Crime
) -> tuple[str, ...]:
    kind = names.get(str(crime.get("category")))
    if kind not in _TYPES:
        raise FetchError(
            f"{entry.publisher.name} has a crime of the category '{crime.get('category')}' "
            f"({kind or 'without a name'}), which safermap does not know."
        )
    try:
        place = crime.get("location") or {}
        street = (place.get("street") or {}).get("name") or "No Location"
        outcome = (crime.get("outcome_status") or {}).get("category") or ""
    except AttributeError as error:
        raise _unlike(entry, "a place and an outcome for every crime") from error
    who = "British Transport Police" if crime.get("location_type") == "BTP" else force
    return (
        str(crime.get("persistent_id") or ""), str(crime.get("month") or month), who, who,
        str(place.get("longitude") or ""), str(place.get("latitude") or ""), street,
        "", "", kind, outcome, str(crime.get("context") or ""),
    )  # fmt: skip


def _unlike(entry: Entry, wanted: str) -> FetchError:
    return FetchError(f"{entry.publisher.name} answered without {wanted}: {entry.where_to_mend()}.")
