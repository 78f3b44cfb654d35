"""Intervals of the mixture hold what they say, of counts of any size."""

from __future__ import annotations

import numpy as np
import pytest

from online_models.demand.ensemble.calibration import (
    MEAN_SQUARE,
    SpreadCalibration,
    mean_square,
    sample,
)
from online_models.demand.forecast import UnitsForecast
from online_models.numerics.arrays import Floats
from online_models.numerics.special import normal_quantile


def calibrated(mean: float, size: float, true_size: float) -> tuple[SpreadCalibration, Floats]:
    """After 120 windows of 50 offers, forecast with a size that may be wrong; all means."""
    rng, found = np.random.default_rng(5), SpreadCalibration()
    means = np.full(50, mean)
    for _ in range(120):
        units = rng.poisson(mean * rng.gamma(true_size, 1.0 / true_size, 50)).astype(np.float64)
        found.learn(UnitsForecast.single(means, np.full(50, size)), units, means, 0.98)
    return found, means


@pytest.mark.parametrize("mean", [0.1, 2.0, 40.0, 900.0])
def test_a_right_width_stays_however_few_units_sell(mean: float) -> None:
    found, means = calibrated(mean, 5.0, 5.0)
    assert found.scale(means)[0] == pytest.approx(1.0, abs=0.15)


@pytest.mark.parametrize("size", [3.0, 48.0])
def test_too_wide_and_too_narrow_forecasts_come_nearer_to_what_they_say(size: float) -> None:
    found, means = calibrated(900.0, size, 12.0)
    plain = UnitsForecast.single(means, np.full(50, size))
    rng = np.random.default_rng(6)
    units = rng.poisson(900.0 * rng.gamma(12.0, 1.0 / 12.0, (400, 50)))
    before, after = (
        abs(float(((units >= f.quantile(0.05)) & (units <= f.quantile(0.95))).mean()) - 0.9)
        for f in (plain, plain.spread_by(found.scale(means)))
    )
    assert before > 0.07
    assert after < 0.6 * before


def test_the_mean_square_between_two_probabilities_is_the_integral() -> None:
    low, high = np.array([0.0, 0.3, 0.9, 0.99, 0.0]), np.array([1.0, 0.6, 0.95, 1.0, 0.01])
    even = (np.arange(20_000) + 0.5) / 20_000
    squares = [
        np.minimum(normal_quantile(a + even * (b - a)) ** 2, 4.0).mean()
        for a, b in zip(low, high, strict=True)
    ]
    assert mean_square(low, high) == pytest.approx(squares, rel=1e-3)
    assert mean_square(np.zeros(1), np.ones(1))[0] == pytest.approx(MEAN_SQUARE, abs=1e-5)


def test_no_scaling_is_none_and_the_sample_of_a_window_is_bounded() -> None:
    forecast = UnitsForecast.single(np.array([7.0]), np.array([3.0]))
    same = forecast.spread_by(np.ones(1))
    assert same.means == pytest.approx(forecast.means)
    assert same.sizes == pytest.approx(forecast.sizes)
    assert len(sample(3)) == 3
    assert len(sample(100_000)) <= 256
