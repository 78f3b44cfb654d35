"""What the policy sees of an offer, the same in the simulator and in the fold."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from online_models.demand.curves import DemandCurves
from online_models.numerics.special import log

Floats = NDArray[np.float64]

#: Width of the state.
FEATURES = 6
#: A belief in a smaller elasticity (absolute) would ask for an unbounded price.
LEAST_ELASTICITY = 1.25
#: The markup price stays this near (log) to the reference price.
FURTHEST = 0.7


def markup(elasticity: Floats, marginal_cost: Floats, reference: Floats) -> Floats:
    """The best gross price if demand had this constant elasticity (≤ 0), shape (n,).

    `marginal_cost` is cost over the share of a gross price that is kept after tax and fees; all in
    minor units. Where the cost is not positive it is the reference price.
    """
    steepness = np.maximum(-elasticity, LEAST_ELASTICITY)
    price = marginal_cost * (steepness / (steepness - 1.0))
    price = np.where(marginal_cost > 0.0, price, reference)
    # e^±FURTHEST as constants, so that no exponential is needed
    return np.minimum(np.maximum(price, reference * 0.4965853), reference * 2.0137527)


def state(curves: DemandCurves, price: Floats, reference: Floats, marginal_cost: Floats) -> Floats:
    """Features of shape (n, FEATURES) from the belief at the price in force; bounded.

    Elasticity and its standard deviation; log units a day; the price in force over the markup
    price, over the reference, and over the marginal cost, as logs.
    """
    best = markup(curves.elasticity, marginal_cost, reference)
    log_price = log(price)
    floor = np.maximum(marginal_cost, 1.0)
    columns = (
        _within(-curves.elasticity, 0.0, 6.0) / 3.0,
        _within(np.sqrt(np.maximum(curves.elasticity_variance, 0.0)), 0.0, 2.0),
        _within(curves.log_rate, -4.0, 6.0) / 3.0,
        _within(log_price - log(best), -1.0, 1.0) * 3.0,
        _within(log_price - log(reference), -1.0, 1.0) * 3.0,
        _within(log_price - log(floor), -1.0, 2.0),
    )
    return np.stack(columns, axis=1)


def _within(values: Floats, low: float, high: float) -> Floats:
    bounded = np.minimum(np.maximum(values, low), high)
    return np.where(bounded == bounded, bounded, 0.0)
