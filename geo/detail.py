"""How finely the places within a town are shown."""

from dataclasses import dataclass
from typing import Literal, get_args

Shape = Literal["square", "hexagon"]
SHAPES: tuple[Shape, ...] = get_args(Shape)


@dataclass(frozen=True)
class Detail:
    """The size and shape of cells and the reach of a density; what is None, the layer chooses.

    `cell` and `bandwidth` are metres.
    """

    cell: int | None = None
    bandwidth: int | None = None
    shape: Shape | None = None

    @property
    def given(self) -> dict[str, str]:
        """What is not left to the layer, as in a web address."""
        return {name: str(value) for name, value in vars(self).items() if value is not None}


CHOSEN = Detail()
"""All of it is left to the layer."""
