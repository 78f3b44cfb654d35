"""What sets the raw price of each offer: a human, a promotion, or the strategies."""

from __future__ import annotations

from hashlib import blake2b
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from online_models.numerics.compiled import compiled
from online_models.numerics.masks import anywhere
from online_models.pricing.context.decision_context import DecisionContext, Flags, Ints
from online_models.pricing.decision.reasons import PriceOrigin
from online_models.pricing.guardrails import GUARDRAILS, Delay
from online_models.pricing.guardrails.bounds import limits
from online_models.pricing.state.promotions import NONE, InForce
from online_models.shop.catalogue import NO_PRICE
from schemas.records.policy.experiment import Experiment

#: `verdict` in the ledger on a proposal.
UNDECIDED, APPROVED, REJECTED = 0, 1, 2
#: As compiled rules read them.
_REJECTED, _EXPIRED, _OVERRIDE = PriceOrigin.REJECTED, PriceOrigin.EXPIRED, PriceOrigin.OVERRIDE
_ROLLBACK, _PAUSED, _REFUSED = PriceOrigin.ROLLBACK, PriceOrigin.PAUSED, PriceOrigin.REFUSED
_PROMOTION, _RETURN, _APPROVED = PriceOrigin.PROMOTION, PriceOrigin.RETURN, PriceOrigin.APPROVED
_HOLDOUT, _STRATEGY = PriceOrigin.HOLDOUT, PriceOrigin.STRATEGY


def sources(context: DecisionContext, promotion: InForce) -> NDArray[np.int8]:
    """The PriceOrigin of each offer's raw price, shape (n,)."""
    ledger, rows = context.state.ledger, context.rows
    ordered = (ledger.override_price[rows] != NO_PRICE) | (ledger.rollback_price[rows] != NO_PRICE)
    delayed = _delayed(context) if anywhere(ordered) else ordered
    delayed = delayed & ~((ledger.rollback_price[rows] != NO_PRICE) & ledger.price_forced[rows])
    orders = Orders(
        ledger.proposal,
        ledger.verdict,
        ledger.proposal_expires,
        ledger.override_price,
        ledger.override_until,
        ledger.override_forced,
        ledger.rollback_price,
        ledger.paused,
        ledger.retry_at,
        ledger.promotion,
    )
    return _sources(
        orders,
        rows,
        context.now,
        context.price,
        context.regular_price,
        promotion.promotion,
        promotion.price,
        delayed,
        held_out(context),
    )


class Orders(NamedTuple):
    """The columns of the ledger that say what stands above the strategies, by offer row."""

    proposal: Ints
    verdict: NDArray[np.int8]
    proposal_expires: Ints
    override: Ints
    override_until: Ints
    forced: Flags
    rollback: Ints
    paused: Flags
    retry_at: Ints
    promotion: NDArray[np.int32]


@compiled
def _sources(
    orders: Orders,
    rows: Ints,
    now: Ints,
    price: Ints,
    base: Ints,
    promotion: NDArray[np.int32],
    promoted_price: Ints,
    delayed: Flags,
    held_out: Flags,
) -> NDArray[np.int8]:
    source = np.full(rows.size, _STRATEGY, np.int8)
    for i in range(rows.size):
        row = rows[i]
        pending = orders.proposal[row] != NONE
        verdict = orders.verdict[row] if pending else UNDECIDED
        promoted = promotion[i] != NONE and promoted_price[i] < base[i]
        manual = orders.override[row] != NO_PRICE and now[i] < orders.override_until[row]
        back = orders.rollback[row] != NO_PRICE
        # A promotion that is over does not wait for an order that has to wait itself.
        over = orders.promotion[row] != NONE and not promoted and price[i] != base[i]
        if over and (manual or back) and delayed[i] and price[i] != orders.override[row]:
            manual = manual and orders.forced[row]
            back = False
        if verdict == REJECTED:
            source[i] = _REJECTED
        elif pending and now[i] >= orders.proposal_expires[row]:
            source[i] = _EXPIRED
        elif manual:
            source[i] = _OVERRIDE
        elif back:
            source[i] = _ROLLBACK
        elif orders.paused[row]:
            source[i] = _PAUSED
        elif now[i] < orders.retry_at[row]:
            source[i] = _REFUSED
        elif promoted:
            source[i] = _PROMOTION
        elif price[i] != base[i]:
            source[i] = _RETURN
        elif verdict == APPROVED:
            source[i] = _APPROVED
        elif held_out[i]:
            source[i] = _HOLDOUT
    return source


def undone(context: DecisionContext, source: NDArray[np.int8]) -> Flags:
    """Where a rollback undoes a price that was forced past the guardrails: their pace, which it
    broke, does not hold back the way home.
    """
    price_forced = context.state.ledger.price_forced[context.rows]
    return np.asarray((source == PriceOrigin.ROLLBACK) & price_forced)


def breaks_guardrails(context: DecisionContext, forced: Flags, price: Ints) -> Flags:
    """Where prices that were forced, (n,), are none that the guardrails would let through now."""
    if not anywhere(forced):
        return forced
    bounds = limits(context, forced, forced, forced)
    outside = (price < bounds.low) | (price > bounds.high)
    return np.asarray(forced & (outside | _delayed(context)))


def _delayed(context: DecisionContext) -> Flags:
    """Where a guardrail holds the regular price for a while, (n,)."""
    delays = [
        context.now < rule.until(context)
        for rule in GUARDRAILS
        if isinstance(rule, Delay) and rule.binds(context.terms)
    ]
    return np.logical_or.reduce(delays) if delays else np.zeros(len(context), dtype=np.bool_)


def held_out(context: DecisionContext) -> Flags:
    """Which offers an experiment leaves alone, by hash of its name and the unit."""
    experiment = context.terms.policy.experiment
    if experiment is None:
        return np.zeros(len(context), dtype=np.bool_)
    identities = context.state.identities
    words = (
        identities.sku_words(context.sku)
        if experiment.unit == "sku"
        else identities.words(context.rows)
    )
    return in_holdout(experiment, words)


def in_holdout(experiment: Experiment, words: NDArray[np.uint64]) -> Flags:
    """Whether units (their 64-bit hashes) fall into the held-out share."""
    salt = int.from_bytes(blake2b(experiment.name.encode(), digest_size=8).digest(), "little")
    mixed = words ^ np.uint64(salt)
    # The finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    share = (mixed >> np.uint64(11)).astype(np.float64) * 2.0**-53
    return np.asarray(share < float(experiment.holdout))


def targets(context: DecisionContext, source: NDArray[np.int8], promotion: InForce) -> Ints:
    """Raw prices of all sources but the strategies (there the price in force), shape (n,)."""
    ledger, rows = context.state.ledger, context.rows
    raw = context.price.copy()
    present = set(source.tolist())
    if present == {PriceOrigin.STRATEGY}:
        return raw
    wanted = {
        PriceOrigin.REJECTED: ledger.proposal_price,
        PriceOrigin.EXPIRED: ledger.proposal_price,
        PriceOrigin.OVERRIDE: ledger.override_price,
        PriceOrigin.ROLLBACK: ledger.rollback_price,
        PriceOrigin.RETURN: ledger.regular_price,
        PriceOrigin.APPROVED: ledger.proposal_price,
    }
    for code in sorted(wanted.keys() & present):
        chosen = source == code
        raw[chosen] = wanted[code][rows[chosen]]
    return np.where(source == PriceOrigin.PROMOTION, promotion.price, raw)
