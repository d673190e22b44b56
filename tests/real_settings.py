"""Area files over the publishers' files, written by the tests that build from them."""

import json
from collections.abc import Mapping
from pathlib import Path

SHROPSHIRE, TELFORD, HEREFORDSHIRE = "E06000051", "E06000020", "E06000019"
YEAR_2018 = "police/2018-19"
YEAR_2025 = "police/archives/west-mercia-2025-01-to-2025-09.zip"
NATION_2018 = "police/archives/all-forces-2018-12.zip"

Settings = dict[str, object]


class RealSettings:
    """Settings of an area file; paths are those of the folder of real open data."""

    def __init__(self, shared: Path) -> None:
        self.data = shared / "data"

    def path(self, pattern: str) -> str:
        """The one file that fits, or the pattern where many may."""
        found = list(self.data.glob(pattern))
        return str(found[0] if len(found) == 1 else self.data / pattern)

    @property
    def code_look_up(self) -> str:
        """The exact-fit look-up between the vintages."""
        return self.path("lookups/LSOA*")

    @property
    def partnership_look_up(self) -> str:
        """Which partnership and force an authority is in."""
        return self.path("lookups/LAD*")

    def on_2021(self) -> Settings:
        """Shropshire on LSOA 2021, from the outlines of six authorities."""
        return {
            "name": "Shropshire",
            "authorities": [SHROPSHIRE],
            "outlines": self.path("boundaries/lsoa21_E*.geojson"),
            "deprivation": [
                self.path("deprivation/File_1_IoD2025*.xlsx"),
                self.path("deprivation/imd2025_*_subdomains.csv"),
            ],
            "rural_urban": self.path("rural_urban/Rural*"),
            "residents": self.path("population/lsoa21*"),
            "towns": {"look_up": self.path("towns/LSOA*")},
        }

    def on_2011(self) -> Settings:
        """Shropshire on LSOA 2011, from the outlines of six authorities."""
        return {
            "name": "Shropshire",
            "authorities": [SHROPSHIRE],
            "outlines": self.path("boundaries/lsoa11_E*.geojson"),
            "deprivation": [
                self.path("deprivation/File_1_IMD2019.csv"),
                self.path("deprivation/imd2019_*_subdomains.csv"),
            ],
            "rural_urban": self.path("rural_urban/RUC2011*"),
            "residents": self.path("population/shropshire*"),
        }

    def write(self, path: Path, area: Settings, *incidents: str) -> Path:
        """Write the area file, with the police street files under these paths as its source."""
        files = [str(self.data / name) for name in incidents]
        source = {"kind": "police-street", "files": files}
        path.write_text(f"{table('area', area)}\n[[source]]\n{lines(source)}", encoding="utf-8")
        return path


def table(name: str, settings: Mapping[str, object]) -> str:
    """A table of a settings file, and the tables within it behind it."""
    within = {key: value for key, value in settings.items() if isinstance(value, Mapping)}
    plain = {key: value for key, value in settings.items() if key not in within}
    tables = [table(f"{name}.{key}", value) for key, value in within.items()]
    return "\n".join([f"[{name}]\n{lines(plain)}", *tables])


def lines(settings: Mapping[str, object]) -> str:
    """Settings, one a line. Texts, lists and truth values are written as JSON has them."""
    return "".join(f"{key} = {json.dumps(value)}\n" for key, value in settings.items())
