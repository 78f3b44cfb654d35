"""What shoppers are believed to meet: the prices decided, or, where those are imagined, the shop's
own, which its products' records state.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from online_models.numerics.masks import anywhere
from online_models.pricing.pricing import Pricing
from online_models.pricing.state.ledger import NONE
from online_models.pricing.state.promotions import Promoted
from online_models.shop.catalogue import ALWAYS, NEVER, NO_PRICE

Ints = NDArray[np.int64]


def imagined(pricing: Pricing, rows: Ints) -> NDArray[np.bool_]:
    """Mask of the offers, (n,), whose decided prices nobody meets."""
    if pricing.settings.imagined:
        return np.ones(len(rows), dtype=np.bool_)
    found = np.zeros(len(rows), dtype=np.bool_)
    known = rows < len(pricing.ledger.shadow)  # others are new, and follow the settings
    found[known] = pricing.ledger.shadow[rows[known]]
    return found


def wants_shadow(pricing: Pricing, rows: Ints) -> NDArray[np.bool_]:
    """Mask of the offers, (n,), whose policy or the settings keep their prices in shadow."""
    pricing.grow()
    slots = pricing.ledger.policy[rows]
    return np.asarray(pricing.book.shadow[slots] | pricing.settings.shadow)


def begin_anew(pricing: Pricing, rows: Ints, prices: Ints, now: int) -> None:
    """These prices are in force, and those decided before never were."""
    ledger = pricing.ledger
    for flags in (ledger.price_forced, ledger.override_forced):
        flags[rows] = False
    for money in (
        ledger.pre_match_price,
        ledger.rollback_price,
        ledger.override_price,
        ledger.drawn_price,
        ledger.proposal,
    ):
        money[rows] = NO_PRICE
    for instants in (ledger.changed_at, ledger.reduced_at, ledger.retry_at):
        instants[rows] = ALWAYS
    for instants in (ledger.ack_due, ledger.proposal_expires, ledger.override_until):
        instants[rows] = NEVER
    for days in (ledger.changes_day, ledger.drawn_day):
        days[rows] = -1
    ledger.promotion[rows] = ledger.reduced_by[rows] = ledger.history_entry[rows] = NONE
    ledger.changes_on_day[rows], ledger.propensity[rows] = 0, 1.0
    ledger.deviation[rows] = np.nan
    ledger.due[rows] = now
    pricing.restate(rows, prices, now)


def promotion_shown(pricing: Pricing, rows: Ints, now: Ints) -> Promoted:
    """What the promotions at `now` (ms) come to below the regular prices that shoppers meet."""
    pricing.grow()
    return pricing.promotion_below(rows, now, _regular(pricing, rows))


def shown_price(pricing: Pricing, rows: Ints, promoted: Promoted) -> Ints:
    """Prices as far as known, minor units, NO_PRICE where there is none yet, (n,)."""
    pricing.grow()
    unmet = imagined(pricing, rows)
    if not anywhere(unmet):
        return pricing.ledger.price[rows]
    regular = _regular(pricing, rows)
    below = regular - np.rint(promoted.depth * regular).astype(np.int64)
    return np.where(unmet, below, pricing.ledger.price[rows])


def _regular(pricing: Pricing, rows: Ints) -> Ints:
    stated = pricing.state.catalogue.offers.catalogue_price[rows]
    return np.where(imagined(pricing, rows), stated, pricing.ledger.regular_price[rows])
