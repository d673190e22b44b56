"""When the recording of incidents changed: dates that a figure over time must be read with."""

from dataclasses import dataclass

from geo.offences import CRIME, VIOLENCE, Mark, Theme
from geo.period import Period, month_number, month_words

HARASSMENT = VIOLENCE - {"homicide", "violence-with-injury"}
"""Where harassment, stalking and malicious communications are counted."""


@dataclass(frozen=True)
class RecordingChange:
    """A change of what is recorded or how, from the first day of a month on.

    It touches the offences, and of them only incidents that carry the mark, where there is one.
    `moved`: it only moves incidents among the offences, so a theme with all of them stays as it
    was.
    """

    month: int
    what: str
    offences: frozenset[str]
    source: str
    mark: Mark | None = None
    moved: bool = False

    def touches(self, theme: Theme) -> bool:
        """Whether counts of the theme before and after are not alike."""
        if self.mark is not None and self.mark != theme.mark:
            return False
        shared = self.offences & theme.offences
        return bool(shared) and not (self.moved and shared == self.offences)

    def words(self) -> str:
        """Month and change, as the end of a sentence."""
        return f"{month_words(self.month)}, {self.what}"


RECORDING_CHANGES = (
    RecordingChange(
        month_number(2011, 4),
        "when police began to record ASB by three simpler categories",
        frozenset({"asb", "asb-environmental", "asb-nuisance", "asb-personal"}),
        "Home Office, National Standard for Incident Recording 2011",
    ),
    RecordingChange(
        month_number(2014, 4),
        "when forces began to keep the recording rules more strictly, after inspections found "
        "about one crime in five not recorded",
        CRIME,
        "HMIC, Crime-recording: making the victim count, November 2014",
    ),
    RecordingChange(
        month_number(2015, 4),
        "when malicious communications became crimes to be counted, as violence without injury",
        HARASSMENT,
        "Home Office Counting Rules for Recorded Crime, April 2015",
    ),
    RecordingChange(
        month_number(2015, 4),
        "when police took up a national definition of business crime",
        CRIME,
        "College of Policing, Authorised Professional Practice: Policing business crime",
        mark="business",
    ),
    RecordingChange(
        month_number(2017, 4),
        "when sheds and garages of homes moved from non-domestic to residential burglary",
        frozenset({"domestic-burglary", "non-domestic-burglary"}),
        "Home Office Counting Rules for Recorded Crime, April 2017",
        moved=True,
    ),
    RecordingChange(
        month_number(2018, 4),
        "when stalking, harassment and coercive control came to be counted beside another crime "
        "against the same victim",
        HARASSMENT,
        "Home Office Counting Rules for Recorded Crime, April 2018",
    ),
    RecordingChange(
        month_number(2019, 6),
        "when the definition of business crime changed",
        CRIME,
        "College of Policing, Authorised Professional Practice: Policing business crime; National "
        "Police Chiefs' Council",
        mark="business",
    ),
    RecordingChange(
        month_number(2023, 5),
        "when stalking, harassment and coercive control were no longer counted beside another "
        "crime against the same victim",
        HARASSMENT,
        "Home Office Counting Rules for Recorded Crime, May 2023",
    ),
)


def crossed(one: Period, other: Period, theme: Theme) -> tuple[RecordingChange, ...]:
    """The changes that touch a theme after the first month of two periods and up to their last.

    Those are the ones within either period or between them, so that some of the months are
    counted by the old rule and some by the new. For a single series give its period twice.

    Example:
        >>> from geo.offences import find_theme
        >>> year = Period.read("2014-04/2015-03")
        >>> [change.words() for change in crossed(year, year.back(-12), find_theme("violence"))]
        ['April 2015, when malicious communications became crimes to be counted, as ...']
    """
    span = one.joined(other)
    return tuple(
        change
        for change in RECORDING_CHANGES
        if span.first < change.month <= span.last and change.touches(theme)
    )
