"""When incidents happen: the days of the week and the hours of the day."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from geo.measures._arrays import BoolArray, IntArray, whole_counts

DAYS, HOURS = 7, 24


@dataclass(frozen=True)
class Hours:
    """Where on the clock incidents gather.

    `mean`: the mean direction as an hour, 0 to 24. `concentration`: 0 where they are spread
    evenly or balance out, 1 where all are in one hour. `p`: the chance of as much concentration
    if every hour were alike. NaN where there are no incidents.
    """

    mean: float
    concentration: float
    p: float


def hours_together(count: ArrayLike) -> Hours:
    """The mean hour and how far incidents keep to it, hours being points on a circle.

    Each hour stands for its middle. With C and S the sums of cosines and sines, the concentration
    is R = sqrt(C^2 + S^2) / n and the mean the direction of (C, S) (Mardia and Jupp 2000). p is
    Rayleigh's, by Zar's approximation: exp(sqrt(1 + 4n + 4(n^2 - n^2 R^2)) - (1 + 2n)) (Zar 1999).
    Two peaks twelve hours apart cancel, so a low concentration is not evenness.

    Args:
        count: incidents by hour from midnight, shape (24,).

    Raises:
        ValueError: there are not 24 counts, or one is negative, missing or not whole.

    Example:
        >>> found = hours_together([0] * 22 + [5, 5])
        >>> round(found.mean, 2), round(found.concentration, 3)
        (23.0, 0.991)
    """
    hours = whole_counts(count)
    if hours.shape != (HOURS,):
        raise ValueError(f"There are {HOURS} hours in a day, but {hours.size} counts.")
    n = int(hours.sum())
    if not n:
        return Hours(np.nan, np.nan, np.nan)
    angle = 2 * np.pi * (np.arange(HOURS) + 0.5) / HOURS
    east, north = float(hours @ np.sin(angle)), float(hours @ np.cos(angle))
    length = np.hypot(east, north)
    p = np.exp(np.sqrt(1 + 4 * n + 4 * (n**2 - length**2)) - (1 + 2 * n))
    mean = np.arctan2(east, north) / (2 * np.pi) * HOURS % HOURS
    return Hours(float(mean), float(min(length / n, 1)), float(min(p, 1)))


def nights(table: ArrayLike, start: int, end: int) -> IntArray:
    """Incidents of each night, by the day it begins on.

    A night runs from the hour `start` to midnight and on to the hour `end`, not included.

    Args:
        table: incidents by day, Monday first, and hour, shape (7, 24).
        start: the first hour of a night, such as 20.
        end: the hour it ends at, such as 4; before `start`.

    Returns:
        Incidents, shape (7,): that of Sunday night ends on Monday.

    Raises:
        ValueError: the table has another shape, a count is negative, missing or not whole, or the
            hours are no night.

    Example:
        >>> week = np.zeros((7, 24), dtype=int)
        >>> week[4, 23], week[5, 1], week[5, 12] = 3, 2, 50
        >>> nights(week, 20, 4)[4]
        np.int64(5)
    """
    week = whole_counts(np.ravel(table))
    if np.shape(table) != (DAYS, HOURS):
        raise ValueError(f"A week is {DAYS} days by {HOURS} hours, not {np.shape(table)}.")
    if not 0 <= end < start < HOURS:
        raise ValueError(f"From {start} to {end} is no night: it ends before it starts, after 0.")
    by_day = week.reshape(DAYS, HOURS)
    late, early = by_day[:, start:].sum(axis=1), by_day[:, :end].sum(axis=1)
    found: IntArray = late + np.roll(early, -1)
    return found


def night_hours(start: int, end: int, days: ArrayLike) -> BoolArray:
    """Which hours of the week are in the nights that begin on some days, shape (7, 24).

    Args:
        start: the first hour of a night.
        end: the hour it ends at.
        days: which days nights begin on, Monday first, shape (7,).
    """
    chosen = np.asarray(days, dtype=np.bool_)
    held = np.zeros((DAYS, HOURS), dtype=np.bool_)
    held[chosen, start:] = True
    held[np.roll(chosen, 1), :end] = True
    return held
