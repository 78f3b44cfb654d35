from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from online_models.numerics.columns import Columns, column


class Points(Columns):
    x: NDArray[np.float64] = column(np.float64, np.nan)
    n: NDArray[np.int64] = column(np.int64, 0)
    tags: NDArray[np.int32] = column(np.int32, -1, 3)


@given(st.lists(st.integers(0, 400), max_size=6))
def test_rows_keep_their_values_and_new_ones_hold_the_fill(sizes: list[int]) -> None:
    points, expected = Points(), []
    for size in sizes:
        before = points.size
        points.grow(size)
        for row in range(before, points.size):
            assert np.isnan(points.x[row])
            assert (points.n[row], points.tags[row].tolist()) == (0, [-1, -1, -1])
            points.x[row] = points.n[row] = points.tags[row, 1] = row
            expected.append(row)
        assert points.n.tolist() == points.x.tolist() == points.tags[:, 1].tolist() == expected


def test_a_snapshot_is_apart_from_what_goes_on() -> None:
    points = Points()
    points.grow(2)
    snapshot = points.snapshot()
    points.n[0] = 7
    assert snapshot["n"].tolist() == [0, 0]
    assert Points.restore(snapshot).n.tolist() == [0, 0]


def test_a_field_that_a_snapshot_lacks_keeps_its_fill() -> None:
    points = Points.restore({"n": np.array([4, 5])})
    assert points.n.tolist() == [4, 5]
    assert points.tags.tolist() == [[-1] * 3] * 2


def test_fields_of_unequal_length_are_refused() -> None:
    with pytest.raises(ValueError, match="unequal length"):
        Points.restore({"n": np.zeros(2), "x": np.zeros(3)})
