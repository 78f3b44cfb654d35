"""A random forest."""

from __future__ import annotations

from typing import Any

from online_models.training.baselines.regression import Regression


def build(hyper: dict[str, Any], seed: int) -> Regression:
    """Bagged trees on random thirds of the inputs; a share of the rows each, for time's sake."""
    from sklearn.ensemble import RandomForestRegressor

    return Regression(
        RandomForestRegressor(
            n_estimators=hyper["trees"],
            min_samples_leaf=hyper["leaf"],
            max_features=0.2,
            max_samples=0.3,
            random_state=seed,
        )
    )


SPACE: dict[str, tuple[Any, ...]] = {"trees": (30, 60), "leaf": (20, 10, 50)}
