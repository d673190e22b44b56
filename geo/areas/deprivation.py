"""The English Indices of Deprivation of 2015, 2019 and 2025 as their publisher gives them.

Ranks, deciles and scores are taken as they stand; a rank or decile of 1 is the most deprived. None
is ever worked out from another.
"""

import re
from collections.abc import Iterator

import pyarrow as pa

from geo.areas.facts import Facts, facts_of
from geo.areas.headings import LSOA, normal
from geo.areas.plan import InputFile
from geo.areas.tables import TableFile
from geo.errors import InputError

EDITIONS = (2015, 2019, 2025)
DOMAINS = {  # how a heading begins, once it is normal, and the domain; the first that fits counts
    "incomedeprivationaffectingchildren": "idaci",
    "idaci": "idaci",
    "incomedeprivationaffectingolder": "idaopi",
    "idaopi": "idaopi",
    "income": "income",
    "employment": "employment",
    "education": "education",
    "health": "health",
    "crime": "crime",
    "barrierstohousing": "housing",
    "housing": "housing",
    "livingenvironment": "environment",
    "environment": "environment",
    "childrenandyoung": "children_and_young_people",
    "adultskills": "adult_skills",
    "geographicalbarriers": "geographical_barriers",
    "widerbarriers": "wider_barriers",
    "indoors": "indoors",
    "outdoors": "outdoors",
}
_WHOLE_INDEX = ("indexofmultipledep", "imd")
_LARGEST_RANK = 40_000  # there are 33,755 LSOAs in England
_AUTHORITY_YEARS = {"13": 2015, "19": 2019, "24": 2025}  # of the districts each edition names
_MEASURE = re.compile(r"(.*?)(rank|decile|score|deci?l?|scor?|ran)(.*)")


def read_deprivation(file: InputFile, table: TableFile) -> Facts:
    """The facts of one edition: `imd<edition>[_<domain>]_rank`, `_decile` and `_score`.

    A rank or decile that the file does not have is null throughout. Raises InputError where the
    edition is not told or unknown, or the file has no rank, decile or score.
    """
    columns: dict[str, pa.Array] = {}
    for heading, subject, measure, told in _measures(table):
        edition = told or _edition(file, table)
        if edition not in EDITIONS:
            raise InputError(
                f"{table.name}: there is no edition {edition} of the Index that can be read; there "
                f"are {', '.join(map(str, EDITIONS))}."
            )
        name = f"imd{edition}_{subject}_{measure}" if subject else f"imd{edition}_{measure}"
        if name in columns:
            raise InputError(f"{table.name} has {name} in two columns; '{heading}' is one.")
        columns[name] = _values(table, heading, measure)
    if not columns:
        raise InputError(f"{table.name} has no column of deprivation ranks, deciles or scores.")
    return facts_of(table, _with_blanks(columns, table.columns.num_rows))


def _measures(table: TableFile) -> Iterator[tuple[str, str, str, int | None]]:
    """Heading, domain ("" for the whole Index), measure and edition of each column that has one."""
    for heading in table.headings:
        key = normal(heading)
        edition = re.match(r"(?:imd|iod)?(20(?:10|15|19|25))", key)
        if edition is not None:
            key = key[edition.end() :]
        parts = _MEASURE.fullmatch(key)
        if parts is None or (parts[3] and len(parts[2]) < 4):
            continue
        measure = next(m for m in ("rank", "decile", "score") if m.startswith(parts[2]))
        subject = next((d for start, d in DOMAINS.items() if parts[1].startswith(start)), None)
        whole = parts[1].startswith(_WHOLE_INDEX) or (not parts[1] and edition is not None)
        if subject is not None or whole:
            yield heading, subject or "", measure, int(edition[1]) if edition else None


def _values(table: TableFile, heading: str, measure: str) -> pa.Array:
    if measure == "score":
        return table.numbers(heading)
    if measure == "rank":
        return table.whole(heading, 1, _LARGEST_RANK).cast(pa.int32())
    return table.whole(heading, 1, 10).cast(pa.int16())


def _with_blanks(columns: dict[str, pa.Array], rows: int) -> dict[str, pa.Array]:
    subjects = dict.fromkeys(name.rpartition("_")[0] for name in columns)
    whole: dict[str, pa.Array] = {}
    for subject in subjects:
        whole[f"{subject}_rank"] = pa.nulls(rows, pa.int32())
        whole[f"{subject}_decile"] = pa.nulls(rows, pa.int16())
    return whole | columns


def _edition(file: InputFile, table: TableFile) -> int:
    if file.edition is not None:
        return file.edition
    named = set(re.findall(r"(?<!\d)20(?:10|15|19|25)(?!\d)", f"{file.path.stem} {table.sheet}"))
    if len(named) == 1:
        return int(named.pop())
    keys = [normal(heading) for heading in table.headings]
    for key in keys:
        district = re.match(r"(?:lad|localauthoritydistrict)(?:code|cd|name|nm)?(?:20)?(\d\d)", key)
        if district is not None and district[1] in _AUTHORITY_YEARS:
            return _AUTHORITY_YEARS[district[1]]
    if any(re.fullmatch(LSOA, key) and "21" in key for key in keys):
        return 2025
    raise InputError(
        f"{table.name} does not say which Index of Deprivation it is; give the file its edition: "
        f"{', '.join(map(str, EDITIONS))}."
    )
