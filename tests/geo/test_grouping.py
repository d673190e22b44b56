"""Groups of rows against the plain way, and where the numbers would not fit."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from geo.grouping import group_rows

_TABLES = st.integers(0, 5).flatmap(
    lambda width: st.lists(st.tuples(*[st.integers(-1, 3)] * (width + 1)), min_size=1, max_size=30)
)


@given(_TABLES, st.sampled_from([4, 2**31, 2**40]))
def test_rows_are_in_one_group_where_they_say_the_same(
    rows: list[tuple[int, ...]], values: int
) -> None:
    columns = np.array(rows, dtype=np.int64).T
    group, first = group_rows((column, values) for column in columns)
    seen: dict[tuple[int, ...], int] = {}
    expected = [seen.setdefault(row, len(seen)) for row in rows]
    assert group.tolist() == expected
    assert first.tolist() == [rows.index(row) for row in seen]


def test_no_rows_are_no_groups() -> None:
    group, first = group_rows([(np.array([], dtype=np.int32), 3)])
    assert not len(group)
    assert not len(first)
