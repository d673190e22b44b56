"""What whoever runs the service may set of its limits."""

import re
from dataclasses import dataclass
from typing import Literal

from geo.errors import SafermapError

LogKind = Literal["json", "text", "off"]
"""How requests are logged, and other lines with them; `off`: other lines alone, as text."""

RATE, SECONDS = "3000/minute", 120
_RATE = re.compile(r"([1-9]\d{0,6})/(second|minute|hour)")
_UNITS = {"second": 1.0, "minute": 60.0, "hour": 3600.0}


@dataclass(frozen=True)
class Rate:
    """So many requests of a client within so many seconds."""

    requests: int
    seconds: float

    @classmethod
    def read(cls, text: str) -> "Rate | None":
        """A rate such as 600/minute; None for off. Raises SafermapError for anything else."""
        if text == "off":
            return None
        if not (found := _RATE.fullmatch(text)):
            raise SafermapError(
                "--rate must be a number of requests by the second, minute or hour, such as "
                f"600/minute, or off, not '{text}'."
            )
        return cls(int(found[1]), _UNITS[found[2]])


@dataclass(frozen=True)
class Limits:
    """What a client may ask: so often (None: as it likes), and for so many seconds of work."""

    rate: Rate | None = None
    seconds: float = SECONDS


DEFAULT = Limits()
"""Of an application by itself, which nobody but its own process reaches."""
