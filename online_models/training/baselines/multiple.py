"""Multiple regression on all inputs, ridge-penalised since windows are collinear."""

from __future__ import annotations

from typing import Any

from online_models.training.baselines.regression import Regression


def build(hyper: dict[str, Any], _seed: int) -> Regression:
    """Least squares with an L2 penalty."""
    from sklearn.linear_model import Ridge

    return Regression(Ridge(alpha=hyper["penalty"]))


SPACE: dict[str, tuple[Any, ...]] = {"penalty": (100.0, 1.0, 10.0, 1000.0)}
