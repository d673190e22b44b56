"""The public tables of a partner's records: which years, what is taken over, what stays hidden."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_dataset import INSIDE, POLICE, TOWN, code, write_made
from made_partner import FORCE, force_counts, partner
from scipy.optimize import linprog

from geo.dataset import Dataset
from geo.errors import DatasetError, HiddenError
from geo.period import Period
from geo.public.make import PublicYear, public_years, tables_to_make, write_public
from geo.public.view import public_view
from geo.query import Question

LEAST = 3


def table_of(dataset: Dataset) -> pd.DataFrame:
    return pd.read_parquet(dataset.folder / "public.parquet")


def test_years_run_from_april_and_are_whole(tmp_path: Path) -> None:
    force = FORCE | {"period": "2017-11/2020-03", "months_missing": ["2018-07"]}
    dataset = Dataset.open(write_made(tmp_path, [force], force_counts(1)))
    assert [year.iso() for year in public_years(dataset.held[0])] == ["2019-04/2020-03"]


@pytest.mark.parametrize("source", [POLICE, FORCE | {"period": "2018-05/2019-03"}])
def test_open_records_and_part_years_have_no_public_table(
    tmp_path: Path, source: dict[str, object]
) -> None:
    counts = [one for one in force_counts(1) if one["month"] < 2019 * 12 + 3]
    dataset = Dataset.open(write_made(tmp_path, [source], counts))
    write_public(dataset.folder, dataset)
    assert not (dataset.folder / "public.parquet").exists()


def test_public_figures_are_the_true_ones_and_small_ones_are_not_there(tmp_path: Path) -> None:
    dataset = partner(tmp_path, 4)
    found = table_of(dataset)
    for first, year in ((2018 * 12 + 3, "2018-04/2019-03"), (2019 * 12 + 3, "2019-04/2020-03")):
        of_year = found[found["first_month"] == first]
        asked = Question.ask(dataset, "asb", year)
        true = asked.counts(dataset)
        mine = of_year[of_year["table"] == "asb"].set_index("area")["count"]
        for i, square in enumerate(INSIDE):
            shown = mine[code(square)]
            assert np.isnan(shown) or shown == true[i]
            assert true[i] == 0 or true[i] > 4 or np.isnan(shown)
        inside = np.isin(np.arange(len(INSIDE)), [INSIDE.index(square) for square in TOWN])
        assert mine["town/northtown"] == true[inside].sum()
        assert mine["everywhere"] == true.sum()
    assert set(found["table"]) == {"crime", "asb", "noise", "sexual-offences"}
    grave = found[found["table"] == "sexual-offences"]
    assert set(grave["area"]) == {"town/northtown", "outside the towns", "everywhere"}


def test_a_year_that_has_not_changed_is_taken_over(tmp_path: Path) -> None:
    dataset = partner(tmp_path / "one", 1)
    made: list[str] = []

    def noted(years: list[PublicYear], total: int) -> list[PublicYear]:
        made.extend(year.name for year in years)
        assert total == len(years)
        return years

    again = partner(tmp_path / "two", 1)
    write_public(again.folder, again, dataset.folder, noted)
    assert made == []
    assert table_of(again).equals(table_of(dataset))
    counts = force_counts(1)
    late = next(one for one in counts if one["month"] == 2019 * 12 + 5 and one["lsoa"] >= 0)
    late["count_all"] += 1
    third = Dataset.open(write_made(tmp_path / "three", [FORCE], counts))
    write_public(third.folder, third, dataset.folder, noted)
    assert len(made) == 1
    assert "April 2019 to March 2020" in made[0]


def test_what_was_hidden_of_a_restated_year_stays_hidden(tmp_path: Path) -> None:
    dataset = partner(tmp_path / "one", 1)
    restated = force_counts(1)
    for one in restated:
        one["count_all"] *= 3
    later = Dataset.open(write_made(tmp_path / "two", [FORCE], restated))
    write_public(later.folder, later)
    keys = ["table", "group", "first_month", "area"]
    alone = table_of(later).set_index(keys)["count"]
    write_public(later.folder, later, dataset.folder)
    after = table_of(later).set_index(keys)["count"]
    before = table_of(dataset).set_index(keys)["count"]
    hidden = before[before.isna()].index
    assert after[hidden].isna().all()
    assert alone[hidden].notna().any()


@given(st.integers(0, 2**32 - 1), st.integers(1, 40))
@settings(max_examples=8)
def test_a_programme_over_one_table_leaves_three_values(
    tmp_path_factory: pytest.TempPathFactory, seed: int, busy: int
) -> None:
    """The same attack as on the served figures, on whatever counts there are."""
    rng = np.random.default_rng(seed)
    year = Period.read("2018-04/2019-03")
    counts = [
        one | {"count_all": int(rng.poisson(busy / 4)) or 1}
        for one in force_counts(seed % 1000)
        if one["month"] in year.months()
    ]
    home = tmp_path_factory.mktemp("one")
    dataset = Dataset.open(write_made(home, [FORCE | {"period": year.iso()}], counts))
    for one in tables_to_make(dataset):
        told = one.table()["count"].to_numpy(zero_copy_only=False)
        hidden = np.isnan(told)
        rows = np.vstack([np.eye(len(one.cells)), one.members.toarray()])
        true = rows @ one.cells
        assert (told[~hidden] == true[~hidden]).all()
        least = np.where(hidden[: len(one.cells)], 1, 0)
        bounds = list(zip(least, [None] * len(least), strict=True))
        for figure in rng.permutation(np.flatnonzero(hidden))[:12]:
            low, high = (
                linprog(sign * rows[figure], A_eq=rows[~hidden], b_eq=told[~hidden], bounds=bounds)
                for sign in (1, -1)
            )
            top = np.inf if high.status == 3 else -high.fun
            assert np.floor(top + 1e-6) - np.ceil(low.fun - 1e-6) + 1 >= LEAST


def test_a_threshold_of_nought_hides_nothing(tmp_path: Path) -> None:
    dataset = Dataset.open(write_made(tmp_path, [FORCE], force_counts(1)))
    dataset.manifest["disclosure"].update(hidden_below=0, hidden_below_grave=0)
    write_public(dataset.folder, dataset)
    assert table_of(dataset)["count"].notna().all()


def test_records_are_out_of_reach_in_the_public_view(tmp_path: Path) -> None:
    seen = public_view(partner(tmp_path, 1))
    asked = Question.ask(seen, "asb")
    assert seen.counts.cube.size == 0
    for reach in (asked.counts_by_month, asked.counts, asked.need_records):
        with pytest.raises(HiddenError):
            reach(seen)
    assert asked.unlocated(seen) is None
    assert asked.untold(seen) == 0
    assert asked.ring(seen)[0].size == 0


def test_damaged_public_tables_are_told(tmp_path: Path) -> None:
    dataset = partner(tmp_path, 1)
    (dataset.folder / "public.parquet").write_bytes(b"PAR1 half a file")
    with pytest.raises(DatasetError, match=r"public tables in .* are damaged; build it again"):
        public_view(dataset)
