"""Gradient boosting with a Poisson loss."""

from __future__ import annotations

from typing import Any

from online_models.training.baselines.regression import Regression


def build(hyper: dict[str, Any], seed: int) -> Regression:
    """Histogram-based boosted trees."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    return Regression(
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


SPACE: dict[str, tuple[Any, ...]] = {
    "rate": (0.06, 0.03, 0.1),
    "trees": (120, 60, 200),
    "leaves": (15, 7, 31),
}
