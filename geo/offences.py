"""The offence list and the themes built on it.

An incident has one offence from this list. Beside it an extract may record four marks, each true,
false or unknown: `business`, `rural_flag`, `night` (8pm to 4am) and the kind of `rural_offence`.
A theme is a rule over the offence and the marks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from geo.errors import QuestionError

Group = Literal["crime", "asb"]


@dataclass(frozen=True)
class Offence:
    """One kind of incident: its code, its title and the name police street files give it."""

    code: str
    title: str
    group: Group = "crime"
    street_name: str | None = None


OFFENCES: dict[str, Offence] = {
    offence.code: offence
    for offence in (
        Offence("asb", "Anti-social behaviour", "asb", "Anti-social behaviour"),
        Offence("asb-environmental", "Environmental ASB", "asb"),
        Offence("asb-nuisance", "Nuisance ASB", "asb"),
        Offence("asb-personal", "Personal ASB", "asb"),
        Offence(
            "violence-and-sexual-offences",
            "Violence and sexual offences",
            street_name="Violence and sexual offences",
        ),
        Offence("violent-crime", "Violent crime", street_name="Violent crime"),
        Offence("violence-with-injury", "Violence with injury"),
        Offence("violence-without-injury", "Violence without injury"),
        Offence("homicide", "Homicide"),
        Offence("sexual-offences", "Sexual offences"),
        Offence("robbery", "Robbery", street_name="Robbery"),
        Offence("burglary", "Burglary", street_name="Burglary"),
        Offence("domestic-burglary", "Domestic burglary"),
        Offence("non-domestic-burglary", "Non-domestic burglary"),
        Offence("vehicle-crime", "Vehicle crime", street_name="Vehicle crime"),
        Offence(
            "theft-from-the-person", "Theft from the person", street_name="Theft from the person"
        ),
        Offence("bicycle-theft", "Bicycle theft", street_name="Bicycle theft"),
        Offence("shoplifting", "Shoplifting", street_name="Shoplifting"),
        Offence("other-theft", "Other theft", street_name="Other theft"),
        Offence(
            "criminal-damage-and-arson",
            "Criminal damage and arson",
            street_name="Criminal damage and arson",
        ),
        Offence("drugs", "Drugs", street_name="Drugs"),
        Offence(
            "possession-of-weapons", "Possession of weapons", street_name="Possession of weapons"
        ),
        Offence("public-order", "Public order", street_name="Public order"),
        Offence(
            "public-disorder-and-weapons",
            "Public disorder and weapons",
            street_name="Public disorder and weapons",
        ),
        Offence("miscellaneous-crimes-against-society", "Miscellaneous crimes against society"),
        Offence("other-crime", "Other crime", street_name="Other crime"),
    )
}

RURAL_OFFENCES: dict[str, str] = {
    "farm-machinery": "Farm machinery and vehicles",
    "livestock": "Livestock",
    "fuel": "Fuel",
    "equine": "Horses and tack",
    "fly-tipping": "Fly-tipping",
    "poaching": "Poaching",
    "heritage": "Heritage",
    "wildlife": "Wildlife",
}
"""The national rural-crime offence list: code to title."""

NO_KINDS: Mapping[str, str] = MappingProxyType({})

CRIME = frozenset(code for code, offence in OFFENCES.items() if offence.group == "crime")
ASB = frozenset(OFFENCES) - CRIME
VIOLENCE = frozenset(
    {
        "violence-and-sexual-offences",
        "violent-crime",
        "violence-with-injury",
        "violence-without-injury",
        "homicide",
    }
)
NEVER_MAPPED = frozenset({"sexual-offences"})
"""What is never shown below the town, where a source tells it apart."""

DISORDER = frozenset({"public-order", "public-disorder-and-weapons"})


@dataclass(frozen=True)
class Kind:
    """What the counts tell apart: the offence and its marks.

    None: the source does not say. A `rural_offence` of "" says that it is none of the list.
    """

    offence: str
    business: bool | None = None
    rural_flag: bool | None = None
    night: bool | None = None
    rural_offence: str | None = None


Mark = Literal["business", "rural_flag", "night", "rural_offence"]


@dataclass(frozen=True)
class Theme:
    """A named group of offences, or a mark, and how to speak of it.

    `mark` narrows the offences to incidents that carry it, or that carry `value` in it. Where the
    source does not record the mark, the offences in `proxy` stand for it, and `unmarked` says so.
    `rural_only` puts the question to rural areas alone.
    """

    name: str
    title: str
    meaning: str
    offences: frozenset[str]
    mark: Mark | None = None
    value: str | None = None
    proxy: frozenset[str] = frozenset()
    unmarked: str = ""
    rural_only: bool = False

    @property
    def noun(self) -> str:
        """What one incident of the theme is called in the plural."""
        if not self.offences & OFFENCES.keys():
            return "records"
        return "reports" if self.offences <= ASB else "crimes"

    def holds(self, kind: Kind, *, marked: bool) -> bool:
        """Whether an incident of this kind belongs to the theme.

        `marked`: whether the source records the theme's mark at all. Where it does, an incident
        that does not say is left out.
        """
        if kind.offence not in self.offences:
            return False
        if self.mark is None:
            return True
        if not marked:
            return kind.offence in self.proxy
        value = getattr(kind, self.mark)
        return bool(value) if self.value is None else value == self.value

    def answerable(self, offences: frozenset[str], *, marked: bool) -> bool:
        """Whether a source that tells these offences apart can say anything about the theme."""
        told = self.offences & offences
        return bool(told and (self.mark is None or marked or self.proxy & offences))


THEMES: dict[str, Theme] = {
    theme.name: theme
    for theme in (
        Theme(
            "crime",
            "All recorded crime",
            "Every recorded crime. ASB is not crime and is never added to it.",
            CRIME,
        ),
        Theme(
            "asb",
            "Anti-social behaviour",
            "Reports of anti-social behaviour (ASB). ASB is not crime.",
            ASB,
        ),
        Theme(
            "rural-crime",
            "Rural crime by place",
            "Crime recorded in a rural LSOA by the official rural-urban class, whatever the crime.",
            CRIME,
            rural_only=True,
        ),
        Theme(
            "rural-offences",
            "Rural crime by offence",
            "Crime on the national rural-crime offence list: farm machinery, livestock, fuel, "
            "horses, fly-tipping, poaching, heritage and wildlife.",
            CRIME,
            mark="rural_offence",
        ),
        Theme(
            "rural-flagged",
            "Rural crime by flag",
            "Crime that the force marked as rural when recording it.",
            CRIME,
            mark="rural_flag",
        ),
        Theme(
            "business-crime",
            "Business crime",
            "Crime marked as against a business; where the source has no mark, shoplifting and "
            "non-domestic burglary stand for it.",
            CRIME,
            mark="business",
            proxy=frozenset({"shoplifting", "non-domestic-burglary"}),
            unmarked="Too low: the source does not mark crime against business, so only "
            "shoplifting, and burglary of business premises where it is told apart, are counted.",
        ),
        Theme("shoplifting", "Shoplifting", "Shoplifting.", frozenset({"shoplifting"})),
        Theme(
            "burglary",
            "Burglary",
            "Domestic and non-domestic burglary.",
            frozenset({"burglary", "domestic-burglary", "non-domestic-burglary"}),
        ),
        Theme(
            "vehicle-crime",
            "Vehicle crime",
            "Theft of and from vehicles, and interference with them.",
            frozenset({"vehicle-crime"}),
        ),
        Theme(
            "violence",
            "Violence",
            "Violence with and without injury and homicide; open police data counts sexual "
            "offences with them.",
            VIOLENCE,
        ),
        Theme(
            "night-time-economy",
            "Night-time economy",
            "Violence and public disorder between 8pm and 4am; at all hours where the source has "
            "no times.",
            VIOLENCE | DISORDER,
            mark="night",
            proxy=VIOLENCE | DISORDER,
            unmarked="All hours: the source has no times of day, so the night cannot be told "
            "from the day.",
        ),
        Theme(
            "criminal-damage",
            "Criminal damage and arson",
            "Criminal damage and arson.",
            frozenset({"criminal-damage-and-arson"}),
        ),
    )
}


def title_of(kinds: Mapping[str, str], code: str) -> str:
    """What an offence, or a further kind, is called in the middle of a sentence."""
    return (OFFENCES[code].title if code in OFFENCES else kinds[code]).lower()


def theme_names(kinds: Mapping[str, str] = NO_KINDS) -> tuple[str, ...]:
    """Every name `find_theme` knows: themes, offences, rural offences, then further kinds."""
    return tuple(dict.fromkeys((*THEMES, *OFFENCES, *RURAL_OFFENCES, *kinds)))


def find_theme(name: str, kinds: Mapping[str, str] = NO_KINDS) -> Theme:
    """The theme of that name, or the single offence, rural offence or kind of that name as a theme.

    `kinds`: kinds of incident beyond the offence list, code to title; they are neither crime nor
    ASB. Raises QuestionError where there is none of that name.
    """
    if name in THEMES:
        return THEMES[name]
    if name in OFFENCES:
        offence = OFFENCES[name]
        return Theme(name, offence.title, f"{offence.title}.", frozenset({name}))
    if name in kinds:
        meaning = f"{kinds[name]}. These records are neither crime nor ASB."
        return Theme(name, kinds[name], meaning, frozenset({name}))
    if name in RURAL_OFFENCES:
        title = RURAL_OFFENCES[name]
        meaning = f"{title}, on the national rural-crime offence list."
        offences = frozenset(OFFENCES)  # fly-tipping may be recorded as ASB
        return Theme(name, title, meaning, offences, mark="rural_offence", value=name)
    names = ", ".join(theme_names(kinds))
    raise QuestionError(f"There is no theme '{name}'; choose one of {names}.")
