"""What profiles say, in whole sentences; figures of the season and of deciles as bars."""

from collections.abc import Sequence

from markupsafe import Markup

from geo.counted import counted
from geo.profiles.deprivation import Gradient, Slope
from geo.profiles.figures import LOWER, SAME, Ratio
from geo.profiles.months import Season, YearBefore
from geo.profiles.offences import Mix, OffenceRatio
from geo.query import Question
from service.pages.bars import Bar, bar_charts
from service.pages.charts import SMALLER
from service.words import LEAST_BASE, between, number, percent, rate

ACROSS = 0.9  # of the offences must be clearly lower to say so of the board


def change_words(change: YearBefore, *, alike: bool = True) -> str:
    """The change on the earlier months, in few words.

    `alike`: whether they are as many; where not, monthly counts are set against each other.
    """
    if change.before is None:
        return "Not told, since not every month of both is held"
    if change.before < LEAST_BASE or change.ratio is None:
        return f"{number(change.after)}, from {number(change.before)}"
    if not change.clear or change.lower is None or change.upper is None:
        return f"No clear change from {number(change.before)}"
    low, high = sorted((abs(change.lower - 1), abs(change.upper - 1)))
    way = "Up" if change.ratio > 1 else "Down"
    span = f"{percent(low)} to {percent(high)}"
    monthly = "" if alike else " a month"
    return f"{way} {percent(abs(change.ratio - 1))}{monthly} ({span}) from {number(change.before)}"


def season_words(season: Season, noun: str) -> str:
    """Whether there is a season, in one sentence."""
    if season.uneven is None:
        return f"{season.why}"
    if not season.uneven:
        return f"No clear season: {noun} spread over the year about evenly."
    return f"Most {noun} a day in {season.busiest}, fewest in {season.quietest}."


def season_heading(season: Season, what: str) -> str:
    """The finding of a season of what is counted, such as `Rural crime`; else no finding."""
    if season.uneven is None:
        return "The season is not told"
    if not season.uneven:
        return f"{what} has no clear season"
    return f"{what} is highest in {season.busiest}"


def ratio_cell(ratio: Ratio | None) -> str:
    """A ratio and its limits, or that there is none."""
    if ratio is None or ratio.ratio is None or ratio.upper is None:
        return "none"
    decimals = 2 if ratio.ratio < 10 else 0
    return f"{ratio.ratio:.{decimals}f} times ({between(ratio.lower, ratio.upper, decimals)})"


def offences_heading(offences: Sequence[OffenceRatio]) -> str:
    """What most offences are in rural areas, and the one or two that are not; else no finding."""
    others = [item.title for item in offences if item.verdict != LOWER]
    if not offences or 2 * len(others) >= len(offences):
        return "Offence by offence"
    if not others:
        return "Every offence is clearly rarer in rural areas"
    first = "Most offences are clearly rarer in rural areas"
    if len(others) > 2:
        return first
    return f"{first}, but not {' or '.join(name[0].lower() + name[1:] for name in others)}"


def mix_words(mix: Mix, noun: str) -> str:
    """Whether rural runs lower or higher across the board, in a few sentences."""
    if mix.why or mix.even.value is None:
        return f"{mix.why}"
    first = (
        f"Of {counted(mix.offences, 'offences')}, {mix.lower} {'is' if mix.lower == 1 else 'are'} "
        f"clearly lower in rural areas per resident, {mix.higher} clearly higher, and {mix.same} "
        f"{SAME}."
    )
    if not mix.higher and mix.lower >= ACROSS * mix.offences:
        first = f"Lower across the board, not by its mix. {first}"
    even = (
        f" With every offence counted alike, the rural rate is {mix.even.value:.2f} times the "
        f"urban one (likely {between(mix.even.lower, mix.even.upper, 2)})"
    )
    if mix.least is not None and mix.most is not None:
        even += f"; leaving out any one offence, it is {between(mix.least, mix.most, 2)} times"
    even += "."
    if mix.dissimilarity is None:
        return first + even
    return first + even + (
        f" The mix differs by {percent(mix.dissimilarity)}: that share of rural {noun} would have "
        "to be other offences for the two mixes to be the same."
    )  # fmt: skip


def slope_words(slope: Slope, start: str) -> Markup:
    """The slope index in one plain sentence, which `start` begins: `The rate` or `Its rate`."""
    value, low, high = slope.slope.value, slope.slope.lower, slope.slope.upper
    if value is None or low is None or high is None:
        return Markup("{}").format(slope.why)
    first = Markup("{} from the most deprived neighbourhoods to the least ").format(start)
    if low <= 0 <= high:
        return first + Markup(
            "shows <b>no clear slope</b>: anything from a fall of {:,.1f} to a rise of {:,.1f} "
            "per 1,000 residents would fit."
        ).format(abs(low), high)
    near, far = sorted((abs(low), abs(high)))
    return first + Markup("<b>{} by {:,.1f}</b> per 1,000 residents, likely {}.").format(
        "rises" if value > 0 else "falls", abs(value), between(near, far)
    )


def slope_short(slope: Slope) -> str:
    """`Falls by 13.1`, `Rises by 50.3` or `No clear slope`, from most to least deprived."""
    value, low, high = slope.slope.value, slope.slope.lower, slope.slope.upper
    if value is None or low is None or high is None:
        return "Not told"
    if low <= 0 <= high:
        return "No clear slope"
    return f"{'Rises' if value > 0 else 'Falls'} by {abs(value):,.1f}"


def season_charts(season: Season, noun: str, hollow: bool) -> tuple[Markup, Markup]:
    """Incidents a day by calendar month, the mean day of the year dashed.

    The busiest month is named where the months are not alike.
    """
    days = sum(month.days for month in season.months)
    mean = sum(month.count for month in season.months) / days if days else None
    return bar_charts(
        [
            Bar(
                m.month[:3],
                m.month[:1],
                m.per_day,
                m.lower,
                m.upper,
                f"{rate(m.per_day)} a day in {m.month}"
                if season.uneven and m.month == season.busiest
                else "",
            )
            for m in season.months
        ],
        mean,
        f"{noun.capitalize()} a day by month of the year, with likely ranges",
        hollow,
        width=SMALLER,
    )


def decile_charts(gradient: Gradient, question: Question, hollow: bool) -> tuple[Markup, Markup]:
    """The rate by national decile, the rate of all dashed."""
    counted, people = (
        sum(values)
        for values in zip(
            *((row.rate.count, row.rate.residents or 0) for row in gradient.deciles), strict=True
        )
    )
    return bar_charts(
        [
            Bar(str(r.decile), str(r.decile), r.rate.rate, r.rate.lower, r.rate.upper)
            for r in gradient.deciles
        ],
        1000 * counted / people if people else None,
        f"{question.theme.noun.capitalize()} per 1,000 residents by national decile of "
        f"{gradient.title}, with likely ranges",
        hollow,
        ("Most deprived", "Least deprived"),
    )
