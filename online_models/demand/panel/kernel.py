"""What a product's mean may depend on, and how far each regressor is believed to move it.

The product level is a Gaussian process. Its pooled part is linear in the regressors and in sines
and cosines of a few of them (random features of a radial kernel); a product's own part is linear
with slopes of its own, radial, and two levels that move in time: one that reverts within weeks,
one that wanders. Prior variances are in squared log units for a move of one unit of a regressor.

References: Rasmussen and Williams, "Gaussian Processes for Machine Learning", 2006, ch. 2 and 4;
Rahimi and Recht, "Random features for large-scale kernel machines", NIPS 2007.
"""

from __future__ import annotations

import numpy as np

from online_models.numerics.arrays import Floats
from online_models.numerics.linear import inner
from online_models.numerics.special import cosine_of_turns, exp, normals, power

#: Regressor → prior variance of its pooled slope, and of a product's own deviation from that.
PRIOR: dict[str, tuple[float, float]] = {
    "constant": (20.0, 1.0),
    "price": (0.3, 0.025),
    "step": (0.1, 0.015),
    "competitor_mean": (0.05, 0.01),
    "competitor": (0.05, 0.01),
    "promoted": (0.2, 0.025),
    "depth": (0.1, 0.015),
    "attribute_0": (0.3, 0.025),
    "attribute_1": (0.3, 0.025),
    "attribute_2": (0.3, 0.025),
    "attribute_3": (0.3, 0.025),
    "sibling_price": (0.15, 0.013),
    "sibling_attribute_0": (0.1, 0.0),
    "sibling_attribute_1": (0.1, 0.0),
    "sibling_attribute_2": (0.1, 0.0),
    "sibling_attribute_3": (0.1, 0.0),
    "last_price": (0.03, 0.0),
    "last_promoted": (0.05, 0.0),
    "stocked_up": (0.05, 0.01),
    "deep_step": (0.1, 0.01),
    "scatter": (0.05, 0.0),
    "promoted_step": (0.05, 0.01),
}
REGRESSORS = tuple(PRIOR)
LINEAR = len(REGRESSORS)
_POOLED = np.array([pooled for pooled, _ in PRIOR.values()])
#: Regressors that move a product in its own way, and the variances of that.
OWN = np.flatnonzero([own > 0.0 for _, own in PRIOR.values()])
OWN_VARIANCE = np.array([own for _, own in PRIOR.values()])[OWN]

#: Regressors of the curves, and the length over which a curve bends, in their units.
CURVED = tuple(
    REGRESSORS.index(n) for n in ("price", "step", "competitor", "attribute_0", "attribute_1")
)
CURVE_LENGTH = 2.5
FREQUENCIES = 12
POOLED_CURVE, OWN_CURVE = 0.08, 0.04
#: Pooled regressors: the linear ones, then the curves'.
POOLED = LINEAR + 2 * FREQUENCIES
POOLED_VARIANCE = np.concatenate([_POOLED, np.full(2 * FREQUENCIES, POOLED_CURVE / FREQUENCIES)])
#: Variance of the reverting level and what it keeps over a window; the same of the wandering one.
LEVEL, LEVEL_KEPT = 0.1, 0.9
WANDERING, WANDERING_KEPT = 0.2, 0.99

_TURNS = normals(20_011, np.arange(FREQUENCIES), count=len(CURVED)) / (
    CURVE_LENGTH * 6.283185307179586
)


def pooled_features(design: Floats) -> Floats:
    """Regressors of the pooled part, (LINEAR, n) → (POOLED, n)."""
    turns = np.zeros((FREQUENCIES, design.shape[1]))
    for column, regressor in enumerate(CURVED):
        turns += _TURNS[:, column, None] * design[regressor]
    sine = cosine_of_turns(turns - 0.25)
    return np.concatenate([design, cosine_of_turns(turns), sine])


def own_covariance(
    variance: Floats,
    curve: float,
    design: Floats,
    time: Floats,
    others: Floats,
    other_time: Floats,
) -> Floats:
    """Prior covariance of a product's own part, (…, LINEAR, n) and (…, LINEAR, m) → (…, n, m).

    `variance` (OWN,) and `curve` are those of the own slopes and of the own curve. Times, (…, n)
    and (…, m), count windows.
    """
    left, right = design[..., OWN, :], others[..., OWN, :]
    root = np.sqrt(variance)[:, None]
    value = inner(np.swapaxes(left * root, -1, -2), np.swapaxes(right * root, -1, -2))
    square = np.zeros(value.shape)
    for regressor in CURVED:
        gap = design[..., regressor, :, None] - others[..., regressor, None, :]
        square += gap * gap
    value += curve * exp(square * (-0.5 / (CURVE_LENGTH * CURVE_LENGTH)))
    apart = np.abs(time[..., :, None] - other_time[..., None, :])
    return value + _levels(apart)


def own_variance(variance: Floats, curve: float, design: Floats) -> Floats:
    """Prior variance of each product's own part, (LINEAR, n) → (n,)."""
    value = np.full(design.shape[1], curve + LEVEL + WANDERING)
    for own, regressor in zip(variance.tolist(), OWN.tolist(), strict=True):
        value += own * design[regressor] * design[regressor]
    return value


#: Covariance of the two levels by the windows between, looked up because windows are counted.
_FAR = 512
_BY_GAP = LEVEL * power(LEVEL_KEPT, np.arange(_FAR)) + WANDERING * power(
    WANDERING_KEPT, np.arange(_FAR)
)


def _levels(apart: Floats) -> Floats:
    value: Floats = _BY_GAP[np.minimum(apart, _FAR - 1).astype(np.int64)]
    return value
