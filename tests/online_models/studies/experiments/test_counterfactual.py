from __future__ import annotations

import numpy as np
import pytest

from online_models.studies.experiments.off_policy import Judgement, judge

PRICES = np.array([0.9, 0.95, 1.0, 1.05, 1.1])


def log(
    rng: np.random.Generator, skus: int, days: int, never: float = 0.0
) -> tuple[Judgement, float]:
    """Prices drawn by lot, judged at one other price per SKU; `never` of these are never drawn.

    The model is off by a third. Returns the judgement and the true value over such SKUs.
    """
    size = rng.lognormal(1.5, 0.5, skus)
    chance = rng.dirichlet(np.full(len(PRICES), 5.0), skus) * 0.9 + 0.02
    other = rng.integers(0, len(PRICES), skus)
    profit = size[:, None] * PRICES**-2.5 * (PRICES - 0.5)
    drawn = (rng.random((skus, days, 1)) > chance.cumsum(axis=1)[:, None]).sum(axis=2)
    sku, action = np.repeat(np.arange(skus), days), drawn.ravel()
    known = rng.random(skus)[sku] >= never
    found = judge(
        reward=profit[sku, action] + rng.normal(0.0, 1.0, len(sku)),
        propensity=chance[sku, action],
        same=(action == other[sku]) & known,
        predicted=profit[sku, other[sku]] / 1.5,
        cluster=sku,
    )
    mean = np.exp(1.5 + 0.5**2 / 2) * (PRICES**-2.5 * (PRICES - 0.5)).mean()
    return found, float(mean)


def test_the_interval_covers_what_the_other_prices_earn() -> None:
    rng = np.random.default_rng(3)
    covered = []
    for _ in range(400):
        found, truth = log(rng, skus=80, days=20)
        assert found.estimate is not None
        covered.append(not found.estimate.value.excludes(truth))
    assert 0.92 <= np.mean(covered) <= 0.98


@pytest.mark.parametrize(
    ("skus", "days", "never", "why"),
    [
        (0, 0, 0.0, "no window"),
        (5, 200, 0.0, "too few products: 5"),
        (12, 2, 0.0, "too few windows drew"),
        (80, 20, 1.0, "no overlap"),
        (80, 20, 0.5, "too little overlap: only"),
    ],
)
def test_a_log_that_cannot_tell_says_why(skus: int, days: int, never: float, why: str) -> None:
    found, _ = log(np.random.default_rng(4), skus, days, never)
    assert found.estimate is None
    assert why in found.why


def test_coverage_is_the_share_that_could_have_been_drawn() -> None:
    whole, _ = log(np.random.default_rng(5), skus=200, days=40)
    half, _ = log(np.random.default_rng(5), skus=200, days=40, never=0.5)
    assert not whole.coverage.excludes(1.0)
    assert not half.coverage.excludes(0.5)
