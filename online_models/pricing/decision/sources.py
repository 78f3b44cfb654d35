"""What sets the raw price of each offer: a human, a promotion, or the strategies."""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from online_models.numerics.columns import FEW
from online_models.pricing.context.situation import DecisionContext, Flags, Ints
from online_models.pricing.decision.reasons import PriceOrigin
from online_models.pricing.guardrails import GUARDRAILS, Delay
from online_models.pricing.state.ledger import Ledger
from online_models.pricing.state.promotions import NONE, InForce
from online_models.shop.catalogue import NO_PRICE
from schemas.records.pricing_policies import Experiment

#: `verdict` in the ledger on a proposal.
UNDECIDED, APPROVED, REJECTED = 0, 1, 2


def sources(situation: DecisionContext, promotion: InForce) -> NDArray[np.int8]:
    """The PriceOrigin of each offer's raw price, shape (n,)."""
    ledger, rows, now = situation.world.ledger, situation.rows, situation.now
    if len(rows) <= FEW and not _ordered(ledger, rows):
        return _singly(situation, promotion)
    pending = ledger.proposal[rows] != NONE
    promoted = (promotion.promotion != NONE) & (promotion.price < situation.base)
    manual, back = overridden(situation), ledger.rollback[rows] != NO_PRICE
    # A promotion that is over does not wait for an order that has to wait itself.
    over = (ledger.promotion[rows] != NONE) & ~promoted & (situation.price != situation.base)
    if (over & (manual | back)).any():
        over &= _delayed(situation) & (situation.price != ledger.override[rows])
        manual &= ~over | ledger.forced[rows]
        back &= ~over
    conditions: list[tuple[int, Flags]] = [
        (PriceOrigin.REJECTED, pending & (ledger.verdict[rows] == REJECTED)),
        (PriceOrigin.EXPIRED, pending & (now >= ledger.proposal_expires[rows])),
        (PriceOrigin.OVERRIDE, manual),
        (PriceOrigin.ROLLBACK, back),
        (PriceOrigin.PAUSED, ledger.paused[rows]),
        (PriceOrigin.REFUSED, now < ledger.retry_at[rows]),
        (PriceOrigin.PROMOTION, promoted),
        (PriceOrigin.RETURN, situation.price != situation.base),
        (PriceOrigin.APPROVED, pending & (ledger.verdict[rows] == APPROVED)),
        (PriceOrigin.HOLDOUT, held_out(situation)),
    ]
    source = np.full(len(rows), PriceOrigin.STRATEGY, dtype=np.int8)
    for code, condition in reversed(conditions):
        source[condition] = code
    return source


def _ordered(ledger: Ledger, rows: Ints) -> bool:
    """Whether a manual price or a rollback stands for any of the offers."""
    orders = ledger.override, ledger.rollback
    return any(order.item(row) != NO_PRICE for row in rows.tolist() for order in orders)


def _singly(situation: DecisionContext, promotion: InForce) -> NDArray[np.int8]:
    """`sources` of offers for which no human order stands, one by one."""
    ledger = situation.world.ledger
    columns = (
        situation.rows,
        situation.now,
        situation.price,
        situation.base,
        promotion.promotion,
        promotion.price,
        held_out(situation),
    )
    found = [_source(ledger, *one) for one in zip(*[c.tolist() for c in columns], strict=True)]
    return np.array(found, dtype=np.int8)


def _source(
    ledger: Ledger,
    row: int,
    now: int,
    price: int,
    base: int,
    promotion: int,
    promoted: int,
    held: bool,
) -> int:
    pending = ledger.proposal.item(row) != NONE
    verdict = ledger.verdict.item(row) if pending else UNDECIDED
    if verdict == REJECTED:
        return PriceOrigin.REJECTED
    if pending and now >= ledger.proposal_expires.item(row):
        return PriceOrigin.EXPIRED
    if ledger.paused.item(row):
        return PriceOrigin.PAUSED
    if now < ledger.retry_at.item(row):
        return PriceOrigin.REFUSED
    if promotion != NONE and promoted < base:
        return PriceOrigin.PROMOTION
    if price != base:
        return PriceOrigin.RETURN
    if verdict == APPROVED:
        return PriceOrigin.APPROVED
    return PriceOrigin.HOLDOUT if held else PriceOrigin.STRATEGY


def overridden(situation: DecisionContext) -> Flags:
    """Where a manual price is in force."""
    ledger, rows = situation.world.ledger, situation.rows
    given = ledger.override[rows] != NO_PRICE
    return np.asarray(given & (situation.now < ledger.override_until[rows]))


def _delayed(situation: DecisionContext) -> Flags:
    """Where a guardrail holds the regular price for a while, (n,)."""
    delays = [
        situation.now < rule.until(situation)
        for rule in GUARDRAILS
        if isinstance(rule, Delay) and rule.binds(situation.terms)
    ]
    return np.logical_or.reduce(delays) if delays else np.zeros(len(situation), dtype=np.bool_)


def held_out(situation: DecisionContext) -> Flags:
    """Which offers an experiment leaves alone, by hash of its name and the unit."""
    experiment = situation.terms.policy.experiment
    if experiment is None:
        return np.zeros(len(situation), dtype=np.bool_)
    identities = situation.world.identities
    words = (
        identities.sku_words(situation.sku)
        if experiment.unit == "sku"
        else identities.words(situation.rows)
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


def targets(situation: DecisionContext, source: NDArray[np.int8], promotion: InForce) -> Ints:
    """Raw prices of all sources but the strategies (there the price in force), shape (n,)."""
    ledger, rows = situation.world.ledger, situation.rows
    raw = situation.price.copy()
    told = set(source.tolist())
    if told == {PriceOrigin.STRATEGY}:
        return raw
    wanted = {
        PriceOrigin.REJECTED: ledger.proposal_price,
        PriceOrigin.EXPIRED: ledger.proposal_price,
        PriceOrigin.OVERRIDE: ledger.override,
        PriceOrigin.ROLLBACK: ledger.rollback,
        PriceOrigin.RETURN: ledger.base,
        PriceOrigin.APPROVED: ledger.proposal_price,
    }
    for code in sorted(wanted.keys() & told):
        chosen = source == code
        raw[chosen] = wanted[code][rows[chosen]]
    return np.where(source == PriceOrigin.PROMOTION, promotion.price, raw)
