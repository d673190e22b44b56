"""Rural crime: three measures side by side, and rural against urban offence by offence."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from geo.dataset import Dataset
from geo.errors import UnknownNameError
from geo.offences import OFFENCES, RURAL_OFFENCES, THEMES, find_theme
from geo.profiles.asking import ask_part, counts_by_offence
from geo.profiles.figures import OfOffence, Rate, Ratio, Share, rate_of, residents_of, share_of
from geo.profiles.months import Season, YearBefore, season_of, year_before_of
from geo.profiles.offences import Mix, OffenceRatio, mix_of, offence_ratios, rural_to_urban
from geo.query import Question
from geo.recorders import names_of
from geo.rural_urban import CLASS, CLASSES, PLACES, SPLIT

MEASURES = (
    ("rural-crime", "By place", "Recorded in a rural area, whatever the crime"),
    ("rural-offences", "By offence", "On the national list: machinery, livestock, fuel and others"),
    ("rural-flagged", "By flag", "Marked rural by the force recording it"),
)
NEVER_ADD = "The three measures overlap: one crime can be in all three, so they are never added."
TOP = 5


@dataclass(frozen=True)
class OfPlace:
    """A measure in one kind of place: its rate there, and the share of the measure."""

    level: str
    code: str
    title: str
    areas: int
    rate: Rate
    share: Share


@dataclass(frozen=True)
class RuralMeasure:
    """One measure of rural crime; `why` says why there is none, and then all else is empty.

    `share` is of all crime, wherever it was recorded. `ratio` sets the rural rate against the
    urban one: of all crime in the measure by place.
    """

    theme: str
    title: str
    meaning: str
    count: int | None = None
    why: str | None = None
    source: str | None = None
    share: Share | None = None
    rate: Rate | None = None
    residents: str | None = None
    places: tuple[OfPlace, ...] = ()
    ratio: Ratio | None = None
    top: tuple[OfOffence, ...] = ()
    season: Season | None = None
    change: YearBefore | None = None


@dataclass(frozen=True)
class RuralProfile:
    """The measures, which are of crime; the offences and their mix, which are of the question."""

    measures: tuple[RuralMeasure, ...]
    never_add: str
    offences: tuple[OffenceRatio, ...]
    mix: Mix


def rural_profile(
    dataset: Dataset, question: Question, changing: Question | None = None
) -> RuralProfile:
    """Rural crime in the months of a question.

    `changing`: whose months, and those before them, the change of a measure is told of, where they
    are not the question's.

    Raises UnknownNameError where no area is classed as rural.
    """
    if not dataset.rural.any():
        raise UnknownNameError(f"No area of {dataset.area} is classed as rural.")
    whole = replace(question, place=None, town=None)
    offences = offence_ratios(dataset, whole)
    return RuralProfile(
        measures=tuple(_measure(dataset, question, changing or question, m) for m in MEASURES),
        never_add=NEVER_ADD,
        offences=offences,
        mix=mix_of(dataset, offences),
    )


def _measure(
    dataset: Dataset, question: Question, changing: Question, measure: tuple[str, str, str]
) -> RuralMeasure:
    name, title, meaning = measure
    theme = find_theme(name)
    asked = ask_part(dataset, question, theme, "rural" if theme.rural_only else None)
    if isinstance(asked, str):
        return RuralMeasure(name, title, meaning, why=asked)
    crime = replace(asked, theme=THEMES["crime"], place=None)
    # By place the measure is all crime, cut down to rural areas; its ratio needs the urban ones.
    everywhere = crime if theme.rural_only else asked
    counts = everywhere.counts(dataset)
    among = np.isin(np.arange(len(dataset.lsoas)), asked.areas(dataset))
    count = int(counts[among].sum())
    return RuralMeasure(
        name,
        title,
        meaning,
        count=count,
        source=names_of(dataset, asked.sources),
        share=share_of(count, int(crime.counts(dataset).sum())),
        rate=rate_of(count, residents_of(dataset, among)),
        residents="rural residents" if theme.rural_only else "residents",
        places=_places(dataset, counts, among),
        ratio=rural_to_urban(dataset, counts),
        top=_top(dataset, asked, count),
        season=season_of(dataset, asked),
        change=year_before_of(
            dataset, replace(asked, period=changing.period, compare=changing.compare)
        ),
    )


def _places(
    dataset: Dataset, counts: NDArray[np.int64], among: NDArray[np.bool_]
) -> tuple[OfPlace, ...]:
    """Both official levels: rural or urban, then the classes."""
    found = []
    total = int(counts[among].sum())
    classes = {code: item.title for code, item in CLASSES.items()}
    levels = (
        (SPLIT, "place", {place: f"All {place}" for place in PLACES}),
        (CLASS, "ruc_code", classes),
    )
    for level, column, titles in levels:
        code_of = dataset.lsoas[column].to_numpy()
        for code, title in titles.items():
            inside = (code_of == code) & among
            if inside.any():
                count = int(counts[inside].sum())
                found.append(
                    OfPlace(
                        level,
                        code,
                        title,
                        int(inside.sum()),
                        rate_of(count, residents_of(dataset, inside)),
                        share_of(count, total),
                    )
                )
    return tuple(found)


def _top(dataset: Dataset, asked: Question, count: int) -> tuple[OfOffence, ...]:
    """The commonest offences of a measure, or kinds where it is one of the national list."""
    if asked.theme.mark == "rural_offence":
        counts = {
            code: int(replace(asked, theme=replace(asked.theme, value=code)).counts(dataset).sum())
            for code in RURAL_OFFENCES
        }
    else:
        counts = {c: int(v.sum()) for c, v in counts_by_offence(dataset, asked).items()}
    titles = {code: offence.title for code, offence in OFFENCES.items()} | RURAL_OFFENCES
    found = [OfOffence(code, titles[code], share_of(n, count)) for code, n in counts.items()]
    ranked = sorted(found, key=lambda item: -item.share.part)
    return tuple(item for item in ranked[:TOP] if item.share.part)
