"""What a line of a request for a quote may cost: asked of the partition that its SKU belongs to."""

from __future__ import annotations

from collections.abc import Sequence

from online_models.journal.partitioning import address
from online_models.numerics.ratios import round_one
from online_models.pricing.context.decision_context import NO_CEILING, NO_FLOOR, DecisionContext
from online_models.pricing.guardrails import Bound
from online_models.pricing.guardrails.bounds import on_every_price
from online_models.pricing.offer_context import offer_context
from online_models.pricing.policy.compiled_policy import CompiledPolicy
from online_models.pricing.pricing import Pricing
from online_models.pricing.quantity_breaks.offers import tier_price, tiers
from online_models.shop.catalogue import PPM
from schemas.records.policy.pricing_policies import SegmentTerms
from schemas.records.wholesale.quote_lines import LineBound, LineTerms
from schemas.records.wholesale.quote_requests import QuoteRequest, RequestedLine
from schemas.values import percentages


def line_terms(
    pricing: Pricing, request: QuoteRequest, now: int, partitions: int
) -> list[LineTerms]:
    """The terms of the lines whose SKUs belong to this partition, at `now` (ms).

    A partition knows which it is by the SKUs that it has met; where it has met none, it has nothing
    to say.
    """
    names = pricing.state.catalogue.sku_names.names
    if not names:
        return []
    own = address(names[0]) % partitions
    return [
        _terms(pricing, request, place, line, now)
        for place, line in enumerate(request.lines)
        if address(line.sku) % partitions == own
    ]


def _terms(
    pricing: Pricing, request: QuoteRequest, place: int, line: RequestedLine, now: int
) -> LineTerms:
    catalogue, ledger = pricing.state.catalogue, pricing.ledger
    sku = catalogue.sku_names.index.get(line.sku, -1)
    row = catalogue.offer(sku, catalogue.channel_names.index.get(request.channel, -1))
    if sku < 0 or not catalogue.skus.known[sku]:
        return LineTerms(place=place, problem=f"no product has the SKU {line.sku}")
    if row < 0 or not catalogue.offers.listed[row] or ledger.price[row] <= 0:
        return LineTerms(place=place, problem=f"{line.sku} is not sold on {request.channel}")
    currency = catalogue.currency_names[catalogue.skus.currency[sku]]
    if currency != request.currency:
        problem = f"{line.sku} is priced in {currency}, not {request.currency}"
        return LineTerms(place=place, problem=problem)
    context = offer_context(pricing, row, now)
    terms = context.terms
    segment = next((s for s in terms.policy.segments if s.segment == request.segment), None)
    if segment is None or segment.quotes is None:
        problem = f"policy {terms.policy.policy_id} quotes no prices for {request.segment}"
        return LineTerms(place=place, problem=f"{problem} of {line.sku}")
    if ledger.paused[row]:
        return LineTerms(place=place, problem=f"the kill switch is on for {line.sku}")
    public = int(ledger.price[row])
    bounds = _bounds(context)
    floor, ceiling = legal_range(bounds)
    if floor > min(public, ceiling):
        names = ", ".join(sorted({b.rule for b in bounds if (b.floor or 0) > min(public, ceiling)}))
        problem = f"guardrails leave no price for {line.sku} below the public one: {names}"
        return LineTerms(place=place, problem=problem)
    entitled, why = _entitled(public, segment, line.quantity, floor)
    if segment.optimise_breaks is not None:
        tiered = tier_price(
            tiers(context, segment, pricing.state.trade.volumes), public, line.quantity
        )
        if tiered < entitled:
            entitled, why = tiered, "optimised quantity break"
    promise = pricing.state.trade.contracts.best(
        line.sku, request.channel, request.customer_id, request.segment, line.quantity, now
    )
    if promise is not None and promise.price < entitled:
        if promise.price < floor:
            problem = f"contract {promise.contract} promises {line.sku} below its guardrails"
            return LineTerms(place=place, problem=problem)
        entitled, why = promise.price, f"contract {promise.contract}"
    category = int(catalogue.skus.category[sku])
    approval = segment.quotes.approval_above
    return LineTerms(
        place=place,
        category=catalogue.category_names[category],
        public=public,
        entitled=entitled,
        entitled_by=why,
        tax_ppm=int(context.tax_ppm[0]),
        fee_ppm=int(context.fee_ppm[0]),
        fixed=int(context.fee_fixed[0] + context.cost[0]),
        bounds=tuple(bounds),
        largest_discount=percentages.to_ppm(segment.quotes.largest_discount),
        approval=-1 if approval is None else percentages.to_ppm(approval),
        approval_expires=terms.policy.approval.expires_after,
        valid_for=segment.quotes.valid_for,
        exploration=terms.exploration_budget,
        seed=terms.policy.seed,
        policy_id=terms.policy.policy_id,
        policy_version=terms.policy.version,
    )


def _bounds(context: DecisionContext) -> list[LineBound]:
    """The guardrails' bounds on every price, in their order."""
    return [_bound(rule, context, context.terms) for rule in on_every_price(context.terms)]


def _bound(rule: Bound, context: DecisionContext, terms: CompiledPolicy) -> LineBound:
    floor = None if rule.floor is None else int(rule.floor(context)[0])
    ceiling = None if rule.ceiling is None else int(rule.ceiling(context)[0])
    return LineBound(
        rule=rule.name,
        floor=floor,
        ceiling=None if ceiling is None or ceiling >= NO_CEILING else ceiling,
        facts=rule.facts(terms),
    )


def legal_range(bounds: Sequence[LineBound]) -> tuple[int, int]:
    """The lowest and the highest price that all bounds allow, minor units."""
    floors = [bound.floor for bound in bounds if bound.floor is not None]
    ceilings = [bound.ceiling for bound in bounds if bound.ceiling is not None]
    return max([1, NO_FLOOR, *floors]), min([NO_CEILING, *ceilings])


def _entitled(public: int, segment: SegmentTerms, quantity: int, floor: int) -> tuple[int, str]:
    """What a unit costs the customer without a quote, and why."""
    price, why = public, ""
    for step in segment.breaks:
        if step.minimum_quantity <= quantity:
            left = PPM - percentages.to_ppm(step.discount)
            reduced = max(round_one(public, left, PPM), floor)
            if reduced < price:
                price, why = reduced, f"quantity break from {step.minimum_quantity}"
    return price, why
