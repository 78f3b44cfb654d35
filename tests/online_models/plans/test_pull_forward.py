"""What is bought ahead is read from the dips after earlier promotions."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from online_models.plans.past import Past
from online_models.plans.pull_forward import (
    AFTER,
    PRIOR_DEVIATION,
    PRIOR_SHARE,
    PullForward,
    pull_forward,
)

OFFERS, DAYS, LENGTH = 40, 160, 7
USUAL, SOLD = 50.0, 150.0


def past(
    missing: float, course: NDArray[np.float64] | float = 1.0, promoted: int = OFFERS // 2
) -> Past:
    """Half of the offers are promoted in turn; a share of what each promotion sells more is missing
    afterwards. `course` multiplies everybody's units day by day.
    """
    units = np.full((OFFERS, DAYS), USUAL)
    depth = np.zeros((OFFERS, DAYS))
    for offer in range(promoted):
        start = 35 + 4 * offer
        depth[offer, start : start + LENGTH] = 0.2
        units[offer, start : start + LENGTH] = SOLD
        dip = missing * (SOLD - USUAL) * LENGTH / AFTER
        units[offer, start + LENGTH : start + LENGTH + AFTER] -= dip
    rng = np.random.default_rng(1)
    drawn = rng.poisson(units * course).astype(np.float64)
    return Past(0, drawn, np.ones_like(units), depth, np.full(OFFERS, 1000.0))


def found(table: Past) -> PullForward:
    nobody = np.zeros(OFFERS, np.int64)
    return pull_forward(table, nobody, 1, nobody)


@pytest.mark.parametrize("missing", [0.0, 0.3, 0.6])
def test_the_share_that_is_missing_afterwards_is_found(missing: float) -> None:
    said = found(past(missing))
    assert said.episodes.tolist() == [OFFERS // 2]
    assert abs(said.share[0] - missing) < 0.05
    assert said.deviation[0] < 0.05


@pytest.mark.parametrize("drift", [0.5, 2.0])
def test_a_shop_that_shrinks_or_grows_is_no_dip(drift: float) -> None:
    course = drift ** (np.arange(DAYS) / DAYS)
    weekly = 1.0 + 0.4 * np.sin(np.arange(DAYS) * 2 * np.pi / 7)
    assert abs(found(past(0.3, course * weekly)).share[0] - 0.3) < 0.06


def test_without_promotions_the_share_is_what_is_known_elsewhere() -> None:
    said = found(past(0.3, promoted=0))
    assert said.episodes.tolist() == [0]
    assert said.share[0] == PRIOR_SHARE
    assert said.deviation[0] >= PRIOR_DEVIATION


def test_few_promotions_leave_it_vague() -> None:
    few, many = found(past(0.6, promoted=1)), found(past(0.6))
    assert few.deviation[0] > many.deviation[0]
    assert PRIOR_SHARE < few.share[0] < many.share[0] + 0.1
