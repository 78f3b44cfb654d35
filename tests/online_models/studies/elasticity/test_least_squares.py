"""The same figures as statsmodels finds with a dummy for every effect."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from online_models.studies.elasticity.least_squares import Rows, Slopes, ordinary, poisson

PRODUCTS, CHANNELS, WEEKS, OWN = 4, 5, 30, 2
Floats = NDArray[np.float64]


@pytest.fixture(scope="module")
def rows() -> tuple[Rows, Floats]:
    """An unbalanced panel whose errors are shared by a product's week, and its response."""
    rng = np.random.default_rng(0)
    grid = np.meshgrid(*(np.arange(n) for n in (PRODUCTS, CHANNELS, WEEKS)), indexing="ij")
    product, channel, week = (axis.ravel() for axis in grid)
    own = rng.normal(size=(len(product), OWN))
    own[:, 0] += rng.normal(size=(PRODUCTS, WEEKS))[product, week]
    shared = rng.normal(size=(len(product), 1))
    slopes = np.array([[-2.0, 0.5], [-1.0, 0.2], [-3.0, 0.1], [-1.5, 0.0]])
    response = (slopes[product] * own).sum(axis=1) + 0.4 * shared[:, 0]
    response += (
        rng.normal(size=WEEKS)[week] + rng.normal(size=(PRODUCTS, CHANNELS))[product, channel]
    )
    response += 0.5 * rng.normal(size=(PRODUCTS, WEEKS))[product, week]
    response += 0.3 * rng.normal(size=len(product))
    kept = rng.random(len(product)) < 0.9
    offer = product * CHANNELS + channel
    chosen = (column[kept] for column in (product, offer, week, own, shared))
    return Rows(*chosen, precision=np.zeros(OWN)), response[kept]


def dummies(rows: Rows) -> Floats:
    """Own slopes product by product, what is shared, offers, and all weeks but one."""
    own = [rows.own * (rows.product == p)[:, None] for p in range(PRODUCTS)]
    offers = rows.offer[:, None] == np.unique(rows.offer)
    weeks = rows.week[:, None] == np.arange(1, WEEKS)
    return np.concatenate([*own, rows.shared, offers, weeks], axis=1).astype(np.float64)


def assert_same(found: Slopes, fitted: object, rows: Rows) -> None:
    size = PRODUCTS * OWN
    np.testing.assert_allclose(found.mean.ravel(), fitted.params[:size], atol=2e-3)  # type: ignore[attr-defined]
    # ours has a factor for the clusters of each product, between 1 and G / (G − k)
    ratio = np.sqrt(found.variance).ravel() / fitted.bse[:size]  # type: ignore[attr-defined]
    assert ratio.min() > 1.0
    assert ratio.max() < np.sqrt(WEEKS / (WEEKS - OWN)) + 1e-3
    assert found.clusters.tolist() == [WEEKS] * PRODUCTS


def test_ordinary_least_squares(rows: tuple[Rows, Floats]) -> None:
    import statsmodels.api as sm

    problem, response = rows
    groups = problem.product * WEEKS + problem.week
    options = {"groups": groups, "use_correction": False}
    fitted = sm.OLS(response, dummies(problem)).fit(cov_type="cluster", cov_kwds=options)
    assert_same(ordinary(problem, response), fitted, problem)


def test_poisson_pseudo_likelihood(rows: tuple[Rows, Floats]) -> None:
    import statsmodels.api as sm

    problem, response = rows
    rng = np.random.default_rng(1)
    exposure = rng.uniform(0.5, 1.0, len(response))
    units = rng.poisson(exposure * np.exp(0.3 * response + 0.5)).astype(np.float64)
    groups = problem.product * WEEKS + problem.week
    options = {"groups": groups, "use_correction": False}
    model = sm.GLM(units, dummies(problem), sm.families.Poisson(), exposure=exposure)
    fitted = model.fit(cov_type="cluster", cov_kwds=options)
    assert_same(poisson(problem, units, exposure), fitted, problem)


def test_what_is_left_of_a_price_is_its_share_that_nothing_else_explains() -> None:
    rng = np.random.default_rng(2)
    beside = rng.normal(size=2000)
    price = beside + 0.5 * rng.normal(size=2000)
    week = np.arange(2000) // 20
    nobody = np.zeros(2000, np.int64)
    own = np.stack([price, beside], axis=1)
    problem = Rows(nobody, nobody, week, own, np.zeros((2000, 0)), np.zeros(2))
    found = ordinary(problem, -2.0 * price)
    assert found.left[0] == pytest.approx(0.25 / 1.25, abs=0.03)
