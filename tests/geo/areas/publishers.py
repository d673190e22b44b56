"""The publishers' files of ../shared as an area file would name them."""

from pathlib import Path

from geo.areas.plan import AreaPlan, InputFile, TownsPlan

SHROPSHIRE = "E06000051"


class Publishers:
    """Finds the files under the folder of real open data."""

    def __init__(self, shared: Path) -> None:
        self.data = shared / "data"

    def file(self, pattern: str) -> InputFile:
        """The one file that fits."""
        (path,) = self.data.glob(pattern)
        return InputFile(path)

    def outlines(self, vintage: str) -> tuple[InputFile, ...]:
        """The six files of West Mercia's authorities, 20 m generalised."""
        paths = sorted(self.data.glob(f"boundaries/lsoa{vintage[2:]}_E*.geojson"))
        return tuple(InputFile(path) for path in paths)

    def coarse(self, vintage: str) -> tuple[InputFile, ...]:
        """All of England and Wales."""
        return (self.file(f"boundaries/lsoa{vintage[2:]}_england_wales_coarse.gpkg"),)

    def deprivation(self, edition: int) -> tuple[InputFile, ...]:
        """The publisher's own file where there is one, and the sub-domains."""
        whole = {
            2015: "deprivation/imd2015_england_lsoa11.csv",
            2019: "deprivation/File_1_IMD2019.csv",
            2025: "deprivation/File_1_IoD2025*.xlsx",
        }
        return self.file(whole[edition]), self.file(f"deprivation/imd{edition}_*_subdomains.csv")

    def plan_2021(self, **more: object) -> AreaPlan:
        """Shropshire on LSOA 2021 unless `more` says otherwise."""
        told: dict[str, object] = {
            "outlines": self.outlines("2021"),
            "authorities": (SHROPSHIRE,),
            "deprivation": self.deprivation(2025),
            "rural_urban": (self.file("rural_urban/Rural*"),),
            "residents": (self.file("population/lsoa21*"),),
            "towns": TownsPlan(look_up=self.file("towns/LSOA*")),
        }
        return AreaPlan("Area", "Partnership", **{**told, **more})  # type: ignore[arg-type]

    def plan_2011(self, **more: object) -> AreaPlan:
        """Shropshire on LSOA 2011 unless `more` says otherwise."""
        told: dict[str, object] = {
            "outlines": self.outlines("2011"),
            "authorities": (SHROPSHIRE,),
            "deprivation": self.deprivation(2019) + self.deprivation(2015),
            "rural_urban": (self.file("rural_urban/RUC2011*"),),
            "residents": (self.file("population/shropshire*"),),
        }
        return AreaPlan("Area", "Partnership", **{**told, **more})  # type: ignore[arg-type]

    @property
    def code_look_up(self) -> InputFile:
        """The exact-fit look-up between the vintages."""
        return self.file("lookups/LSOA*")

    @property
    def partnership_look_up(self) -> InputFile:
        """Which partnership and force an authority is in."""
        return self.file("lookups/LAD*")
