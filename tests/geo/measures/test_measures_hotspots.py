import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from measured_areas import Shropshire

from geo.measures.clusters import clusters
from geo.measures.hotspots import (
    NOBODY,
    TOO_FEW,
    classify,
    concentration,
    fewest_holding,
    own_level,
)
from geo.measures.neighbours import Neighbours

maps = st.lists(
    st.tuples(st.integers(0, 200), st.sampled_from([0, 700, 1500, 2300])), min_size=30, max_size=60
)


def test_own_level_of_shropshire(shropshire: Shropshire) -> None:
    level = own_level(shropshire.asb, shropshire.residents)
    assert level.phi == pytest.approx(6.672189612, abs=5e-10)
    by_code = dict(zip(shropshire.codes, level.z.tolist(), strict=True))
    highest = sorted(by_code, key=lambda code: -by_code[code])[:9]
    assert highest[:8] == [
        "E01028946", "E01028906", "E01028957", "E01028891",
        "E01028934", "E01028903", "E01033526", "E01028932",
    ]  # fmt: skip
    assert [round(by_code[code], 4) for code in highest[:3]] == [10.5545, 5.4227, 3.3931]
    assert by_code[highest[7]] >= 1.960 > by_code[highest[8]]
    assert (level.z <= -1.960).sum() == 5


def test_classes_of_shropshire(shropshire: Shropshire) -> None:
    z = own_level(shropshire.asb, shropshire.residents).z
    classes, reasons = classify(z, shropshire.asb, shropshire.residents, shropshire.neighbours)
    hot = [code for code, name in zip(shropshire.codes, classes, strict=True) if name == "hot spot"]
    assert sorted(hot) == ["E01028906", "E01028946", "E01028957"]
    assert classes.count("raised") == 5
    assert classes.count("low") == 5
    assert reasons == [None] * 193
    assert not clusters(shropshire.asb, shropshire.neighbours).cluster.any()


@given(maps, st.randoms(use_true_random=False))
def test_own_level_follows_the_areas(areas: list[tuple[int, int]], random: object) -> None:
    order = list(range(len(areas)))
    random.shuffle(order)  # type: ignore[attr-defined]
    count, residents = np.array(areas).T
    first, second = own_level(count, residents), own_level(count[order], residents[order])
    np.testing.assert_allclose(first.z[order], second.z, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(first.phi, second.phi, rtol=1e-9, atol=1e-9)
    assert (np.isnan(first.z) == ((residents == 0) | np.isnan(first.phi))).all()
    assert np.isnan(first.phi) == ((residents > 0).sum() < 30)


@given(maps)
def test_z_has_the_sign_of_the_difference(areas: list[tuple[int, int]]) -> None:
    count, residents = np.array(areas).T
    level = own_level(count, residents)
    told = ~np.isnan(level.z)
    if told.any():
        overall = count[told].sum() / residents[told].sum()
        above = count[told] / residents[told] - overall
        assert (np.sign(level.z[told]) == np.sign(above))[abs(above) > 1e-9].all()


def test_areas_without_residents_take_no_part() -> None:
    count, residents = np.arange(31), np.full(31, 900)
    alone = own_level(count[:30], residents[:30])
    residents[30] = 0
    beside = own_level(count, residents)
    assert (beside.z[:30] == alone.z).all()
    assert beside.phi == alone.phi
    assert np.isnan(beside.z[30])


def test_each_class_in_turn() -> None:
    row = Neighbours.from_pairs(8, range(7), range(1, 8))
    z = [3.09, 3.09, 3.0, 2.5, -1.96, np.nan, np.nan, 0.0]
    count = [10, 9, 5, 4, 0, 3, 3, 3]
    residents = [900, 900, 900, 900, 900, 0, 900, 900]
    classes, reasons = classify(z, count, residents, row)
    assert classes == [
        "hot spot", "raised", "raised", "not unusual", "low", "not told", "not told", "not unusual"
    ]  # fmt: skip
    assert reasons == [None, None, None, None, None, NOBODY, TOO_FEW, None]


def test_beside_comes_after_an_own_class() -> None:
    star = Neighbours.from_pairs(4, [0, 0, 0], [1, 2, 3])
    classes, _ = classify([5.0, 2.0, -3.0, 1.0], [50, 9, 1, 4], [900] * 4, star)
    assert classes == ["hot spot", "raised", "low", "beside a hot spot"]


def test_few_areas_are_not_told() -> None:
    level = own_level([5] * 29 + [5], [900] * 29 + [0])
    assert np.isnan([*level.z, level.phi]).all()


def test_no_incident_is_not_unusual() -> None:
    level = own_level([0] * 30, [900] * 30)
    assert (level.z == 0).all()
    assert level.phi == 0


def test_concentration_of_shropshire(shropshire: Shropshire) -> None:
    held = concentration(shropshire.asb)
    by_rank = np.sort(held.cumulative_share)
    assert by_rank[35] >= 0.5 > by_rank[34]
    assert round(by_rank[38], 3) == 0.523
    assert round(held.share.max(), 3) == 0.107
    assert held.rank[shropshire.codes.index("E01028946")] == 1


@given(st.lists(st.integers(0, 30), min_size=1, max_size=40))
def test_concentration_is_an_order(count: list[int]) -> None:
    held = concentration(count)
    for i, own in enumerate(count):
        assert held.rank[i] == 1 + sum(other > own for other in count)
    if sum(count) == 0:
        assert np.isnan([*held.share, *held.cumulative_share]).all()
        return
    assert held.share.sum() == pytest.approx(1)
    for i, own in enumerate(count):
        ahead = sum(
            other for j, other in enumerate(count) if other > own or (other == own and j <= i)
        )
        assert held.cumulative_share[i] == pytest.approx(ahead / sum(count))


def test_bad_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="same shape"):
        own_level([1, 2], [1])
    with pytest.raises(ValueError, match="one-dimensional"):
        own_level([[1]], [[1]])
    with pytest.raises(ValueError, match="negative"):
        concentration([-1])
    with pytest.raises(ValueError, match="same shape"):
        classify([0.0], [1, 2], [1, 2], Neighbours.from_pairs(2, [], []))


@given(st.lists(st.integers(0, 30), min_size=1, max_size=40), st.sampled_from([1 / 3, 0.5, 0.9, 1]))
def test_fewest_holding_is_enough_and_one_fewer_is_not(count: list[int], share: float) -> None:
    number = fewest_holding(count, share)
    if not sum(count):
        assert number is None
        return
    assert number is not None
    down = sorted(count, reverse=True)
    assert sum(down[:number]) >= share * sum(count) - 1e-9
    assert sum(down[: number - 1]) < share * sum(count)


def test_fewest_holding_of_shropshire(shropshire: Shropshire) -> None:
    assert fewest_holding(shropshire.asb, 0.5) == 36
    assert fewest_holding([1, 1, 1], 1 / 3) == 1
    for wrong in (0, -0.1, 1.1):
        with pytest.raises(ValueError, match="share is"):
            fewest_holding([1], wrong)
