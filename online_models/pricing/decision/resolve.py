"""From contexts to prices: what each offer of one policy is to cost now, and why."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from online_models.numerics.arrays import filled
from online_models.numerics.masks import anywhere, everywhere
from online_models.pricing.context.decision_context import DecisionContext, Floats, Ints
from online_models.pricing.decision.breaking import Broken
from online_models.pricing.decision.proposals import gate
from online_models.pricing.decision.reasons import (
    CODES,
    MOVES,
    SOURCE_NAMES,
    UNBOUND,
    UNPACED,
    Outcome,
    PriceOrigin,
)
from online_models.pricing.decision.sources import breaks_guardrails, sources, targets, undone
from online_models.pricing.decision.target_price import TargetPrice, ask, explore
from online_models.pricing.guardrails import GUARDRAILS
from online_models.pricing.guardrails.bounds import NOBODY, limits
from online_models.pricing.guardrails.chain import GuardrailResult, pass_through
from online_models.pricing.state.breakers import Breakers
from online_models.pricing.state.kill_switch import Notes
from online_models.pricing.state.promotions import InForce, Promotions
from online_models.pricing.trace.steps import Trace, Values
from online_models.shop.catalogue import NO_PRICE

_GUARDRAIL_CODES = np.array([CODES[rule.name] for rule in GUARDRAILS] + [-1], dtype=np.int8)


@dataclass(slots=True)
class Resolved:
    """What became of the offers of one policy; columns of shape (n,).

    `price` is the one to publish (for a proposal, the proposed one), `moves` where the price shown
    changes, `reason` a code of REASONS, `drawn` whether exploration drew that price.
    """

    context: DecisionContext
    trace: Trace
    promotion: InForce
    source: NDArray[np.int8]
    target: TargetPrice
    price: Ints
    outcome: NDArray[np.int8]
    moves: NDArray[np.bool_]
    reason: NDArray[np.int8]
    drawn: NDArray[np.bool_]
    propensity: Floats
    deviation: Floats
    passage: GuardrailResult
    #: Whether the price is a forced one that the guardrails would not let through.
    by_force: NDArray[np.bool_]
    broken: Broken | None


def resolve(
    context: DecisionContext, promotions: Promotions, notes: Notes, breakers: Breakers
) -> Resolved:
    """Decide the offers of one policy; nothing is written down yet."""
    kept, rows = context.price, context.rows
    # 1. Who sets the raw price: a human, a promotion, or the strategies.
    promotion = promotions.in_force(rows, context.now, context.regular_price, context.terms.digits)
    source = sources(context, promotion)
    strategic = source == PriceOrigin.STRATEGY
    # 2. What the guardrails leave of prices, for those that keep to them.
    alone = everywhere(strategic)
    if alone:
        forced = ~strategic
        bounded = regular = paced = strategic
    else:
        forced = (source == PriceOrigin.OVERRIDE) & context.state.ledger.override_forced[rows]
        bounded = ~UNBOUND[source] & ~forced
        regular = bounded & ~UNPACED[source]
        paced = regular & ~undone(context, source)
    bounds = limits(context, bounded, regular, paced)
    context = context.within(bounds.legal)
    # 3. Raw prices, which exploration may replace by a draw.
    given = targets(context, source, promotion)
    trace = Trace(kept)
    if not alone:
        trace = _with_sources(trace, context, source, given, promotions, promotion, notes)
    trace, target = ask(context, trace, strategic, given, source, promotion.boundary)
    trace, draw = explore(context, trace, target)
    # 4. Through the guardrails, step by step.
    trace, passage = pass_through(context, trace, bounds, bounded, regular, paced, target.at_most)
    # 5. With which probability the price was drawn: one that a rule held or moved follows for
    # certain.
    is_drawn = np.zeros(len(rows), dtype=np.bool_)
    propensity, deviation = filled(len(rows), 1.0, float), filled(len(rows), np.nan, float)
    if draw is not None:
        is_drawn = (draw.price != NO_PRICE) & (trace.price == draw.price)
        propensity = np.where(is_drawn, draw.propensity, 1.0)
        deviation = np.where(is_drawn, draw.deviation, np.nan)
    # 6. What becomes of it: a change, a hold, a proposal, or a proposal turned down.
    changed = trace.price != kept
    outcome = filled(len(rows), Outcome.HELD, np.int8)
    outcome[changed] = Outcome.CHANGED
    outcome[changed & (source == PriceOrigin.OVERRIDE)] = Outcome.OVERRIDDEN
    reason = _reason(kept, changed, strategic, target, passage)
    trace, outcome, reason, found = gate(context, trace, source, target, outcome, reason, breakers)
    if found is not None:
        # what the breaker holds back is looked at anew when its window ends
        ends = np.where(found.waits, found.until, passage.delayed)
        passage = passage._replace(delayed=np.minimum(passage.delayed, ends))
    turned_down = source <= PriceOrigin.EXPIRED
    if anywhere(turned_down):
        outcome[turned_down] = Outcome.REJECTED
        reason[turned_down] = source[turned_down]
        trace = trace.then("price_in_force", kept, {"held": kept}, applies=turned_down)
    return Resolved(
        context=context,
        trace=trace,
        promotion=promotion,
        source=source,
        target=target,
        price=trace.price,
        outcome=outcome,
        moves=MOVES[outcome],
        reason=reason,
        drawn=is_drawn,
        propensity=propensity,
        deviation=deviation,
        passage=passage,
        by_force=breaks_guardrails(context, forced, trace.price),
        broken=found,
    )


def _reason(
    kept: Ints,
    changed: NDArray[np.bool_],
    strategic: NDArray[np.bool_],
    target: TargetPrice,
    passage: GuardrailResult,
) -> NDArray[np.int8]:
    """Who spoke; the guardrail where it, not the target, made or prevented the change."""
    reason = target.by.copy()
    wanted = target.raw != kept
    reason[strategic & ~wanted & ~changed] = CODES["no_change"]
    by_rule = (wanted != changed) & (passage.binding != NOBODY)
    reason[by_rule] = _GUARDRAIL_CODES[passage.binding[by_rule]]
    reason[passage.conflict != NOBODY] = CODES["bounds_conflict"]
    return reason


def _with_sources(
    trace: Trace,
    context: DecisionContext,
    source: NDArray[np.int8],
    given: Ints,
    promotions: Promotions,
    promotion: InForce,
    notes: Notes,
) -> Trace:
    """The trace with steps for the raw prices that no strategy set."""
    for code in sorted(set(source.tolist()) - {PriceOrigin.STRATEGY}):
        name = SOURCE_NAMES[code]
        details: dict[str, Values] = {}
        if code == PriceOrigin.PROMOTION:
            details["regular_price"] = context.regular_price
            details["promotion"] = lambda at: [
                msgspec.json.encode(promotions.details(index))
                for index in promotion.promotion[at].tolist()
            ]
        elif code == PriceOrigin.HOLDOUT:
            experiment = context.terms.policy.experiment
            text = msgspec.json.encode({} if experiment is None else experiment.name)
            details["experiment"] = lambda at, text=text: [text] * len(at)  # type: ignore[misc]
        else:
            details["order"] = lambda at, name=name: notes.read(  # type: ignore[misc]
                name, context.rows[at].tolist()
            )
        applies = source == code
        trace = trace.then(name, given, details, applies=None if everywhere(applies) else applies)
    return trace
