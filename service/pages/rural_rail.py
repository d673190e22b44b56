"""What the rail of the rural page finds: which of its hot spots are small towns."""

from collections.abc import Sequence

from geo.dataset import Dataset
from geo.formats import Record
from geo.period import NUMBER_WORDS
from service.words import listed, number

SMALL_TOWNS = ("D1", "D2", "RLN1", "RLF1")
"""The rural classes of town and fringe (2011) and of larger settlements (2021)."""


def rail_finding(dataset: Dataset, rows: Sequence[Record]) -> tuple[str, str]:
    """A heading that says what the rural hot spots are, and a note; either may be without finding.

    An area counts as of a small town where its rural class says so and the dataset names the town.

    Args:
        dataset: whose classes and towns they are.
        rows: every rural area, as the layer hotspots has it.
    """
    if all(row["hotspot_class"] == "not told" for row in rows):
        return "Where it stands out", ""
    hot = [row for row in rows if row["hotspot_class"] == "hot spot"]
    if not hot:
        return "No rural area is a hot spot", ""
    lsoas = dataset.lsoas.set_index("lsoa_code")
    of_class = lsoas["ruc_code"].isin(SMALL_TOWNS)
    small = lsoas.index[of_class & lsoas["town"].notna()]
    found = [row["lsoa_code"] for row in hot if row["lsoa_code"] in small]
    many = len(hot)
    if not found:
        which = "The one rural hot spot is not" if many == 1 else f"None of {many} rural hot spots"
        return f"{which}{' is' if many > 1 else ''} in a small town", ""
    if len(found) < many:
        part = f"{number(len(found))} of {many} rural hot spots"
        return f"{part} {_are(len(found))} in small towns", ""
    if many == 1:
        heading = "The one rural hot spot is in a small town"
    else:
        all_of = {2: "Both"}.get(many, f"All {NUMBER_WORDS[many - 1] if many <= 12 else many}")
        heading = f"{all_of} rural hot spots are in small towns"
    towns = list(dict.fromkeys(lsoas.loc[found, "town"]))
    verb = "counts" if len(towns) == 1 else "count"
    villages = [row for row in rows if not of_class[row["lsoa_code"]]]
    raised = sum(row["hotspot_class"] == "raised" for row in villages)
    note = f"{listed(towns)} {verb} as rural in the official classes."
    if villages:
        more = f"; {number(raised)} {_are(raised)} raised" if raised else ""
        note += f" No village or dispersed area is a hot spot{more}."
    return heading, note


def _are(count: int) -> str:
    return "is" if count == 1 else "are"
