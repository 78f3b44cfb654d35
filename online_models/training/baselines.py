"""Baselines: the running level, and scikit-learn's regressors (imported when built).

A new one is a builder and a line in `BASELINES`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol, Self

import numpy as np

from online_models.demand.forecast import UnitsForecast
from online_models.demand.networks.inputs import Inputs
from online_models.demand.networks.levels import SURPRISE
from online_models.demand.networks.spec import PRICE_FEATURES
from online_models.numerics.arrays import Floats, Ints
from online_models.training.dataset import Dataset

#: Least expected units of a window.
LEAST = 1e-4


class Estimator(Protocol):
    """What scikit-learn's regressors offer."""

    def get_params(self) -> dict[str, Any]:
        """Parameters by name."""

    def set_params(self, **params: Any) -> Any:
        """Change parameters before the fit."""

    def fit(self, table: Floats, target: Floats, sample_weight: Floats) -> Any:
        """Learn `target` (n,) from `table` (n, k)."""

    def predict(self, table: Floats) -> Floats:
        """Expected targets, (n,)."""


def table(inputs: Inputs) -> Floats:
    """Every input but the codes of item and category, shape (n, k)."""
    n = len(inputs)
    parts = (inputs.offset[:, None], inputs.price, inputs.static, inputs.past.reshape(n, -1))
    return np.concatenate(parts, axis=1, dtype=np.float64)


def falling_in_price(columns: int) -> Ints:
    """Of the columns of `table`, those in which a tree may only fall: the features of the own price
    rise with it.
    """
    bound = np.zeros(columns, np.int64)
    bound[1 : 1 + PRICE_FEATURES] = -1
    return bound


def price_table(inputs: Inputs) -> Floats:
    """The deviation of the own price from its reference alone, shape (n, 1)."""
    return inputs.price[:, :1].astype(np.float64)


@dataclass(slots=True)
class RegressionBaseline:
    """A scikit-learn regressor of units over their running level, as a count forecast.

    Trees fall in the own price, as networks do; lines may rise, where the data say so. Rows weigh
    as much as their level: so the error that is minimised is that of units. The size of the
    negative binomial is fitted to the residuals by moments.
    """

    estimator: Estimator
    columns: Any = field(default=table)
    size: float = 1.0

    def fit(self, data: Dataset) -> Self:
        """Learn from all rows."""
        level = np.exp(data.inputs.offset)
        units = np.minimum(data.units, SURPRISE * (level + 1.0))
        table = self.columns(data.inputs)
        if "monotonic_cst" in self.estimator.get_params():
            self.estimator.set_params(monotonic_cst=falling_in_price(table.shape[1]))
        # a mean of 1: a forest draws as many rows as its share of the weights' sum says
        weight = level / level.mean()
        self.estimator.fit(table, units / level, sample_weight=weight)
        mean = self._mean(data.inputs)
        self.size = _size(units, mean)
        return self

    def predict(self, inputs: Inputs) -> UnitsForecast:
        """Forecasts, n rows."""
        mean = self._mean(inputs)
        return UnitsForecast.single(mean, np.full(len(mean), self.size))

    def _mean(self, inputs: Inputs) -> Floats:
        ratio = np.asarray(self.estimator.predict(self.columns(inputs)), np.float64)
        return np.maximum(ratio, 0.0) * np.exp(inputs.offset) + LEAST


@dataclass(slots=True)
class RunningLevel:
    """Discounted average units, with one negative-binomial size for all: no features, no training.

    What every model must do better than.
    """

    size: float = 1.5

    def fit(self, data: Dataset) -> Self:
        """Fit the size by moments."""
        mean = np.exp(data.inputs.offset)
        self.size = _size(np.minimum(data.units, 20.0 * (mean + 1.0)), mean)
        return self

    def predict(self, inputs: Inputs) -> UnitsForecast:
        """Forecasts, n rows."""
        return UnitsForecast.single(np.exp(inputs.offset), np.full(len(inputs), self.size))


def _size(units: Floats, mean: Floats) -> float:
    """The negative binomial's size r by moments: Σ mean² / Σ ((units − mean)² − mean)."""
    excess = np.square(units - mean) - mean
    return float(np.clip(np.square(mean).sum() / max(excess.sum(), 1e-9), 0.05, 400.0))


def _linear(_hyper: dict[str, Any], _seed: int) -> RegressionBaseline:
    """Ordinary least squares on the own price alone: what a textbook would try first."""
    from sklearn.linear_model import LinearRegression

    return RegressionBaseline(LinearRegression(), price_table)


def _multiple(hyper: dict[str, Any], _seed: int) -> RegressionBaseline:
    """Least squares on all inputs with an L2 penalty, since windows are collinear."""
    from sklearn.linear_model import Ridge

    return RegressionBaseline(Ridge(alpha=hyper["penalty"]))


def _tree(hyper: dict[str, Any], seed: int) -> RegressionBaseline:
    """CART on squared errors."""
    from sklearn.tree import DecisionTreeRegressor

    return RegressionBaseline(
        DecisionTreeRegressor(
            max_depth=hyper["depth"], min_samples_leaf=hyper["leaf"], random_state=seed
        )
    )


def _forest(hyper: dict[str, Any], seed: int) -> RegressionBaseline:
    """Bagged trees on a random fifth of the inputs; a share of the rows each, to save time."""
    from sklearn.ensemble import RandomForestRegressor

    return RegressionBaseline(
        RandomForestRegressor(
            n_estimators=hyper["trees"],
            min_samples_leaf=hyper["leaf"],
            max_features=0.2,
            max_samples=0.3,
            random_state=seed,
        )
    )


def _boosting(hyper: dict[str, Any], seed: int) -> RegressionBaseline:
    """Histogram-based boosted trees with a Poisson loss."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    return RegressionBaseline(
        HistGradientBoostingRegressor(
            loss="poisson",
            learning_rate=hyper["rate"],
            max_iter=hyper["trees"],
            max_leaf_nodes=hyper["leaves"],
            min_samples_leaf=40,
            l2_regularization=1.0,
            random_state=seed,
        )
    )


class BaselineKind(NamedTuple):
    """The hyper-parameters to search, each with its default first, and the builder."""

    space: dict[str, tuple[Any, ...]]
    build: Callable[[dict[str, Any], int], Any]


#: The running level: there to compare, and of no use as a version.
LEVEL = "level"
BASELINES: dict[str, BaselineKind] = {
    LEVEL: BaselineKind({}, lambda _hyper, _seed: RunningLevel()),
    "linear": BaselineKind({}, _linear),
    "multiple": BaselineKind({"penalty": (100.0, 1.0, 10.0, 1000.0)}, _multiple),
    "tree": BaselineKind({"depth": (8, 5, 12), "leaf": (100, 30, 300)}, _tree),
    "forest": BaselineKind({"trees": (30, 60), "leaf": (20, 10, 50)}, _forest),
    "boosting": BaselineKind(
        {"rate": (0.06, 0.03, 0.1), "trees": (120, 60, 200), "leaves": (15, 7, 31)}, _boosting
    ),
}
