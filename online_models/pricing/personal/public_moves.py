"""What becomes of offers that were made: they outlast changes of the public price, and end where
their customer withdraws, or nobody is to meet what is decided.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from online_models.journal.outputs import Output
from online_models.pricing.context.decision_context import DecisionContext
from online_models.pricing.decision.resolve import Resolved
from online_models.pricing.offer_context import offer_context
from online_models.pricing.personal.options import of_context, segment_terms
from online_models.pricing.personal.personal_records import kept_offer
from online_models.pricing.pricing import Pricing
from schemas.records.policy.pricing_policies import SegmentTerms


def moved(
    resolved: Resolved, chosen: NDArray[np.intp], pricing: Pricing
) -> list[tuple[int, Output]]:
    """The offers made of what has just changed its public price or policy, with their places.

    A price that was promised stays, and is said again, since a public price ends all that was said
    before it. It ends for as long as the public price is no higher, and rises to what the
    guardrails allow.
    """
    book = pricing.personal
    if not len(book):
        return []
    found: list[tuple[int, Output]] = []
    for place in chosen.tolist():
        row, now = int(resolved.context.rows[place]), int(resolved.context.now[place])
        offered = [each for each in book.offered(row) if now < each[1].until]
        if not offered:
            continue
        context = resolved.context.reread(np.array([place]))
        candidate = of_context(context)[0]
        for customer, before in offered:
            price = candidate.allowed(before.price)
            book.change(customer, before, price, candidate.public)
            stood, stands = before.price < before.public, price < candidate.public
            if not (stood or stands):
                continue
            terms = _terms(context, book.segment(customer))
            trial = before._replace(price=price, until=before.until if stands else now)
            output = kept_offer(context, candidate, terms, customer, trial, now)
            found.append((place, output))
    return found


def all_end(context: DecisionContext, pricing: Pricing) -> list[Output]:
    """The ends of the offers made of the one offer of a context."""
    book, now = pricing.personal, int(context.now[0])
    outputs = []
    candidate = of_context(context)[0]
    for customer, trial in book.end(int(context.rows[0]), now):
        if trial.price < trial.public:
            terms = _terms(context, book.segment(customer))
            outputs.append(kept_offer(context, candidate, terms, customer, trial, now))
    return outputs


def ended(pricing: Pricing, customer: int, now: int) -> list[Output]:
    """Forget a customer; what he is offered ends now."""
    book, outputs = pricing.personal, []
    segment = book.segment(customer)
    for trial in book.forget(customer):
        context = offer_context(pricing, trial.row, now)
        if now >= trial.until or trial.price >= trial.public:
            continue
        terms = _terms(context, segment)
        candidate, ends = of_context(context)[0], trial._replace(until=now)
        outputs.append(kept_offer(context, candidate, terms, customer, ends, now))
    return outputs


def _terms(context: DecisionContext, segment: str) -> SegmentTerms:
    """What the policy says of a segment; what was promised is kept where it says no more."""
    return segment_terms(context.terms, segment) or SegmentTerms(segment=segment)
