"""Areas beside each other, against the counts by hand and scipy."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from command_line import Run, cells, refused
from made_dataset import INSIDE, POLICE, ROADS, made, row, shire
from scipy.stats import binomtest

from geo.comparators import CLEAR, MISSING, NOBODY, areas_beside, open_each
from geo.errors import DatasetError, QuestionError


def test_rates_and_ratios_are_those_of_the_counts(tmp_path: Path) -> None:
    made_of = {"Ourshire": (40, 1000), "Twinshire": (44, 1000), "Bigshire": (300, 2000)}
    datasets = [shire(tmp_path, name, *of) for name, of in made_of.items()]
    beside = areas_beside(datasets, "shoplifting", "2019-06")
    areas = beside.areas
    assert beside.question.period.iso() == "2019-06/2019-06"
    assert [area.area for area in areas] == list(made_of)
    p = []
    for area, (count, people) in zip(areas, made_of.values(), strict=True):
        assert (area.count, area.residents) == (count, people * len(INSIDE))
        assert area.rate.value == pytest.approx(1000 * count / (people * len(INSIDE)))
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
    one, other = shire(tmp_path, "Oneshire", 40), shire(tmp_path, "Othershire", 90)
    _, there = areas_beside([one, other], "shoplifting", "2019-06").areas
    _, back = areas_beside([other, one], "shoplifting", "2019-06").areas
    turned = (1 / back.ratio.value, 1 / back.ratio.upper, 1 / back.ratio.lower)
    assert tuple(there.ratio) == pytest.approx(turned)


def test_without_months_they_are_the_latest_that_all_hold(tmp_path: Path) -> None:
    long = shire(tmp_path, "Longshire", 40)
    short = shire(tmp_path, "Shortshire", 40, period="2018-11/2019-06")
    found = areas_beside([long, short], "shoplifting")
    assert found.question.period.iso() == found.shared.iso() == "2018-11/2019-06"
    found = areas_beside([long, long], "shoplifting")
    assert found.question.period.iso() == "2018-07/2019-06"
    assert found.shared.iso() == "2018-01/2019-06"


def test_why_there_is_no_rate(tmp_path: Path) -> None:
    ours = shire(tmp_path, "Ourshire", 40)
    holes = shire(tmp_path, "Holeshire", 40, months_missing=["2019-05"])
    empty = shire(tmp_path, "Noshire", 40, residents=0)
    areas = areas_beside([ours, holes, empty], "shoplifting", "2019-04/2019-06").areas
    assert [area.why for area in areas] == [None, MISSING, NOBODY]
    assert [area.clear for area in areas] == [None] * 3
    assert np.isnan([area.rate.value for area in areas[1:]]).all()
    none = shire(tmp_path, "Zeroshire", 0)
    nil = shire(tmp_path, "Nilshire", 0)
    assert areas_beside([none, nil], "shoplifting", "2019-06").areas[1].clear is None


def test_an_area_that_holds_other_months_takes_no_part_and_says_so(tmp_path: Path) -> None:
    early = shire(tmp_path, "Earlyshire", 40, period="2018-01/2018-06")
    late = shire(tmp_path, "Lateshire", 40, period="2019-01/2019-06")
    part = shire(tmp_path, "Partshire", 40, period="2018-03/2019-06")
    found = areas_beside([late, early, part], "shoplifting")
    assert found.question.period.iso() == "2019-01/2019-06"
    assert [area.count for area in found.areas] == [40, None, 40]
    assert found.areas[1].why == "Its records hold January to June 2018, not all of these months."
    assert areas_beside([early, late, part], "shoplifting").shared.iso() == "2018-03/2018-06"
    with pytest.raises(QuestionError, match="2018-01/2018-06"):
        areas_beside([early, late], "shoplifting", "2019-06")


def test_an_area_that_does_not_record_the_theme_says_so(tmp_path: Path) -> None:
    ours = shire(tmp_path, "Ourshire", 40)
    roads = made(tmp_path / "roads", [ROADS], [row(0, "road-collision", "2018-02", (3, 3), 9)],
                 area={"name": "Roadshire"})  # fmt: skip
    urban = shire(tmp_path, "Townshire", 40)
    urban.lsoas["place"] = "urban"
    _, there = areas_beside([ours, roads], "shoplifting").areas
    assert (there.count, there.question, there.clear) == (None, None, None)
    assert "Collision records) does not record this" in str(there.why)
    _, there = areas_beside([roads, ours], "road-collision", "2018-02").areas
    assert "does not record this" in str(there.why)
    _, there = areas_beside([ours, urban], "rural-crime").areas
    assert there.why == "No area of Townshire is classed as rural, so there is no rural-crime."
    with pytest.raises(QuestionError, match="does not record this"):
        areas_beside([roads, ours], "shoplifting")


def test_a_source_that_is_named_is_that_of_the_same_id_in_each(tmp_path: Path) -> None:
    both = made(tmp_path / "both", area={"name": "Bothshire"})
    alone = made(tmp_path / "alone", [POLICE], [row(0, "asb", "2019-06", (4, 4), 11)],
                 area={"name": "Aloneshire"})  # fmt: skip
    police = areas_beside([both, alone], "asb", "2019-06", "police").areas
    assert [area.count for area in police] == [4, 11]
    council = areas_beside([both, alone], "asb", "2019-06", "council-asb").areas
    assert council[1].why == "There is no source 'council-asb'; choose one of police or all."


def test_thirty_areas_have_a_funnel_and_fewer_none(tmp_path: Path) -> None:
    counts = [90 + 3 * i for i in range(29)] + [2000]
    datasets = [shire(tmp_path, f"Shire{i}", n, 900 + 5 * i) for i, n in enumerate(counts)]
    people = np.array([36 * (900 + 5 * i) for i in range(30)])
    found = areas_beside(datasets, "shoplifting", "2019-06")
    overall = sum(counts) / people.sum()
    z = 2 * np.sqrt(people) * (np.sqrt(counts / people) - np.sqrt(overall))
    phi = np.mean(np.clip(z, *np.quantile(z, [0.1, 0.9])) ** 2)
    assert found.overall == pytest.approx(1000 * overall)
    assert found.phi == pytest.approx(phi)
    z /= np.sqrt(max(phi, 1))
    assert z[-1] > 3.09
    places = [area.funnel for area in found.areas]
    assert places[-1] == "above 99.8%"
    assert [place != "inside" for place in places] == (np.abs(z) >= 1.96).tolist()
    few = areas_beside(datasets[:29], "shoplifting", "2019-06")
    assert (few.overall, few.phi, {area.funnel for area in few.areas}) == (None, None, {None})


def test_a_dataset_is_opened_once(tmp_path: Path) -> None:
    shire(tmp_path, "Ourshire", 40)
    shire(tmp_path, "Othershire", 40)
    ours, other = tmp_path / "Ourshire", tmp_path / "Othershire"
    assert [found.area for found in open_each([ours, other])] == ["Ourshire", "Othershire"]
    shutil.copytree(other, tmp_path / "copy")
    for twice in (ours, other / ".." / "Ourshire"):
        with pytest.raises(DatasetError, match="are the same, of Ourshire; name each once"):
            open_each([ours, other, twice])
    with pytest.raises(DatasetError, match="copy are the same, of Othershire"):
        open_each([ours, other, tmp_path / "copy"])


def test_the_command_says_what_it_compares(tmp_path: Path, run: Run) -> None:
    shire(tmp_path, "Ourshire", 40)
    shire(tmp_path, "Bigshire", 300)
    asked = ["--theme", "shoplifting", "--months", "2019-06"]
    ours, other = (str(tmp_path / name) for name in ("Ourshire", "Bigshire"))
    ended = run("compare", other, "--dataset", ours, *asked)
    assert ended.returncode == 0, ended.stderr
    assert cells(ended.stdout, "Bigshire")[:4] == ["Bigshire", "36,000", "300", "8.3"]
    assert "7.50 times" in ended.stdout
    assert "residents in 2022" in ended.stdout
    assert "data.police.uk street files" in ended.stdout
    refused(run("compare", str(tmp_path / "nowhere"), "--dataset", ours), "There is no dataset in")
