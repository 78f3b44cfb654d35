"""Features of the own price, each non-decreasing in it: the network gives them slopes ≤ 0.

So a forecast cannot rise with the own price, whatever the weights. References: Daniels, Velikova,
"Monotone and partially monotone neural networks", IEEE TNN 21 (2010).
"""

from __future__ import annotations

import numpy as np

from online_models.numerics.arrays import Floats

#: Prices further than this (log) from the reference are forecast as if they were this far.
FURTHEST = 1.5
#: Deviations within ± this (log) of the reference are hardly noticed: demand may bend there.
BEND = 0.05


def price_features(log_price: Floats, reference: Floats, log_competitor: Floats) -> Floats:
    """Features of shape (n, 4), each non-decreasing in `log_price`.

    The deviation from the reference price; what of it lies above and below the bend; and the gap
    to the competitor's price. Where a price is unknown (NaN) its features are 0.

    >>> price_features(np.array([0.2]), np.array([0.0]), np.array([np.nan])).round(2).tolist()
    [[0.2, 0.15, 0.0, 0.0]]
    """
    deviation = log_price - reference
    deviation = np.where(deviation == deviation, deviation, 0.0)
    deviation = np.minimum(np.maximum(deviation, -FURTHEST), FURTHEST)
    gap = log_price - log_competitor
    gap = np.where(gap == gap, np.minimum(np.maximum(gap, -1.0), 1.0), 0.0)
    above = np.maximum(deviation - BEND, 0.0)
    below = np.minimum(deviation + BEND, 0.0)
    return np.stack([deviation, above, below, gap], axis=1)
