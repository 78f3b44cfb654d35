"""What shoppers are believed to meet: the prices decided, or, where those are imagined, the shop's
own, which its products' records state.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from online_models.pricing.pricing import Pricing
from online_models.pricing.state.promotions import Promoted

Ints = NDArray[np.int64]


def imagined(pricing: Pricing, rows: Ints) -> NDArray[np.bool_]:
    """Mask of the offers, (n,), whose decided prices nobody meets."""
    return np.full(len(rows), pricing.settings.imagined)


def promotion_shown(pricing: Pricing, rows: Ints, now: Ints) -> Promoted:
    """What the promotions at `now` (ms) come to below the regular prices that shoppers meet."""
    pricing.grow()
    return pricing.promotion_below(rows, now, _regular(pricing, rows))


def shown_price(pricing: Pricing, rows: Ints, promoted: Promoted) -> Ints:
    """Prices as far as known, minor units, NO_PRICE where there is none yet, (n,)."""
    pricing.grow()
    regular = _regular(pricing, rows)
    below = regular - np.rint(promoted.depth * regular).astype(np.int64)
    return np.where(imagined(pricing, rows), below, pricing.ledger.price[rows])


def _regular(pricing: Pricing, rows: Ints) -> Ints:
    stated = pricing.state.catalogue.offers.catalogue_price[rows]
    return np.where(imagined(pricing, rows), stated, pricing.ledger.regular_price[rows])
