"""Towns: which LSOAs belong to one, its outline and its centre."""

import re


def town_id(town: str) -> str:
    """The town as it stands in a web address: `Bishop's Castle` is `bishops-castle`."""
    return re.sub(r"[^a-z0-9]+", "-", town.lower().replace("'", "").replace("’", "")).strip("-")  # noqa: RUF001
