"""From situations to prices: what each offer of one policy is to cost now, and why."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from online_models.pricing.context.situation import DecisionContext, Floats, Ints
from online_models.pricing.decision.asking import TargetPrice, ask, explore
from online_models.pricing.decision.proposals import gate
from online_models.pricing.decision.reasons import (
    CODES,
    SOURCE_NAMES,
    UNBOUND,
    UNPACED,
    Outcome,
    PriceOrigin,
)
from online_models.pricing.decision.sources import sources, targets
from online_models.pricing.guardrails import GUARDRAILS
from online_models.pricing.guardrails.bounds import NOBODY, limits
from online_models.pricing.guardrails.chain import GuardrailResult, pass_through
from online_models.pricing.state.notes import Notes
from online_models.pricing.state.promotions import InForce, Promotions
from online_models.pricing.trace.steps import Trace, Values
from online_models.shop.catalogue import NO_PRICE

_GUARDRAIL_CODES = np.array([CODES[rule.name] for rule in GUARDRAILS] + [-1], dtype=np.int8)


@dataclass(slots=True)
class Resolved:
    """What became of the offers of one policy; columns of shape (n,).

    `price` is the one to publish (for a proposal, the proposed one), `reason` a code of REASONS,
    `drawn` whether exploration drew that price.
    """

    situation: DecisionContext
    trace: Trace
    promotion: InForce
    source: NDArray[np.int8]
    wish: TargetPrice
    price: Ints
    outcome: NDArray[np.int8]
    reason: NDArray[np.int8]
    drawn: NDArray[np.bool_]
    propensity: Floats
    deviation: Floats
    passage: GuardrailResult


def resolve(situation: DecisionContext, promotions: Promotions, notes: Notes) -> Resolved:
    """Decide the offers of one policy; nothing is written down yet."""
    kept, rows = situation.price, situation.rows
    promotion = promotions.in_force(rows, situation.now, situation.base, situation.terms.digits)
    source = sources(situation, promotion)
    forced = (source == PriceOrigin.OVERRIDE) & situation.world.ledger.forced[rows]
    bounded = ~UNBOUND[source] & ~forced
    paced = bounded & ~UNPACED[source]
    bounds = limits(situation, bounded, paced)
    situation = situation.within(bounds.legal)
    given = targets(situation, source, promotion)
    trace = Trace(kept)
    strategic = source == PriceOrigin.STRATEGY
    if not strategic.all():
        _tell(trace, situation, source, given, promotions, promotion, notes)
    wish = ask(situation, trace, strategic, given, source, promotion.boundary)
    lot = explore(situation, trace, wish)
    passage = pass_through(situation, trace, bounds, bounded, paced)
    by_lot = np.zeros(len(rows), dtype=np.bool_)
    propensity, deviation = np.ones(len(rows)), np.full(len(rows), np.nan)
    if lot is not None:
        # A price that a rule held or moved was not drawn: it follows for certain.
        by_lot = (lot.price != NO_PRICE) & (trace.price == lot.price)
        propensity = np.where(by_lot, lot.propensity, 1.0)
        deviation = np.where(by_lot, lot.deviation, np.nan)
    changed = trace.price != kept
    outcome = np.where(changed, np.int8(Outcome.CHANGED), np.int8(Outcome.HELD))
    outcome[changed & (source == PriceOrigin.OVERRIDE)] = Outcome.OVERRIDDEN
    reason = _reason(kept, changed, strategic, wish, passage)
    outcome, reason = gate(situation, trace, source, wish, outcome, reason)
    turned_down = source <= PriceOrigin.EXPIRED
    if turned_down.any():
        outcome[turned_down] = Outcome.REJECTED
        reason[turned_down] = source[turned_down]
        trace.add("price_in_force", kept, {"held": kept}, applies=turned_down)
    return Resolved(
        situation=situation,
        trace=trace,
        promotion=promotion,
        source=source,
        wish=wish,
        price=trace.price,
        outcome=outcome,
        reason=reason,
        drawn=by_lot,
        propensity=propensity,
        deviation=deviation,
        passage=passage,
    )


def _reason(
    kept: Ints,
    changed: NDArray[np.bool_],
    strategic: NDArray[np.bool_],
    wish: TargetPrice,
    passage: GuardrailResult,
) -> NDArray[np.int8]:
    """Who spoke; the guardrail where it, not the wish, made or prevented the change."""
    reason = wish.by.copy()
    wanted = wish.raw != kept
    reason[strategic & ~wanted & ~changed] = CODES["no_change"]
    by_rule = (wanted != changed) & (passage.binding != NOBODY)
    reason[by_rule] = _GUARDRAIL_CODES[passage.binding[by_rule]]
    reason[passage.conflict != NOBODY] = CODES["bounds_conflict"]
    return reason


def _tell(
    trace: Trace,
    situation: DecisionContext,
    source: NDArray[np.int8],
    given: Ints,
    promotions: Promotions,
    promotion: InForce,
    notes: Notes,
) -> None:
    """Steps for the raw prices that no strategy set."""
    for code in sorted(set(source.tolist()) - {PriceOrigin.STRATEGY}):
        name = SOURCE_NAMES[code]
        details: dict[str, Values] = {}
        if code == PriceOrigin.PROMOTION:
            details["regular_price"] = situation.base
            details["promotion"] = lambda at: [
                msgspec.json.encode(promotions.details(index))
                for index in promotion.promotion[at].tolist()
            ]
        elif code == PriceOrigin.HOLDOUT:
            experiment = situation.terms.policy.experiment
            text = msgspec.json.encode({} if experiment is None else experiment.name)
            details["experiment"] = lambda at, text=text: [text] * len(at)  # type: ignore[misc]
        else:
            details["order"] = lambda at, name=name: notes.read(  # type: ignore[misc]
                name, situation.rows[at].tolist()
            )
        applies = source == code
        trace.add(name, given, details, applies=None if applies.all() else applies)
