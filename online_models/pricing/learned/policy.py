"""The policy: how far from the markup price to price an offer, by its state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from online_models.demand.curves import DemandCurves
from online_models.demand.networks import exact_layers as layers
from online_models.demand.networks.container import WeightsError
from online_models.demand.networks.network import check
from online_models.pricing.learned.state import FEATURES, Floats, markup, state

Floats32 = NDArray[np.float32]

#: The name under which the policy travels on `model-updates`.
MODEL = "pricing-policy"
#: Gross price over the markup price, one factor per action; the middle one follows the belief,
#: the others also learn about it.
FACTORS = (0.82, 0.90, 0.95, 1.0, 1.05, 1.11, 1.22)
HIDDEN = 24
SHAPES = {
    "dense_0/kernel": (FEATURES, HIDDEN),
    "dense_0/bias": (HIDDEN,),
    "dense_1/kernel": (HIDDEN, HIDDEN),
    "dense_1/bias": (HIDDEN,),
    "values/kernel": (HIDDEN, len(FACTORS)),
    "values/bias": (len(FACTORS),),
}


@dataclass(frozen=True, slots=True)
class LearnedPolicy:
    """The values of the actions as a network of the state; the best action is taken."""

    weights: Mapping[str, Floats32]

    def values(self, features: NDArray[np.floating[Any]]) -> Floats32:
        """Discounted reward expected of each action, shape (n, actions); same on every CPU."""
        x = np.ascontiguousarray(features.T, dtype=np.float32)
        for name in ("dense_0", "dense_1"):
            kernel, bias = self.weights[f"{name}/kernel"], self.weights[f"{name}/bias"]
            x = layers.relu(layers.dense(x, kernel, bias))
        values = layers.dense(x, self.weights["values/kernel"], self.weights["values/bias"])
        return np.ascontiguousarray(values.T)

    def actions(self, features: Floats) -> NDArray[np.int64]:
        """The best action of each state, the first among equals; shape (n,)."""
        best: NDArray[np.int64] = np.argmax(self.values(features), axis=1).astype(np.int64)
        return best

    def propose(
        self, curves: DemandCurves, price: Floats, reference: Floats, marginal_cost: Floats
    ) -> tuple[Floats, NDArray[np.int64]]:
        """Raw gross prices in minor units, whole, and the actions; each (n,).

        `curves` is the belief around `price`, the price in force; see `state` for the others.
        """
        chosen = self.actions(state(curves, price, reference, marginal_cost))
        best = markup(curves.elasticity, marginal_cost, reference)
        return np.rint(best * np.array(FACTORS)[chosen]), chosen

    @staticmethod
    def document() -> dict[str, Any]:
        """What the weights are, as JSON values."""
        return {"name": MODEL, "factors": list(FACTORS), "hidden": HIDDEN, "features": FEATURES}

    @classmethod
    def of(cls, document: Mapping[str, Any], weights: Mapping[str, Floats32]) -> LearnedPolicy:
        """The policy of a `model-updates` record; WeightsError where it is none of this form."""
        if document != cls.document():
            raise WeightsError(f"architecture: {dict(document)} is not {cls.document()}")
        check(weights, SHAPES)
        return cls(dict(weights))
