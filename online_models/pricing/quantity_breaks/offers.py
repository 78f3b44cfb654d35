"""Optimised quantity breaks as `price-offers`, each with the steps that lead to its price."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from online_models.journal.outputs import Output
from online_models.pricing.context.decision_context import DecisionContext
from online_models.pricing.decision.resolve import Resolved
from online_models.pricing.guardrails.bounds import floors
from online_models.pricing.offer_context import offer_context
from online_models.pricing.pricing import Pricing
from online_models.pricing.quantity_breaks.schedule import Tier, schedule
from online_models.pricing.segments.price_offer import begin_round, price_offer, published
from online_models.pricing.segments.reduced import Reduced, steps_below
from online_models.pricing.trade.volumes import QUANTITIES, Volumes
from online_models.shop.catalogue import PPM, kept_share
from schemas.records.policy.pricing_policies import SegmentTerms
from schemas.values import percentages
from schemas.values.instants import DAY
from schemas.values.money import texts


def tiers(context: DecisionContext, segment: SegmentTerms, volumes: Volumes) -> list[Tier]:
    """The tiers of a segment in force at the one offer of a context; none where nothing is known
    of its orders.
    """
    row = int(context.rows[0])
    key = volumes.key(segment.segment, *context.state.catalogue.offer_name(row))
    quantities, discounts = volumes.wanted(key)
    public = int(context.state.ledger.price[row])
    return schedule(public, int(floors(context).price[0]), quantities, discounts)


def tier_price(found: list[Tier], public: int, quantity: int) -> int:
    """What a unit costs in an order of that quantity, minor units."""
    price = public
    for tier in found:
        if tier.quantity <= quantity:
            price = tier.price
    return price


def new_day(pricing: Pricing, now: int) -> list[Output]:
    """Learn the orders of the day before, choose tiers for the new one, and publish those that
    changed.
    """
    outputs: list[Output] = []
    if not pricing.book.optimises_breaks:
        return outputs
    pricing.grow()
    ledger, catalogue = pricing.ledger, pricing.state.catalogue
    slots = [
        slot
        for slot, policy in enumerate(pricing.book.slots)
        if policy is not None and any(s.optimise_breaks for s in policy.segments)
    ]
    rows = np.flatnonzero(
        np.isin(ledger.policy, slots)
        & catalogue.offers.listed
        & (ledger.price > 0)
        & ~ledger.shadow
    )
    for row in rows.tolist():
        context = offer_context(pricing, row, now)
        for segment in context.terms.policy.segments:
            if segment.optimise_breaks is not None:
                outputs += _renewed(pricing, context, segment, now)
    return outputs


def _renewed(
    pricing: Pricing, context: DecisionContext, segment: SegmentTerms, now: int
) -> list[Output]:
    terms, volumes, row = segment.optimise_breaks, pricing.state.trade.volumes, int(context.rows[0])
    key = volumes.key(segment.segment, *context.state.catalogue.offer_name(row))
    if terms is None or not volumes.known(key):
        return []
    public = int(context.state.ledger.price[row])
    before = tiers(context, segment, volumes)
    volumes.close(key, [tier_price(before, public, q) for q in QUANTITIES], public)
    share = kept_share(int(context.tax_ppm[0]), int(context.fee_ppm[0]))
    fixed = float(context.fee_fixed[0] + context.cost[0])
    words = None
    if context.terms.exploration_budget > 0:
        word = int(context.state.identities.words(context.rows)[0])
        words = (context.terms.policy.seed, word, now // DAY)
    largest = percentages.to_ppm(terms.largest_discount)
    volumes.choose(key, public, share, fixed, largest, words)
    after = tiers(context, segment, volumes)
    known = {tier.quantity: tier.price for tier in before}
    changed = [tier for tier in after if known.get(tier.quantity) != tier.price]
    if changed:
        begin_round(context)
    return [_offer(context, segment, volumes, key, tier, now) for tier in changed]


def quantity_breaks(
    resolved: Resolved, chosen: NDArray[np.intp], volumes: Volumes
) -> list[tuple[int, Output]]:
    """All tiers of some of the offers that are decided, with their places."""
    policy = resolved.context.terms.policy
    segments = [segment for segment in policy.segments if segment.optimise_breaks is not None]
    found = []
    for place in chosen.tolist() if segments else ():
        context = resolved.context.reread(np.array([place]))
        now = int(context.now[0])
        for segment in segments:
            name = context.state.catalogue.offer_name(int(context.rows[0]))
            key = volumes.key(segment.segment, *name)
            found += [
                (place, _offer(context, segment, volumes, key, tier, now))
                for tier in tiers(context, segment, volumes)
            ]
    return found


def _offer(
    context: DecisionContext,
    segment: SegmentTerms,
    volumes: Volumes,
    key: str,
    tier: Tier,
    now: int,
) -> Output:
    public, floor = int(context.state.ledger.price[context.rows[0]]), floors(context)
    reduced = Reduced("quantity_break", public, tier.asked, int(floor.price[0]), floor.rule(0))
    lowest, highest, price = texts([tier.lowest, tier.highest, tier.price], context.terms.digits)
    share = percentages.to_text(percentages.to_fraction(str(tier.discount / PPM)))
    elasticity = volumes.elasticity(key, tier.quantity)
    detail = {"minimum": lowest, "maximum": highest}
    offer = price_offer(
        context,
        0,
        now,
        segment=segment.segment,
        price=price,
        disclosure=segment.disclosure,
        minimum_quantity=tier.quantity,
        reason=f"{share} off the public price, at which orders of {tier.quantity} and more, of"
        f" an elasticity of {elasticity:.1f}, earn most",
    )
    taken_off = {"discount": share, "elasticity": round(elasticity, 3)}
    steps = steps_below(context.terms, reduced, taken_off)
    chosen = {"rule": "self_selection", "input": steps[-1]["output"], "output": price}
    return published({**offer, "explanation": [*steps, {**chosen, "detail": detail}]}, now)
