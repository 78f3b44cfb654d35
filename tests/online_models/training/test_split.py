from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from online_models.training import dataset

ends = st.lists(st.integers(0, 30), min_size=12, max_size=200).filter(lambda e: len(set(e)) >= 8)


@given(ends, st.sampled_from([0.1, 0.25, 0.4]))
def test_training_ends_before_the_test_begins_and_nothing_is_lost(
    end: list[int], share: float
) -> None:
    instants = np.array(end)
    train, test = dataset.at(instants, share)
    assert instants[train].max() < instants[test].min()
    assert sorted([*train.tolist(), *test.tolist()]) == list(range(len(end)))


@given(ends)
def test_origins_roll_forward_and_tests_do_not_overlap(end: list[int]) -> None:
    instants = np.array(end)
    splits = dataset.rolling_origin(instants, 3, 0.15)
    tested = [set(instants[test].tolist()) for _, test in splits]
    for (train, test), seen in zip(splits, tested, strict=True):
        assert instants[train].max() < min(seen)
        assert len(test) > 0
    assert not tested[0] & tested[1]
    assert not tested[1] & tested[2]
    assert max(tested[2]) == instants.max()


def test_too_few_windows_are_refused() -> None:
    with pytest.raises(ValueError, match="too few"):
        dataset.at(np.array([1, 1]), 0.5)
    with pytest.raises(ValueError, match="too few"):
        dataset.rolling_origin(np.array([1, 2, 3]), 3, 0.4)
