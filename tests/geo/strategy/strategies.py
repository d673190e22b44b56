"""Files of printed figures that the tests write."""

from pathlib import Path

from boundaries import SHROPSHIRE
from geo.areas.plan import InputFile
from geo.strategy.figures import Strategy
from geo.strategy.read import read_strategy

SHIPPED = SHROPSHIRE.with_name("strategy.csv")
COLUMNS = ("figure", "table", "what", "area", "measure", "printed", "theme", "months", "against",
           "made_of")  # fmt: skip


def shipped() -> Strategy:
    """What the partnership of the area that ships printed."""
    return read_strategy(InputFile(SHIPPED))


def row(figure: str, measure: str, printed: str, **more: str) -> str:
    """One line of a file; what is not given is the same in every line."""
    said = {"figure": figure, "table": "T", "what": figure, "area": "Shropshire"}
    said |= {"measure": measure, "printed": printed, **more}
    return ",".join(f'"{said[name]}"' if name in said else "" for name in COLUMNS)


def strategy(path: Path, *rows: str) -> Strategy:
    """The strategy of these lines, written and read."""
    path.write_text("\n".join([",".join(COLUMNS), *rows]) + "\n", encoding="utf-8")
    return read_strategy(InputFile(path))
