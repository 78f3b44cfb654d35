"""What a unit of a stock that several channels share is worth: what the last one of it brings.

While a stock will not last until the next arrival, a unit sold on one channel is one less for the
others. Its marginal value λ is the price of stock at which the channels together, each at the price
that earns most above λ, sell just what there is; each then prices as if a unit cost λ more.

Reference: Talluri and van Ryzin, "The Theory and Practice of Revenue Management", 2004, section
5.2 (the fluid problem, and λ as its multiplier).
"""

from __future__ import annotations

import numpy as np

from online_models.demand.curves import DemandContext, bent
from online_models.numerics.arrays import Floats, Ints
from online_models.numerics.special import column_sums, exp, log
from online_models.pricing.pricing import Pricing
from online_models.pricing.profit.economics import OfferDeductions, unit_profit
from online_models.pricing.profit.objective import LARGEST_LOG, lasting_days
from schemas.values.instants import DAY

#: Prices that are tried, against the regular one, and halvings of the range of λ.
_GRID = 0.6 + 0.025 * np.arange(49)
_HALVINGS = 30


def value_units(pricing: Pricing, now: int) -> None:
    """Find the marginal value of a unit of every stock that coordinated channels share."""
    values: dict[int, float] = {}
    slots = [i for i, p in enumerate(pricing.book.slots) if p is not None and p.coordinate_channels]
    if slots:
        pricing.grow()
        offers, ledger = pricing.state.catalogue.offers, pricing.ledger
        ruled = np.isin(ledger.policy, slots) & offers.listed & (ledger.regular_price > 0)
        groups: dict[int, list[int]] = {}
        for row in np.flatnonzero(ruled).tolist():
            groups.setdefault(int(offers.sku[row]), []).append(row)
        for rows in groups.values():
            if len(rows) > 1:
                value = _value(pricing, np.array(rows, np.int64), now)
                values |= dict.fromkeys(rows, value) if value > 0.0 else {}
    pricing.state.channels.unit_value = values


def _value(pricing: Pricing, rows: Ints, now: int) -> float:
    """The marginal value of a unit of what these offers of one product share, minor units."""
    stock = pricing.state.stock
    shared = min(stock.shared_units(row) for row in rows.tolist())
    if shared <= 0:
        return 0.0
    terms = pricing.book.terms(int(pricing.ledger.policy[rows[0]]), 2)
    lasts = lasting_days(pricing.state, terms, rows, np.full(len(rows), now))
    arrivals = [at for row in rows.tolist() for _, at in stock.inbound(row) if at > now]
    days = min([float(lasts.min()), *((at - now) / DAY for at in arrivals)])
    price, units = _demand(pricing, rows, now)
    units *= days
    profit = unit_profit(OfferDeductions.of(pricing.state.catalogue, rows), price)
    if _sold(profit, units, 0.0) <= shared:
        return 0.0
    low, high = 0.0, float(profit.max())
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        if _sold(profit, units, middle) > shared:
            low = middle
        else:
            high = middle
    return high


def _demand(pricing: Pricing, rows: Ints, now: int) -> tuple[Floats, Floats]:
    """Prices to choose from, and units a day at them, (n, k) each."""
    base = pricing.ledger.regular_price[rows].astype(np.float64)
    at = np.full(len(rows), now, dtype=np.int64)
    curves = pricing.state.demand.curves(rows, DemandContext.at_prices(at, base))
    price = base[:, None] * _GRID
    x = log(price) - log(curves.anchor_price)[:, None]
    rate = curves.log_rate[:, None] + curves.elasticity[:, None] * x
    rate += bent(curves.bend[:, None], x)
    rate += 0.5 * curves.log_rate_variance[:, None]
    return price, exp(np.minimum(rate, LARGEST_LOG))


def _sold(profit: Floats, units: Floats, value: float) -> float:
    """Units that all channels sell, each at its best price where a unit costs `value` more."""
    worth = (profit - value) * units
    best = np.argmax(worth, axis=1)
    each = np.arange(len(best))
    sold = np.where(worth[each, best] > 0.0, units[each, best], 0.0)
    return float(column_sums(sold[:, None])[0])
