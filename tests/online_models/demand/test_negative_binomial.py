"""Against SciPy, from rare to many and from Poisson to very scattered."""

from __future__ import annotations

import numpy as np
import pytest

from online_models.demand import negative_binomial as nb
from online_models.demand.forecast import UnitsForecast

stats = pytest.importorskip("scipy.stats")

SIZES = (0.5, 1.0, 5.0, 100.0, 1e5)
MEANS = (0.01, 0.5, 3.0, 20.0)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("mean", MEANS)
def test_probabilities_match(mean: float, size: float) -> None:
    y = np.arange(25.0)
    reference = stats.nbinom(size, size / (size + mean))
    np.testing.assert_allclose(nb.log_probability(y, mean, size), reference.logpmf(y), atol=1e-8)
    np.testing.assert_allclose(nb.cdf(y, mean, size), reference.cdf(y), atol=1e-9)


@pytest.mark.parametrize("size", [2.0, 20.0, 1e9])
def test_large_counts_are_approximated(size: float) -> None:
    y = np.round(300.0 * np.array([0.3, 0.7, 0.9, 1.0, 1.1, 1.5, 2.5]))
    reference = stats.nbinom(size, size / (size + 300.0))
    np.testing.assert_allclose(nb.cdf(y, 300.0, size), reference.cdf(y), atol=2e-3)


def test_a_mixture_is_the_weighted_sum_of_its_parts() -> None:
    mixture = UnitsForecast(
        np.array([[2.0, 10.0]]), np.array([[1.0, 5.0]]), np.array([[0.25, 0.75]])
    )
    draws = stats.nbinom([1.0, 5.0], [1 / 3, 5 / 15])
    y = np.array([4.0])
    assert mixture.mean[0] == pytest.approx(8.0)
    assert np.exp(mixture.log_score(y)[0]) == pytest.approx(draws.pmf(4) @ [0.25, 0.75])
    assert mixture.cdf(y)[0] == pytest.approx(draws.cdf(4) @ [0.25, 0.75])
    variance = 0.25 * (draws.var()[0] + 4) + 0.75 * (draws.var()[1] + 100) - 64
    assert mixture.mean[0] + 64 / mixture.size[0] == pytest.approx(variance)


def test_quantiles_invert_the_distribution() -> None:
    forecast = UnitsForecast.single(np.array([0.3, 4.0, 250.0]), np.array([1.0, 3.0, 8.0]))
    for p in (0.05, 0.5, 0.95):
        found = forecast.quantile(p)
        assert (forecast.cdf(found) >= p).all()
        assert (forecast.cdf(found - 1.0) < p).all()


def test_the_log_location_is_the_expected_log_of_what_is_sold() -> None:
    rng = np.random.default_rng(0)
    for mean, size in ((0.2, 1.0), (8.0, 4.0), (3000.0, 6.0)):
        draws = rng.negative_binomial(size, size / (size + mean), 200_000)
        truth = np.log(draws[draws > 0]).mean()
        found = UnitsForecast.single(np.array([mean]), np.array([size])).log_location()[0]
        assert found == pytest.approx(truth, abs=0.08)
