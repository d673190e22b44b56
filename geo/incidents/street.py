"""Police street files of data.police.uk: months, anonymised points, no days, no flags."""

import re
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa

from geo.incidents.csvs import CsvText
from geo.incidents.places import Where, check_degrees, check_lsoa_codes
from geo.incidents.table import Sieve
from geo.incidents.texts import Positions, Texts
from geo.offences import OFFENCES
from geo.period import month_number, parse_month

COLUMNS = [
    "Crime ID",
    "Month",
    "Reported by",
    "Longitude",
    "Latitude",
    "Location",
    "LSOA code",
    "Crime type",
]
FIRST_MONTH = month_number(2010, 12)  # data.police.uk publishes from here on
NO_LOCATION = "No Location"
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")

_OFFENCE_OF = {item.street_name: item.code for item in OFFENCES.values() if item.street_name}


def months_of(sieve: Sieve, name: str, texts: Texts) -> Positions:
    """Month numbers of `YYYY-MM` texts; anything else, or a month to come, refuses its row."""
    today = datetime.now(UTC)
    current, earliest = month_number(today.year, today.month), month_number(1900, 1)
    distinct = texts.distinct.to_pylist()
    numbers = [parse_month(text) if _MONTH.fullmatch(text) else -1 for text in distinct]
    months = texts.rows(np.array(numbers, dtype=np.int32), -1)
    sieve.refuse(months < 0, name, texts, "'{}' is not a month; it must be YYYY-MM.")
    sieve.refuse(months > current, name, texts, "The month {} has not happened yet.")
    sieve.refuse(months < earliest, name, texts, "The month {} is before 1900.")
    return months


def street_incidents(
    name: str, text: CsvText
) -> tuple[Sieve, pa.Table, pa.Table, frozenset[tuple[str, int]]]:
    """What passed of a street file (rows, places), what did not, and its forces and months."""
    raw = {column: Texts.of(text.columns[column]) for column in COLUMNS}
    sieve = Sieve(name, text.lines, list(text.broken))
    month = months_of(sieve, "Month", raw["Month"])
    early = (month >= 0) & (month < FIRST_MONTH)
    sieve.refuse(early, "Month", raw["Month"], "{} is before December 2010, the first month.")
    kind = raw["Crime type"]
    offence, unknown = kind.looked_up(_OFFENCE_OF, pa.string())
    reason = f"'{{}}' is not a crime type of data.police.uk: {', '.join(sorted(_OFFENCE_OF))}."
    sieve.refuse(unknown | kind.blank, "Crime type", kind, reason)
    check_lsoa_codes(sieve, "LSOA code", raw["LSOA code"])
    check_degrees(sieve, ("Longitude", "Latitude"), raw["Longitude"], raw["Latitude"])
    location = raw["Location"]
    no_location = location.equal(NO_LOCATION)
    where = Where(
        lsoa_code=raw["LSOA code"],
        location=Texts(np.where(no_location, np.int32(-1), location.at), location.distinct),
        x=raw["Longitude"],
        y=raw["Latitude"],
        degrees=True,
    )
    place, places = where.places(sieve)
    rows = sieve.rows(
        {
            "crime_id": raw["Crime ID"].array(),
            "month": pa.array(month),
            "offence": offence,
            "place": place,
        }
    )
    return sieve, rows, places, _recorders(raw["Reported by"], month, sieve)


def _recorders(force: Texts, month: Positions, sieve: Sieve) -> frozenset[tuple[str, int]]:
    names = ["an unnamed force", *force.distinct.to_pylist()]
    pairs = (month.astype(np.int64) * len(names) + force.at + 1)[sieve.kept]
    distinct = (divmod(pair, len(names)) for pair in pa.array(pairs).unique().to_pylist())
    return frozenset((names[i], number) for number, i in distinct)
