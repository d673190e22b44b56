"""Names as they stand in web addresses."""

import re
import unicodedata

SLUG = r"[a-z0-9]+(-[a-z0-9]+)*"


def slug(name: str) -> str:
    """The name in small letters, digits and hyphens; empty where it has no such letter.

    >>> slug("Sergeant's Café, 2nd beat")
    'sergeants-cafe-2nd-beat'
    """
    plain = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.replace("'", "")).strip("-")


def is_slug(text: str) -> bool:
    """Whether a text can stand in a web address as it is.

    >>> is_slug("council-asb"), is_slug("Council ASB"), is_slug("")
    (True, False, False)
    """
    return re.fullmatch(SLUG, text) is not None
