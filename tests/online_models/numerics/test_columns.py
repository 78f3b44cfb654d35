from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from online_models.numerics.columns import Columns, column


class Points(Columns):
    x: NDArray[np.float64] = column(np.float64, np.nan)
    n: NDArray[np.int64] = column(np.int64, 0)
    tags: NDArray[np.int32] = column(np.int32, -1, 3, saved_as="labels")
    new: NDArray[np.int8] = column(np.int8, 8, optional=True)


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
    points.restore(snapshot)
    snapshot["n"][0] = 9
    assert points.n.tolist() == [0, 0]


def test_what_is_restored_takes_the_place_of_all_rows_and_grows_on() -> None:
    points, other = Points(), Points()
    points.grow(500)
    points.n[:] = 3
    other.grow(2)
    other.n[:] = 4, 5
    points.restore(other.snapshot())
    points.grow(3)
    assert points.n.tolist() == [4, 5, 0]
    assert points.tags.tolist() == [[-1] * 3] * 3


def snapshot(**changed: Any) -> dict[str, Any]:
    points = Points()
    points.grow(2)
    kept = points.snapshot() | changed
    return {name: array for name, array in kept.items() if array is not None}


def test_an_optional_column_that_a_snapshot_lacks_keeps_its_fill() -> None:
    points = Points()
    points.restore(snapshot(new=None))
    assert points.new.tolist() == [8, 8]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"n": None}, "n: is missing"),
        ({"m": np.zeros(2)}, "m: Points has no such column"),
        ({"x": np.zeros(3)}, "unequal length"),
        ({"x": np.zeros(2, np.float32)}, "x: expected float64 .*, found float32"),
        ({"labels": np.zeros((2, 4), np.int32)}, r"labels: .* found int32 of shape \(2, 4\)"),
    ],
)
def test_a_snapshot_that_does_not_fit_is_refused_by_name(
    changed: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        Points().restore(snapshot(**changed))
