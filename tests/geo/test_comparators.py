"""Areas beside each other, against the counts by hand and scipy."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from command_line import Run, cells, refused
from made_dataset import COUNTS, POLICE, made, row
from scipy.stats import binomtest

from geo.comparators import CLEAR, MISSING, NOBODY, areas_beside
from geo.dataset import Dataset
from geo.errors import QuestionError
from geo.period import parse_month

SQUARES = 36  # a thousand people live in each


def dataset(
    home: Path, name: str, shoplifting: int, residents: int = 1000, **more: object
) -> Dataset:
    """The made dataset under another name, with so many shoplifting crimes in its last month."""
    first, last = str(more.get("period", POLICE["period"])).split("/")

    def edit(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.assign(residents=pd.array([residents] * len(frame), dtype="Int64"))

    kept = [item for item in COUNTS if item["source"] == 0 and item["offence"] != "shoplifting"]
    within = range(parse_month(first), parse_month(last) + 1)
    counts = [item for item in kept if item["month"] in within]
    counts.append(row(0, "shoplifting", last, (5, 5), shoplifting))
    return made(home / name, [POLICE | more], counts, edit,
                area={"name": name})  # fmt: skip


def test_rates_and_ratios_are_those_of_the_counts(tmp_path: Path) -> None:
    made_of = {"Ourshire": (40, 1000), "Twinshire": (44, 1000), "Bigshire": (300, 2000)}
    datasets = [dataset(tmp_path, name, *of) for name, of in made_of.items()]
    period, areas = areas_beside(datasets, "shoplifting", "2019-06")
    assert period.iso() == "2019-06/2019-06"
    assert [area.area for area in areas] == list(made_of)
    p = []
    for area, (count, people) in zip(areas, made_of.values(), strict=True):
        assert (area.count, area.residents) == (count, people * SQUARES)
        assert area.rate.value == pytest.approx(1000 * count / (people * SQUARES))
        assert area.rate.lower < area.rate.value < area.rate.upper
        share = people / (people + 1000)
        test = binomtest(count, count + 40, share)
        limits = test.proportion_ci()
        if area is not areas[0]:
            p.append(test.pvalue)
            low, high = (end / (1 - end) * 1000 / people for end in (limits.low, limits.high))
            assert area.ratio.value == pytest.approx(count / people / (40 / 1000))
            assert (area.ratio.lower, area.ratio.upper) == pytest.approx((low, high))
    assert areas[0].clear is None
    assert np.isnan(areas[0].ratio.value)
    q = [min(2 * p[1], max(p)), max(p)]  # Benjamini and Hochberg of two
    assert [area.clear for area in areas[1:]] == [q[1] <= CLEAR, q[0] <= CLEAR] == [False, True]


def test_the_order_of_areas_turns_the_ratio_over(tmp_path: Path) -> None:
    one, other = dataset(tmp_path, "Oneshire", 40), dataset(tmp_path, "Othershire", 90)
    _, (_, there) = areas_beside([one, other], "shoplifting", "2019-06")
    _, (_, back) = areas_beside([other, one], "shoplifting", "2019-06")
    turned = (1 / back.ratio.value, 1 / back.ratio.upper, 1 / back.ratio.lower)
    assert tuple(there.ratio) == pytest.approx(turned)


def test_without_months_they_are_the_latest_that_all_hold(tmp_path: Path) -> None:
    long = dataset(tmp_path, "Longshire", 40)
    short = dataset(tmp_path, "Shortshire", 40, period="2018-11/2019-06")
    assert areas_beside([long, short], "shoplifting")[0].iso() == "2018-11/2019-06"
    assert areas_beside([long, long], "shoplifting")[0].iso() == "2018-07/2019-06"


def test_why_there_is_no_rate(tmp_path: Path) -> None:
    ours = dataset(tmp_path, "Ourshire", 40)
    holes = dataset(tmp_path, "Holeshire", 40, months_missing=["2019-05"])
    empty = dataset(tmp_path, "Noshire", 40, residents=0)
    _, areas = areas_beside([ours, holes, empty], "shoplifting", "2019-04/2019-06")
    assert [area.why for area in areas] == [None, MISSING, NOBODY]
    assert [area.clear for area in areas] == [None] * 3
    assert np.isnan([area.rate.value for area in areas[1:]]).all()
    none = dataset(tmp_path, "Zeroshire", 0)
    nil = dataset(tmp_path, "Nilshire", 0)
    assert areas_beside([none, nil], "shoplifting", "2019-06")[1][1].clear is None


def test_months_that_are_not_shared_are_refused(tmp_path: Path) -> None:
    early = dataset(tmp_path, "Earlyshire", 40, period="2018-01/2018-06")
    late = dataset(tmp_path, "Lateshire", 40, period="2019-01/2019-06")
    with pytest.raises(QuestionError, match=r"Earlyshire 2018-01/2018-06, Lateshire 2019-01"):
        areas_beside([early, late], "shoplifting")
    with pytest.raises(QuestionError, match="2018-01/2018-06"):
        areas_beside([late, early], "shoplifting", "2019-06")


def test_the_command_says_what_it_compares(tmp_path: Path, run: Run) -> None:
    dataset(tmp_path, "Ourshire", 40)
    dataset(tmp_path, "Bigshire", 300)
    asked = ["--theme", "shoplifting", "--months", "2019-06"]
    ours, other = (str(tmp_path / name) for name in ("Ourshire", "Bigshire"))
    ended = run("compare", other, "--dataset", ours, *asked)
    assert ended.returncode == 0, ended.stderr
    assert cells(ended.stdout, "Bigshire")[:4] == ["Bigshire", "36,000", "300", "8.3"]
    assert "7.50 times" in ended.stdout
    assert "residents in 2022" in ended.stdout
    assert "data.police.uk street files" in ended.stdout
    refused(run("compare", str(tmp_path / "nowhere"), "--dataset", ours), "There is no dataset in")
