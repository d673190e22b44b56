from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from measured_areas import Shropshire

from geo.measures.clusters import clusters
from geo.measures.hotspots import classify, own_level
from geo.measures.neighbours import Neighbours
from geo.measures.robustness import Stands, cluster_settings, hot_spot_settings, in_words

months = st.integers(1, 5).flatmap(
    lambda m: st.lists(
        st.lists(st.sampled_from([0, 1, 2, 4, 60]), min_size=m, max_size=m),
        min_size=30,
        max_size=34,
    )
)


def test_shropshire_by_thresholds_and_months(shared: Path, shropshire: Shropshire) -> None:
    monthly = pd.read_csv(shared / "oracles/shropshire_asb_monthly.csv", index_col="LSOA11CD")
    by_month = monthly.reindex(shropshire.codes).to_numpy().T
    stands = hot_spot_settings(by_month, shropshire.residents)
    assert set(stands.settings.tolist()) == {6 + 5}
    found = dict(zip(shropshire.codes, stands.flagged.tolist(), strict=True))
    assert found["E01028946"] == found["E01028906"] == 11
    # By its z of 3.3931 the third passes each threshold.
    assert found["E01028957"] >= 6
    # Those raised pass none of 3.090 and 3.291 on the whole period.
    assert all(found[code] <= 7 for code in ("E01028891", "E01028934", "E01028903"))
    never = own_level(shropshire.asb, shropshire.residents).z < 1.5
    assert stands.flagged[never].tolist() == [0] * int(never.sum())


@settings(max_examples=40)
@given(months, st.data())
def test_each_setting_by_the_rule_of_the_classes(
    counts: list[list[int]], data: st.DataObject
) -> None:
    by_month = np.array(counts).T
    n = by_month.shape[1]
    residents = np.array(
        data.draw(st.lists(st.sampled_from([0, 800, 1700]), min_size=n, max_size=n))
    )
    stands = hot_spot_settings(by_month, residents)
    total = by_month.sum(axis=0)
    z = own_level(total, residents).z
    expected = sum(
        ((z >= limit) & (total >= least)).astype(int)
        for limit in (2.576, 3.09, 3.291)
        for least in (5, 10)
    )
    busy = [month for month in by_month if month.sum()]
    for month in busy if len(busy) > 1 else []:
        left = total - month
        alone = Neighbours.from_pairs(n, [], [])
        classes, _ = classify(own_level(left, residents).z, left, residents, alone)
        expected = expected + (np.array(classes) == "hot spot")
    told = ~np.isnan(z)
    assert stands.flagged.tolist() == np.where(told, expected, 0).tolist()
    settings_of = 6 + (len(busy) if len(busy) > 1 else 0)
    assert stands.settings.tolist() == np.where(told, settings_of, 0).tolist()


def test_a_month_alone_is_not_left_out_and_few_areas_are_not_told() -> None:
    one = hot_spot_settings([[1] * 29 + [40]], [1000] * 30)
    assert one.settings.tolist() == [6] * 30
    assert one.flagged[-1] == 6
    few = hot_spot_settings([[1] * 29], [1000] * 29)
    assert few.settings.tolist() == few.flagged.tolist() == [0] * 29
    none = hot_spot_settings(np.zeros((4, 30)), [1000] * 30)
    assert none.flagged.tolist() == [0] * 30
    assert none.settings.tolist() == [6] * 30


def test_clusters_by_rule_and_rate() -> None:
    nan = float("nan")
    stands = cluster_settings([np.array([0.05, 0.1, 0.2, nan]), np.array([0.3, 0.01, nan, nan])])
    assert stands.flagged.tolist() == [3, 5, 1, 0]
    assert stands.settings.tolist() == [6, 6, 3, 0]
    count = np.array([20] * 8 + [1, 0, 2] * 40)
    row = Neighbours.from_pairs(128, range(128), [*range(1, 128), 0])
    q = clusters(count, row).q
    found = cluster_settings([q])
    expected = [sum(rate <= limit for limit in (0.05, 0.1, 0.2)) for rate in q.tolist()]
    assert found.flagged.tolist() == expected
    assert min(expected[2:6]) > 0 == max(expected[20:100])


def test_words() -> None:
    hot = Stands(np.array([9, 0, 0]), np.array([12, 12, 0]))
    cluster = Stands(np.array([1, 0, 0]), np.array([9, 0, 0]))
    assert in_words(hot, cluster) == [
        "A hot spot in 9 of 12 settings; a cluster in 1 of 9 settings.",
        "A hot spot in none of 12 settings.",
        None,
    ]
    assert in_words(cluster, hot)[2] is None


def test_bad_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="months by areas"):
        hot_spot_settings([1, 2], [1, 2])
    with pytest.raises(ValueError, match="same shape"):
        hot_spot_settings([[1, 2]], [1])
    with pytest.raises(ValueError, match="negative"):
        hot_spot_settings([[-1]], [1])
    with pytest.raises(ValueError, match="array"):
        cluster_settings([])
