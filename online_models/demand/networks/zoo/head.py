"""The head that all networks share, in NumPy: a count forecast that never rises with the price."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from online_models.demand.networks import exact_layers as layers
from online_models.demand.networks.inputs import Inputs
from online_models.demand.networks.spec import PRICE_FEATURES, Spec
from online_models.demand.networks.zoo.architecture import (
    CATEGORY_WIDTH,
    ITEM_WIDTH,
    Architecture,
    Hyper,
    Shapes,
    TrunkInputs,
    Weights,
)
from online_models.numerics.arrays import Floats
from online_models.numerics.special import exp, log1p

#: Outputs of the head's one dense layer: level, dispersion, and a slope per price feature.
OUTPUTS = 2 + PRICE_FEATURES
#: Log of the expected units of a window, and log of the negative-binomial size.
LOG_MEAN = (-14.0, 14.0)
LOG_SIZE = (-4.0, 6.0)
#: Rows computed together: their activations fit the processor's cache.
ROWS = 512


@dataclass(frozen=True, slots=True)
class Outputs:
    """What a network says of n windows."""

    log_mean: Floats
    log_size: Floats
    #: Steepness of log demand in each price feature, ≥ 0, shape (n, PRICE_FEATURES).
    slopes: Floats


def shapes(architecture: Architecture, spec: Spec, hyper: Hyper) -> Shapes:
    """Names and shapes of all weights of a network."""
    return {
        "item/embeddings": (spec.items, ITEM_WIDTH),
        "category/embeddings": (spec.categories, CATEGORY_WIDTH),
        **architecture.shapes(spec, hyper),
        "head/kernel": (architecture.width(hyper), OUTPUTS),
        "head/bias": (OUTPUTS,),
    }


def forward(architecture: Architecture, hyper: Hyper, weights: Weights, seen: Inputs) -> Outputs:
    """The network's outputs, the same on every CPU; a row's do not depend on its neighbours."""
    parts = [
        _forward(architecture, hyper, weights, seen.take(slice(low, low + ROWS)))
        for low in range(0, len(seen), ROWS)
    ]
    if not parts:
        return Outputs(np.zeros(0), np.zeros(0), np.zeros((0, PRICE_FEATURES)))
    return Outputs(
        np.concatenate([part.log_mean for part in parts]),
        np.concatenate([part.log_size for part in parts]),
        np.concatenate([part.slopes for part in parts]),
    )


def _forward(architecture: Architecture, hyper: Hyper, weights: Weights, seen: Inputs) -> Outputs:
    item = weights["item/embeddings"][seen.item] * seen.known[:, None]
    category = weights["category/embeddings"][seen.category]
    rest = np.concatenate([seen.static, item, category], axis=1)
    columns = TrunkInputs(
        past=np.ascontiguousarray(seen.past.transpose(1, 2, 0)),
        rest=np.ascontiguousarray(rest.T),
    )
    features = architecture.forward(weights, columns, hyper)
    raw = layers.dense(features, weights["head/kernel"], weights["head/bias"]).astype(np.float64)
    slopes = softplus(raw[2:])
    log_mean = seen.offset + raw[0]
    for slope, feature in zip(slopes, seen.price.T, strict=True):
        log_mean = log_mean - slope * feature
    return Outputs(
        log_mean=np.minimum(np.maximum(log_mean, LOG_MEAN[0]), LOG_MEAN[1]),
        log_size=np.minimum(np.maximum(raw[1], LOG_SIZE[0]), LOG_SIZE[1]),
        slopes=np.ascontiguousarray(slopes.T),
    )


def softplus(x: Floats) -> Floats:
    """log(1 + e^x), without overflow."""
    value: Floats = np.maximum(x, 0.0) + log1p(exp(-np.abs(x)))
    return value
