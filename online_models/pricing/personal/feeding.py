"""What the learnt discounts hear of: purchases, sales, and days."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from online_models.pricing.pricing import Pricing
from online_models.pricing.state.shoppers import Ints

Floats = NDArray[np.float64]


def watch(pricing: Pricing) -> None:
    """What customers bought since the last tick whose discounts are learnt."""
    policies, ledger = pricing.book, pricing.ledger
    if not policies.personal:
        return
    for line in pricing.shoppers.waiting:
        if (int(ledger.policy[line.row]), line.segment) in policies.personalised:
            terms, _ = policies.personal[line.segment]
            public, regular = int(ledger.price[line.row]), int(ledger.regular_price[line.row])
            pricing.personal.bought(line, public, regular, terms)


def credit(pricing: Pricing, rows: Ints, units: Floats, prices: Floats) -> None:
    """A window closed, (n,): a share of what is sold at gross prices (minor units, NaN: unknown)
    may be given away.
    """
    policies, catalogue = pricing.book, pricing.state.catalogue
    if not policies.personal:
        return
    currency = catalogue.skus.currency[catalogue.offers.sku[rows]]
    known = ~np.isnan(prices) & (units > 0.0) & (currency >= 0)
    columns = pricing.ledger.policy[rows], currency, units * prices
    allowance = pricing.personal.allowance
    for slot, money, revenue in zip(*(column[known].tolist() for column in columns), strict=True):
        for segment in policies.personal:
            if (slot, segment) in policies.personalised:
                key = allowance.key(segment, catalogue.currency_names[money])
                allowance.sold(key, revenue)


def new_day(pricing: Pricing) -> None:
    """Midnight: usual prices follow, what was learnt fades, and a new day's money is there."""
    pricing.grow()
    pricing.personal.usual_prices.new_day(pricing.ledger.price)
    pricing.personal.response.fade()
    shares = {
        segment: float(terms.budget)
        for segment, (terms, _) in pricing.book.personal.items()
        if terms.budget is not None
    }
    pricing.personal.allowance.new_day(shares)
