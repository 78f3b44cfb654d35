"""What an offer's sales take away from the merchant's own other offers."""

from __future__ import annotations

import numpy as np

from online_models.pricing.context.decision_context import DecisionContext, Floats, Ints
from online_models.shop.catalogue import Catalogue, kept_share

#: No more than this share of an offer's lost units is believed to go to the rest of its category:
#: were it nearly all, the best prices of a category would have no bound.
LARGEST_DIVERSION = 0.6


def recaptured(context: DecisionContext) -> Floats:
    """Profit of other offers that each unit sold takes away, minor units, shape (n,).

    A unit lost to a higher price is won by declared substitutes at the rate of the setting
    `diversion`, so selling it costs that share of their mean unit profit as of the last tick
    (between ticks, an offer's price must not depend on which others were decided before it); or by
    the rest of its category, if that is more. Other partitions are not seen.
    """
    return np.maximum(declared(context), _learnt(context))


def _learnt(context: DecisionContext) -> Floats:
    """The same from what sales tell of a category: its diversion times its mean unit profit.

    Where a price level common to the others moves an offer by χ, and an offer's own price moves it
    by −ε, a category in which all gain alike from one offer's loss wins χ / ε of it.
    """
    curves, state = context.curves, context.state
    own = np.maximum(-curves.elasticity, 1.0)
    diversion = np.minimum(np.maximum(curves.least_cross / own, 0.0), LARGEST_DIVERSION)
    category = state.catalogue.skus.category[context.sku]
    return diversion * np.maximum(state.margins.mean(category, context.channel), 0.0)


def declared(context: DecisionContext) -> Floats:
    """Profit that a unit sold takes away from declared substitutes, minor units, (n,)."""
    catalogue, ledger = context.state.catalogue, context.state.ledger
    lost = np.zeros(len(context))
    index = catalogue.sku_names.index
    for place, sku in enumerate(context.sku.tolist()):
        names = catalogue.substitutes[sku]
        if not names:
            continue
        channel = int(context.channel[place])
        rows = [catalogue.offer(index[name], channel) for name in names if name in index]
        profits = [float(ledger.unit_profit[row]) for row in rows if row >= 0]
        known = [profit for profit in profits if profit == profit]
        if known:
            mean = sum(known) / len(known)
            lost[place] = context.state.settings.diversion * max(mean, 0.0)
    return lost


def unit_profits(catalogue: Catalogue, price: Ints) -> Floats:
    """What a unit of every offer earns at these prices (NO_PRICE: none), minor units, NaN where it
    is not on sale; shape (offers,).
    """
    offers, skus = catalogue.offers, catalogue.skus
    share = kept_share(skus.tax_ppm[offers.sku], offers.fee_ppm)
    profit = price * share - offers.fee_fixed - offers.cost
    return np.where(offers.listed & (price >= 0), profit, np.nan)
