"""Costs at which the target prices are the best ones, whatever the curve."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from online_models.market.assortment import DEAREST, Assortment
from online_models.market.demand.curve import Demand
from online_models.market.index import total
from online_models.market.rivals.field import Field

#: No offer costs less than this share of its target price, net.
CHEAPEST = 0.12


def settle(assortment: Assortment, demand: Demand, rivals: Field) -> Assortment:
    """The assortment with the costs that solve the first-order conditions at `target`.

    kept · rate + Jᵀ (kept · p − cost) = 0 is linear in the costs; J is the Jacobian of the rates
    by the prices. The clairvoyant of a quiet market therefore asks `target`, but where a cost had
    to be bounded by `CHEAPEST` or `DEAREST`, so that fixed prices err alike in every market.
    """
    n = len(assortment)
    index = total([], n, *rivals.lowest())
    target, kept = assortment.target, assortment.kept
    earned = kept * demand.rates(target, index)
    if demand.separable:
        margins = -earned / demand.pullback(target, index, np.ones(n))
    else:
        transposed = np.stack([demand.pullback(target, index, unit) for unit in np.eye(n)]).T
        margins = np.asarray(np.linalg.solve(transposed, -earned), dtype=np.float64)
    dearest = DEAREST * kept * assortment.first_price
    cost = np.clip(kept * target - margins, CHEAPEST * kept * target, dearest)
    return replace(assortment, cost=np.rint(cost).astype(np.int64))
