"""What the illustrative incidents must add up to.

The figures are those printed in Shropshire Community Safety Partnership, "Crime Reduction,
Community Safety and Drug and Alcohol Strategy 2017-2020", April 2017: numbers for April 2015 to
March 2016, rates per 1,000 residents for the two years before, reports of anti-social behaviour
(ASB) for 2015 and 2014. Every sum here is in whole numbers, so that no platform
rounds it differently.

Where the print is silent: robbery is 70 a year throughout, what 14,250 leaves for it in 2015-16;
homicide before 2015-16 is violence less violence with and without injury; January to March 2016 has
the ASB of the same months of 2015.
"""

from calendar import monthrange
from collections.abc import Sequence

from geo.period import Period, month_number

PERIOD = Period(month_number(2014, 1), month_number(2016, 3))
RESIDENTS = 310_121
"""The mid-2014 residents on which the printed rates stand."""

ASB_2015 = {"asb-environmental": 406, "asb-nuisance": 6_352, "asb-personal": 2_215}
ASB_2014_TOTAL = 9_860
CRIME_2015_16 = {
    "violence-with-injury": 1_969,
    "violence-without-injury": 2_660,
    "homicide": 2,
    "sexual-offences": 557,
    "robbery": 70,
    "domestic-burglary": 547,
    "non-domestic-burglary": 1_107,
    "vehicle-crime": 864,
    "theft-from-the-person": 122,
    "bicycle-theft": 228,
    "shoplifting": 1_212,
    "other-theft": 1_777,
    "criminal-damage-and-arson": 1_851,
    "drugs": 432,
    "possession-of-weapons": 90,
    "public-order": 499,
    "miscellaneous-crimes-against-society": 263,
}
VIOLENCE_RATES = (654, 948)
"""All violence against the person, per 100,000 residents, in 2013-14 and 2014-15."""
RATES = {
    "violence-with-injury": (361, 485),
    "violence-without-injury": (293, 462),
    "sexual-offences": (81, 121),
    "domestic-burglary": (151, 162),
    "non-domestic-burglary": (376, 285),
    "vehicle-crime": (416, 296),
    "theft-from-the-person": (32, 36),
    "bicycle-theft": (104, 88),
    "shoplifting": (359, 375),
    "other-theft": (602, 566),
    "criminal-damage-and-arson": (568, 538),
    "drugs": (148, 126),
    "possession-of-weapons": (21, 21),
    "public-order": (99, 100),
    "miscellaneous-crimes-against-society": (60, 63),
}
"""The other printed rates, per 100,000 residents, in 2013-14 and 2014-15."""

SUMMER = (82, 84, 95, 102, 108, 112, 118, 116, 104, 102, 92, 85)
MILD = (95, 95, 98, 100, 103, 104, 106, 105, 100, 100, 97, 97)
AUTUMN = (104, 102, 98, 94, 92, 92, 93, 95, 102, 112, 112, 104)
AUTUMN_OFFENCES = frozenset(
    {"domestic-burglary", "non-domestic-burglary", "vehicle-crime", "other-theft"}
)


def apportion(total: int, weights: Sequence[int]) -> list[int]:
    """Share a total out in whole numbers by weight: largest remainder, the earlier first in a tie.

    >>> apportion(10, [1, 1, 1])
    [4, 3, 3]
    """
    whole = sum(weights)
    shares = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: -(total * weights[i] % whole))
    for i in by_remainder[: total - sum(shares)]:
        shares[i] += 1
    return shares


def monthly_totals() -> dict[str, list[int]]:
    """Incidents of each offence in each month of `PERIOD`, the ASB categories first."""
    return {offence: _asb_months(offence) for offence in ASB_2015} | {
        offence: _crime_months(offence) for offence in CRIME_2015_16
    }


def _asb_months(offence: str) -> list[int]:
    """Two calendar years, then the first quarter of 2015 over again."""
    categories = list(ASB_2015)
    shares = apportion(ASB_2014_TOTAL, list(ASB_2015.values()))
    year_2014 = _spread(shares[categories.index(offence)], range(12), [1] * 12, SUMMER)
    year_2015 = _spread(ASB_2015[offence], range(12, 24), [1] * 12, SUMMER)
    return year_2014 + year_2015 + year_2015[:3]


def _crime_months(offence: str) -> list[int]:
    """The last quarter of 2013-14, then 2014-15 and 2015-16.

    Months follow the straight lines between the middles of the years, so that a rise from year to
    year does not stand as a step between March and April.
    """
    quarter = crime_total(offence, 0, 4)
    years = [crime_total(offence, 0), crime_total(offence, 1), CRIME_2015_16[offence]]
    season = AUTUMN if offence in AUTUMN_OFFENCES else MILD
    levels = [_level(years, month) for month in range(len(PERIOD))]
    return [
        count
        for total, months in (
            (quarter, range(3)),
            (years[1], range(3, 15)),
            (years[2], range(15, 27)),
        )
        for count in _spread(total, months, levels[months.start : months.stop], season)
    ]


def crime_total(offence: str, year: int, parts: int = 1) -> int:
    """Crimes in 2013-14 (year 0) or 2014-15 (1), or in one of so many equal parts of that year."""
    if offence == "robbery":
        return _rounded(CRIME_2015_16["robbery"], parts)
    if offence == "homicide":
        injuries = ("violence-with-injury", "violence-without-injury")
        violence = _rounded(VIOLENCE_RATES[year] * RESIDENTS, 100_000 * parts)
        return violence - sum(crime_total(injury, year, parts) for injury in injuries)
    return _rounded(RATES[offence][year] * RESIDENTS, 100_000 * parts)


def _rounded(number: int, divisor: int) -> int:
    """The quotient to the nearest whole number, halves up."""
    return (2 * number + divisor) // (2 * divisor)


def _level(years: Sequence[int], month: int) -> int:
    """24 times the yearly level at a month, on the lines between the middles of the three years.

    In half months from January 2014 those middles stand at -7, 17 and 41.
    """
    now = min(2 * month, 41)
    first, second = years[:2] if now < 17 else years[1:]
    left = -7 if now < 17 else 17
    return first * (left + 24 - now) + second * (now - left)


def _spread(total: int, months: range, levels: Sequence[int], season: Sequence[int]) -> list[int]:
    """A total over months counted from January 2014, by level, season and length of month."""
    weights = [
        level * season[month % 12] * monthrange(2014 + month // 12, month % 12 + 1)[1]
        for level, month in zip(levels, months, strict=True)
    ]
    return apportion(total, weights)
