"""The official rural-urban classes of 2011 and 2021 (ONS), and the two levels they are read at.

The two classifications are not comparable over time.
"""

from dataclasses import dataclass
from typing import Literal

Place = Literal["rural", "urban"]
PLACES: tuple[Place, ...] = ("rural", "urban")
SPLIT, CLASS = "rural or urban", "class"
"""The two levels, each by its name."""


@dataclass(frozen=True)
class RuralUrbanClass:
    """One class: its code, its title and the side of the official two-way split it is on."""

    code: str
    title: str
    place: Place


CLASSES: dict[str, RuralUrbanClass] = {
    item.code: item
    for item in (
        RuralUrbanClass("A1", "Urban, major conurbation", "urban"),
        RuralUrbanClass("B1", "Urban, minor conurbation", "urban"),
        RuralUrbanClass("C1", "Urban, city and town", "urban"),
        RuralUrbanClass("C2", "Urban, city and town, sparse", "urban"),
        RuralUrbanClass("D1", "Town and fringe", "rural"),
        RuralUrbanClass("D2", "Town and fringe, sparse", "rural"),
        RuralUrbanClass("E1", "Village and dispersed", "rural"),
        RuralUrbanClass("E2", "Village and dispersed, sparse", "rural"),
        RuralUrbanClass("UN1", "Urban, nearer to a major town or city", "urban"),
        RuralUrbanClass("UF1", "Urban, further from a major town or city", "urban"),
        RuralUrbanClass("RLN1", "Larger rural, nearer to a major town or city", "rural"),
        RuralUrbanClass("RLF1", "Larger rural, further from a major town or city", "rural"),
        RuralUrbanClass("RSN1", "Smaller rural, nearer to a major town or city", "rural"),
        RuralUrbanClass("RSF1", "Smaller rural, further from a major town or city", "rural"),
    )
}
