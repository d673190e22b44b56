"""A background from elsewhere: where its tiles are and the words their publisher asks for."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from geo.errors import SafermapError

_PARTS = ("{z}", "{x}", "{y}")
_SUBDOMAINS = "{s}."


@dataclass(frozen=True)
class Tiles:
    """Tiles in the web's usual grid (EPSG:3857): `url` holds {z}, {x} and {y}.

    Raises SafermapError where the address or the attribution cannot be used.
    """

    url: str
    attribution: str

    def __post_init__(self) -> None:
        lacking = [part for part in _PARTS if part not in self.url]
        parts = urlsplit(self.url.replace(_SUBDOMAINS, "a."))
        if parts.scheme not in ("http", "https") or not parts.hostname or lacking:
            raise SafermapError(
                f"--tiles must be an http or https address with {{z}}, {{x}} and {{y}} in it, such "
                f"as https://tile.openstreetmap.org/{{z}}/{{x}}/{{y}}.png, not '{self.url}'."
            )
        if any(mark in parts.netloc for mark in "{}*;, '\"@"):
            raise SafermapError(
                "--tiles must name its host outright; {s} may stand for a subdomain at its start."
            )
        if not self.attribution.strip():
            raise SafermapError(
                "--tiles needs --tiles-attribution, the words that their publisher asks for, such "
                "as '© OpenStreetMap contributors'."
            )

    @classmethod
    def given(cls, url: str | None, attribution: str | None) -> "Tiles | None":
        """Tiles as the command line has them; None where neither option is given.

        Raises SafermapError for one without the other.
        """
        if not url and not attribution:
            return None
        if not url:
            raise SafermapError("--tiles-attribution needs --tiles, the address of the tiles.")
        return cls(url, attribution or "")

    @property
    def origin(self) -> str:
        """Where browsers fetch them, as a Content-Security-Policy names it in `img-src`."""
        parts = urlsplit(self.url.replace(_SUBDOMAINS, "*."))
        return f"{parts.scheme}://{parts.netloc}"
