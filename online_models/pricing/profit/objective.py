"""The value of a price under the posterior of demand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from online_models.demand.curves import bent, within_reach
from online_models.numerics.arrays import filled
from online_models.numerics.special import NINETY_PERCENT, exp, log
from online_models.pricing.context.decision_context import DecisionContext, PricingState
from online_models.pricing.policy.compiled_policy import CompiledPolicy
from online_models.pricing.profit.economics import net_share, unit_profit
from online_models.pricing.profit.substitutes import recaptured
from schemas.values.instants import DAY

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

#: log units beyond which a forecast is no forecast but an overflow.
LARGEST_LOG = 30.0
#: Demand falls in the price at least so fast, where a price is looked for that sells just so much.
LEAST_SLOPE = 0.05


@dataclass(frozen=True, slots=True)
class SellingSpan:
    """What is sold in `days` at most: `stock` (inf where unknown), shape (n,) each."""

    days: Floats
    stock: Floats


def selling_days(terms: CompiledPolicy, now: Ints) -> Floats:
    """Days over which it is sold, (n,): until `sell_by` while that is to come, else the horizon."""
    days = filled(len(now), terms.horizon_days, float)
    sell_by = terms.policy.objective.sell_by
    if sell_by is None:
        return days
    left = (sell_by - now) / DAY
    return np.where(left > 0.0, left, days)


def lasting_days(state: PricingState, terms: CompiledPolicy, rows: Ints, now: Ints) -> Floats:
    """Days that the stock of offers has to last, (n,): until the next delivery is to be expected,
    or all selling days where they end sooner; all of them too where `sell_by` is to come, as what
    must be sold by a day is not delivered any more.
    """
    days = selling_days(terms, now)
    sell_by = terms.policy.objective.sell_by
    expected = state.stock.until_delivery(rows, now) / DAY
    return np.where(now < (sell_by or 0), days, np.minimum(days, expected))


def supply(context: DecisionContext) -> SellingSpan:
    """The days that the stock of offers has to last; stock with what is announced to arrive in
    them.
    """
    days = lasting_days(context.state, context.terms, context.rows, context.now)
    stock = context.on_hand.astype(np.float64)
    known = stock >= 0.0
    for place in known.nonzero()[0].tolist():
        end = context.now[place] + days[place] * DAY
        arriving = context.state.stock.inbound(int(context.rows[place]))
        stock[place] += sum(quantity for quantity, expected in arriving if expected < end)
    return SellingSpan(days, np.where(known, stock, np.inf))


def span(context: DecisionContext) -> SellingSpan:
    """The selling days of the objective; what could be sold in them if each delivery brought as
    much as there is.
    """
    days = selling_days(context.terms, context.now)
    there = supply(context)
    return SellingSpan(days, there.stock * (days / there.days))


@dataclass(frozen=True, slots=True)
class Outlook:
    """Expected units sold (stock permitting), and the same at the ends of a 90 % interval of the
    rate; shape (n,) or (n, k).
    """

    units: Floats
    lower: Floats
    upper: Floats


def outlook(
    context: DecisionContext, price: Floats, over: SellingSpan, interval: bool = True
) -> Outlook:
    """Units over the span at gross prices in minor units, (n,) or (n, k).

    The mean of a log-normal rate is exp(mean + variance / 2), at the price in force. At others the
    elasticity's own variance is left out of the mean: it would grow with the distance, and the
    prices of which least is known would look best for it. What is given away counts as sold at the
    smallest price: the curve has no end there.
    """
    rows = (slice(None),) + (None,) * (price.ndim - 1)
    curves = context.curves
    x = log(np.maximum(price, 1.0))
    x -= context.log_anchor[rows]
    log_units = curves.elasticity[rows] * x
    log_units += bent(curves.bend[rows], x)
    log_units += curves.log_rate[rows]
    if interval:
        slope = 2.0 * curves.covariance[rows] + curves.elasticity_variance[rows] * x
        variance = np.maximum(curves.log_rate_variance[rows] + slope * x, 0.0)
        width = NINETY_PERCENT * np.sqrt(variance)
        ends = log_units - width, log_units + width
    log_units += 0.5 * curves.log_rate_variance[rows]
    if interval:
        log_units = np.stack([log_units, *ends])
    np.minimum(log_units, LARGEST_LOG, out=log_units)
    sold = exp(log_units)
    sold *= over.days[rows]
    np.minimum(sold, over.stock[rows], out=sold)
    if not interval:
        return Outlook(sold, sold, sold)
    return Outlook(sold[0], sold[1], sold[2])


def clearing(context: DecisionContext, over: SellingSpan) -> Ints:
    """The lowest prices at which no more is expected to be sold than there is, minor units, (n,);
    1 where any price is. Below it the price falls and nothing more is sold: what a price is worth
    has its peak there, or above.
    """
    curves = context.curves
    scarce = np.isfinite(over.stock) & (over.stock > 0.0)
    wanted = log(np.where(scarce, over.stock, 1.0) / over.days)
    wanted -= curves.log_rate + 0.5 * curves.log_rate_variance
    slope = np.minimum(curves.elasticity, -LEAST_SLOPE)
    x = wanted / slope
    # Newton's method; the curve is nearly straight
    for _ in range(3):
        gap = curves.elasticity * x + bent(curves.bend, x) - wanted
        steepness = curves.elasticity + curves.bend * within_reach(x)
        x -= gap / np.minimum(steepness, -LEAST_SLOPE)
    price = exp(np.minimum(np.maximum(context.log_anchor + x, 0.0), LARGEST_LOG))
    return np.where(scarce, np.ceil(price), 1.0).astype(np.int64)


def unit_values(context: DecisionContext) -> Floats:
    """What a unit of the stock that an offer shares brings on other channels, minor units, (n,)."""
    known = context.state.channels.unit_value
    return np.array([known.get(row, 0.0) for row in context.rows.tolist()], dtype=np.float64)


def value(context: DecisionContext, price: Floats, units: Floats) -> Floats:
    """What the policy's objective is worth at gross prices (n, k) and units sold there.

    Profit is less what the units take away from the merchant's other offers. Units and sell-through
    count units; a price that sells no fewer and earns more wins, so revenue breaks the tie at a
    millionth of a unit's weight.
    """
    objective = context.terms.policy.objective
    rows = (slice(None),) + (None,) * (price.ndim - 1)
    if objective.maximise == "profit":
        worth = unit_profit(context, price)
        worth -= recaptured(context)[rows]
        if context.terms.policy.coordinate_channels:
            worth -= unit_values(context)[rows]
        worth *= units
    else:
        worth = price * net_share(context)[rows] * units
        if objective.maximise != "revenue":
            scale = context.regular_price.astype(np.float64)[rows]
            worth = units + 1e-6 * worth / scale
    if objective.minimum_units is not None:
        short = np.maximum(objective.minimum_units - units, 0.0)
        # Any unit short outweighs every profit, so the least shortfall wins first.
        worth = worth - short * 1e12
    return worth
