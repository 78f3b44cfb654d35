"""A decision tree."""

from __future__ import annotations

from typing import Any

from online_models.training.baselines.regression import Regression


def build(hyper: dict[str, Any], seed: int) -> Regression:
    """CART on squared errors."""
    from sklearn.tree import DecisionTreeRegressor

    return Regression(
        DecisionTreeRegressor(
            max_depth=hyper["depth"], min_samples_leaf=hyper["leaf"], random_state=seed
        )
    )


SPACE: dict[str, tuple[Any, ...]] = {"depth": (8, 5, 12), "leaf": (100, 30, 300)}
