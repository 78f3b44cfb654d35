"""Linear regression on the own price alone: what a textbook would try first."""

from __future__ import annotations

from typing import Any

from online_models.training.baselines.regression import Regression, price_table


def build(_hyper: dict[str, Any], _seed: int) -> Regression:
    """Ordinary least squares with one regressor."""
    from sklearn.linear_model import LinearRegression

    return Regression(LinearRegression(), price_table)


SPACE: dict[str, tuple[Any, ...]] = {}
