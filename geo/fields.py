"""What a column of figures is, wherever it is shown, written or published."""

from dataclasses import dataclass
from typing import Literal

FieldKind = Literal["string", "integer", "number", "boolean"]


@dataclass(frozen=True)
class Field:
    """One column: its name and title, its unit, and what it means when it is null."""

    name: str
    kind: FieldKind
    title: str
    unit: str | None = None
    null: str | None = None
