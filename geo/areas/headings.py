"""Column headings as publishers write them: other case, other punctuation, cut short."""

import re
from collections.abc import Iterable

LSOA = (
    r"(lsoa|lower(layer)?superoutputarea)s?(20)?(11|21)?(code|cd)(20)?(11|21)?"
    r"|geographycode|geogcode|mnemonic"
)
LSOA_NAME = (
    r"(lsoa|lower(layer)?superoutputarea)s?(20)?(11|21)?(name|nm)(20)?(11|21)?|geographyname"
)
AUTHORITY = (
    r"(lad|ltla|localauthoritydistrict|localauthority)(20)?(\d\d)?(code|cd)(20)?(\d\d)?(active)?"
    r"|authority(code)?"
)


def normal(heading: str) -> str:
    """A heading without case, spaces and punctuation.

    >>> normal("LSOA code (2011)")
    'lsoacode2011'
    """
    return re.sub(r"[^a-z0-9]+", "", heading.lower())


def find(headings: Iterable[str], pattern: str) -> str | None:
    """The first heading that matches a pattern in full once it is normal.

    >>> find(["Name", "LSOA 2021 Code"], LSOA)
    'LSOA 2021 Code'
    """
    return next((heading for heading in headings if re.fullmatch(pattern, normal(heading))), None)


def census_year(heading: str) -> str | None:
    """The vintage that a heading of LSOA codes names: "2011", "2021" or None.

    >>> census_year("LSOA11CD"), census_year("LSOA code (2021)"), census_year("lsoa_code")
    ('2011', '2021', None)
    """
    told = re.search(r"(11|21)", normal(heading))
    return None if told is None else f"20{told[1]}"
