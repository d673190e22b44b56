"""The tables of the rural page by kind of place."""

from typing import Any

from geo.formats import Record
from geo.profiles.figures import Rate
from geo.profiles.rural import RuralMeasure
from geo.rural_urban import CLASSES, PLACES, SPLIT, Place


def by_kind(facts: dict[str, Any]) -> list[Record]:
    """Every kind of place, each side of the split under its own classes, and the whole area."""
    rows = []
    for place in PLACES:
        rows += [row for row in facts["classes"] if row["place"] == place]
        rows += [facts[place]] if facts[place] else []
    return [*rows, {"level": SPLIT, **facts["whole"]}]


def measures_by_kind(measures: tuple[RuralMeasure, ...]) -> list[dict[str, Any]]:
    """Every kind of place that a measure tells of, in the same order, with the rate by each.

    In the place of a rate stands why there is none.
    """
    found = {item.code: item for measure in measures for item in measure.places}
    rows = []
    for code in (code for place in PLACES for code in (*_classes(place), place)):
        if code not in found:
            continue
        rates: list[Rate | str] = []
        for measure in measures:
            known = [item.rate for item in measure.places if item.code == code]
            rates += known or ["not known" if measure.count is None else "not rural"]
        rows.append({"level": found[code].level, "title": found[code].title, "rates": rates})
    return rows


def _classes(place: Place) -> list[str]:
    return [code for code, item in CLASSES.items() if item.place == place]
