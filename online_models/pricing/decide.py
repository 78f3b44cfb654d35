"""One round of decisions, vectorised passes per policy."""

from __future__ import annotations

from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from online_models.journal.outputs import Output
from online_models.numerics.masks import anywhere, everywhere
from online_models.pricing.below_public import below_public, watch
from online_models.pricing.commands.acknowledgements import overdue
from online_models.pricing.context.decision_context import DecisionContext, Ints
from online_models.pricing.coordination.pressing import note_presses
from online_models.pricing.decision.bookkeeping import enter, needs_publishing, unchanged
from online_models.pricing.decision.breaking import tripped
from online_models.pricing.decision.resolve import resolve
from online_models.pricing.pricing import Pricing
from online_models.pricing.records.alerts import Placed, alerts, stockouts
from online_models.pricing.records.publish import previous_state, records
from online_models.pricing.state.causes import Causes
from online_models.pricing.state.ledger import NONE, take_shown_as_regular
from online_models.pricing.trace.steps import MoneyTexts
from online_models.shop.catalogue import NEVER, NO_PRICE

#: Number of minor digits that a currency may have, and one more.
_DIGITS = 8
#: Offers decided at once: what is computed for them stays in the second-level cache.
_BLOCK = 4096
_money = {digits: MoneyTexts(digits) for digits in range(_DIGITS)}


def decide(pricing: Pricing, rows: Ints, now: Ints, causes: Causes) -> list[tuple[int, Output]]:
    """Decide distinct offers at `now`, (n,); all channels of a SKU come in one call.

    Returns (place among `rows`, record) in order of the places.
    """
    pricing.grow()
    catalogue, ledger = pricing.state.catalogue, pricing.ledger
    sku = catalogue.offers.sku[rows]
    skus = catalogue.skus
    active = catalogue.offers.listed[rows] & ~skus.retired[sku] & (ledger.price[rows] > 0)
    active &= now < skus.ends_at[sku]
    ledger.due[rows[~active]] = NEVER
    _end_overrides(pricing, rows, now)
    outputs: list[Placed] = []
    if everywhere(causes.by_time):
        # at ticks alone: between them, acknowledgements of other offers on the channel would make
        # the answer depend on how the journal was cut into batches
        outputs += overdue(pricing, rows, now)
    key = ledger.policy[rows].astype(np.int64) * _DIGITS + catalogue.skus.digits[sku]
    for wave in _waves(pricing, rows, active):
        before = ledger.price[rows[wave]]
        outputs += _decide_wave(pricing, wave, key, rows, now, causes)
        if pricing.book.protected_channels:
            moved = wave[ledger.price[rows[wave]] != before]
            _wake(pricing, rows, moved, now)
    outputs.sort(key=itemgetter(0))
    return outputs


def _decide_wave(
    pricing: Pricing, wave: NDArray[np.intp], key: Ints, rows: Ints, now: Ints, causes: Causes
) -> list[Placed]:
    outputs: list[Placed] = []
    groups = sorted(set(key[wave].tolist()))
    for group in groups:
        places = wave if len(groups) == 1 else wave[key[wave] == group]
        slot, digits = divmod(group, _DIGITS)
        terms = pricing.book.terms(slot, digits)
        for first in range(0, len(places), _BLOCK):
            block = places[first : first + _BLOCK]
            context = DecisionContext(pricing.state, terms, rows[block], now[block])
            at = block.tolist()
            behind = causes if len(block) == len(rows) else causes.take(block)
            decided = _decide_block(pricing, context, behind, _money[digits])
            outputs += [(at[place], output) for place, output in decided]
    return outputs


def _decide_block(
    pricing: Pricing, context: DecisionContext, causes: Causes, money: MoneyTexts
) -> list[Placed]:
    """Decide offers of one policy; records by place among them."""
    # 1. What each offer is to cost, and why; the books are only read.
    resolved = resolve(context, pricing.promotions, pricing.notes, pricing.breakers)
    note_presses(resolved)
    # 2. What is worth a record: all but what time alone led to and nothing new came of.
    by_time = causes.by_time
    silent = by_time & unchanged(resolved) if anywhere(by_time) else by_time
    below = watch(context, pricing)
    if below is not None:
        silent = silent & ~(below.moved | below.hidden)
    published = (~silent).nonzero()[0]
    published_causes = causes if len(published) == len(by_time) else causes.take(published)
    # 3. What those records say of the time before the decision.
    before = previous_state(resolved, published, pricing.history) if len(published) else None
    fresh = published[needs_publishing(resolved, published)]
    # 4. The decisions are entered in the books, and thereby numbered.
    numbers = enter(resolved, published, pricing.history)
    # 5. The records.
    found = alerts(resolved)
    if resolved.broken is not None:
        pricing.breakers.enter(resolved.broken.counts)
        found += [(trip.place, tripped(context, trip)) for trip in resolved.broken.trips]
    if before is not None:
        found += records(
            resolved,
            published,
            before,
            numbers,
            published_causes,
            pricing.promotions,
            money,
            pricing.model_version,
        )
    if below is not None:
        found += below_public(resolved, below, fresh, pricing, money)
    if before is not None:
        found += stockouts(resolved, published)
    return found


def _waves(pricing: Pricing, rows: Ints, active: NDArray[np.bool_]) -> list[NDArray[np.intp]]:
    """Places to decide at once: what a policy protects goes before what must not undercut it."""
    names = pricing.book.protected_channels
    if not names:
        return [active.nonzero()[0]]
    catalogue = pricing.state.catalogue
    index = catalogue.channel_names.index
    protected = np.isin(catalogue.offers.channel[rows], [index[n] for n in names if n in index])
    return [np.flatnonzero(active & protected), np.flatnonzero(active & ~protected)]


def _wake(pricing: Pricing, rows: Ints, moved: NDArray[np.intp], now: Ints) -> None:
    """The offers that must not undercut those at the places `moved`, and are not decided with them,
    are due: for a lower bound that rose, and for what lies below their public price where it fell.
    """
    catalogue, ledger = pricing.state.catalogue, pricing.ledger
    decided = set(rows.tolist()) if len(moved) else set()
    for place in moved.tolist():
        row = int(rows[place])
        channel = catalogue.channel_names[int(catalogue.offers.channel[row])]
        for other in catalogue.sku_offers[int(catalogue.offers.sku[row])]:
            policy = pricing.book.slots[int(ledger.policy[other])]
            follows = policy is not None and channel in policy.guardrails.protect_channels
            if follows and other not in decided:
                ledger.due[other] = min(int(ledger.due[other]), int(now[place]))


def _end_overrides(pricing: Pricing, rows: Ints, now: Ints) -> None:
    ledger = pricing.ledger
    given = ledger.override_price[rows] != NO_PRICE
    if not anywhere(given):
        return
    over = given & (now >= ledger.override_until[rows])
    if anywhere(over):
        ended = rows[over]
        ledger.override_price[ended] = NO_PRICE
        ledger.override_until[ended] = NEVER
        ledger.override_forced[ended] = False
        pricing.notes.erase("override", ended.tolist())
        # a promotion, that of now or one just over, is about the regular price
        depth, *_ = pricing.promotion_in_force(ended, now[over])
        take_shown_as_regular(ledger, ended[(depth <= 0.0) & (ledger.promotion[ended] == NONE)])
