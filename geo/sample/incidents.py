"""Illustrative incidents while they are drawn: offence, month, LSOA, marks, point and minute."""

from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.random import RandomState

from geo.period import month_iso
from geo.sample.ground import BoolArray, FloatArray, Ground, IntArray
from geo.sample.habits import (
    BUSINESS_SHARE,
    BUSINESS_WEIGHTS,
    CENTRAL,
    CLOCKS,
    EVENING,
    FLAG_WEIGHTS,
    HABITS,
    OFFENCES,
    RURAL_FLAG_SHARE,
    RURAL_KINDS,
    SHOPLIFTING_OF_BUSINESS,
)
from geo.sample.totals import ASB_2015, PERIOD, monthly_totals

NO_RURAL_KIND = -1
MONTHS = np.array(
    [month_iso(month) for month in (*PERIOD.months(), PERIOD.last + 1)], "datetime64[M]"
)


class Incidents:
    """The incidents while they are drawn: one entry each, in columns."""

    def __init__(self, offence: IntArray, month: IntArray, area: IntArray) -> None:
        self.offence, self.month, self.area = offence, month, area
        # The ASB categories are the first offences.
        self.crime: BoolArray = offence >= len(ASB_2015)
        self.rural_kind: IntArray = np.full(len(offence), NO_RURAL_KIND)
        self.business: BoolArray = np.zeros(len(offence), dtype=bool)
        self.rural: BoolArray = np.zeros(len(offence), dtype=bool)

    def by_offence(self, weights: dict[str, float], other: float = 0.0) -> FloatArray:
        """The weight of each incident's offence."""
        each: FloatArray = np.array([weights.get(code, other) for code in OFFENCES])
        return each[self.offence]


def draw_incidents(rs: RandomState, ground: Ground, luck: FloatArray) -> Incidents:
    """Every incident's offence and month, as the totals have them, and its LSOA by weight."""
    totals = monthly_totals()
    counts = np.array([totals[code] for code in OFFENCES])
    offence, month = (
        np.repeat(index.ravel(), counts.ravel()) for index in np.indices(counts.shape)
    )
    chosen = []
    for code, months in zip(OFFENCES, counts, strict=True):
        own_luck = luck * (0.6 + 0.8 * rs.random_sample(len(luck)))
        chosen.append(_pick(rs, ground.weights(HABITS[code][0], own_luck), int(months.sum())))
    return Incidents(offence, month, np.concatenate(chosen))


def mark_year(rs: RandomState, incidents: Incidents, ground: Ground, year: int) -> None:
    """Mark a calendar year's crimes as rural offences, rural by flag and against business."""
    of_year = incidents.crime & (incidents.month // 12 == year)
    total = int(of_year.sum())
    kind = ground.kind[incidents.area]
    country = np.where(ground.open_country, 1.0, np.array([0.01, 0.1, 0.1])[ground.kind])
    for index, (share, offences, season) in enumerate(RURAL_KINDS.values()):
        months = np.array([float(digit) for digit in season])[incidents.month % 12]
        free = of_year & (incidents.rural_kind == NO_RURAL_KIND)
        weights = free * incidents.by_offence(dict.fromkeys(offences, 1.0)) * months
        picked = _choose(rs, weights * country[incidents.area], round(share * total))
        incidents.rural_kind[picked] = index
    listed = incidents.rural_kind != NO_RURAL_KIND
    flag_weights = np.array([0.03, 0.5, 1.0])[kind] * np.where(listed, 10.0, 1.0)
    flag_weights *= of_year * incidents.by_offence(FLAG_WEIGHTS, other=1.0)
    incidents.rural[_choose(rs, flag_weights, round(RURAL_FLAG_SHARE * total))] = True
    against = round(BUSINESS_SHARE * total)
    shops = round(SHOPLIFTING_OF_BUSINESS * against)
    shoplifting = of_year * incidents.by_offence({"shoplifting": 1.0})
    incidents.business[_choose(rs, shoplifting, shops)] = True
    others = of_year * incidents.by_offence(BUSINESS_WEIGHTS)
    incidents.business[_choose(rs, others, against - shops)] = True


def draw_points(
    rs: RandomState, incidents: Incidents, ground: Ground, points: pd.DataFrame
) -> IntArray:
    """The point of each incident: within an LSOA a few points hold much of it (Zipf-like).

    Town-centre kinds rank the points from the hub outward, others from halfway down the list, and
    rural offences from its end, where the farms are.
    """
    sizes = np.bincount(points["area"], minlength=len(ground.residents))
    ranks = np.arange(sizes.max())
    pull = np.where(ranks < sizes[:, None], 1 / (ranks + 4), 0.0)
    bounds = np.cumsum(pull, axis=1) / pull.sum(axis=1, keepdims=True)
    size = sizes[incidents.area]
    drawn = rs.random_sample(len(size))
    rank = (drawn[:, None] >= bounds[incidents.area]).sum(axis=1)
    rank = np.minimum(rank, size - 1)
    central = {code: float(HABITS[code][0] in CENTRAL) for code in OFFENCES}
    index = np.where(incidents.by_offence(central) > 0, rank, (rank + size // 2) % size)
    index = np.where(incidents.rural_kind != NO_RURAL_KIND, size - 1 - rank, index)
    point: IntArray = (np.cumsum(sizes) - sizes)[incidents.area] + index
    return point


def _week(clock: str) -> FloatArray:
    """Weights of the hours of a week (7 days from Monday by 24), from one of the `CLOCKS`."""
    hours, days, evenings = CLOCKS[clock]
    from_six = np.outer(days, [int(digit) for digit in hours])
    from_six += np.outer(evenings, [int(digit) for digit in EVENING])
    after_midnight = np.roll(from_six[:, 18:], 1, axis=0)
    return np.hstack([after_midnight, from_six[:, :18]]).astype(np.float64)


def draw_minutes(rs: RandomState, incidents: Incidents) -> IntArray:
    """When each incident happens, in minutes from the start of the period, on a fifth minute."""
    clocks = list(CLOCKS)
    clock = np.array([clocks.index(HABITS[code][1]) for code in OFFENCES])[incidents.offence]
    clock = np.where(incidents.rural_kind != NO_RURAL_KIND, clocks.index("dark"), clock)
    starts = MONTHS.astype("datetime64[D]")
    hour = np.zeros(len(clock), dtype=np.int64)
    for month, (start, end) in enumerate(pairwise(starts)):
        days = np.arange(start, end).astype(np.int64)
        for index, name in enumerate(clocks):
            rows = np.flatnonzero((incidents.month == month) & (clock == index))
            # 1 January 1970 was a Thursday, the fourth day from Monday.
            weights = _week(name)[(days + 3) % 7].ravel()
            since_start = int((start - starts[0]).astype(np.int64)) * 24
            hour[rows] = since_start + _pick(rs, weights, len(rows))
    return hour * 60 + 5 * np.floor(rs.random_sample(len(hour)) * 12).astype(np.int64)


def _pick(rs: RandomState, weights: FloatArray, size: int) -> IntArray:
    """So many positions drawn by weight, each as if it were the first."""
    bounds = np.cumsum(weights)
    drawn = np.searchsorted(bounds, rs.random_sample(size) * bounds[-1], side="right")
    picked: IntArray = np.minimum(drawn, len(weights) - 1)
    return picked


def _choose(rs: RandomState, weights: FloatArray, size: int) -> IntArray:
    """So many different positions, the heavier the likelier, none of weight nought.

    Sequential Poisson sampling (Ohlsson 1998): the least of uniform draws over weights. Its size
    is exact and it needs no more than a division.
    """
    draws = rs.random_sample(len(weights))
    keys = np.divide(draws, weights, out=np.full(len(weights), np.inf), where=weights > 0)
    order: IntArray = np.argsort(keys, kind="stable")
    return order[: min(size, int((weights > 0).sum()))]
