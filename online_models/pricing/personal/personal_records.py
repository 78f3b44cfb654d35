"""A learnt personal offer as a record of `price-offers`, with the steps that lead to its price."""

from __future__ import annotations

from typing import Any

from online_models.journal.outputs import Output
from online_models.pricing.context.decision_context import DecisionContext
from online_models.pricing.personal.choice import Choice
from online_models.pricing.personal.options import DiscountCandidate
from online_models.pricing.personal.shopper_records import PersonalTrial
from online_models.pricing.quotes.quote_records import share_text
from online_models.pricing.segments.personal_offers import DISCLOSURE
from online_models.pricing.segments.price_offer import price_offer, published
from online_models.pricing.segments.reduced import (
    Reduced,
    Steps,
    discounted,
    public_step,
    steps_below,
)
from online_models.pricing.state.shoppers import name
from schemas.records.policy.pricing_policies import SegmentTerms
from schemas.values.money import texts


def new_offer(
    context: DecisionContext,
    candidate: DiscountCandidate,
    terms: SegmentTerms,
    customer: int,
    trial: PersonalTrial,
    choice: Choice,
    without: float,
) -> Output:
    """The record of what was drawn, for the one offer of a context; `without` it that many units
    are expected.
    """
    digits, judged = candidate.terms.digits, choice.judged
    off, gain = share_text(trial.discount), texts([round(judged.gain)], digits)[0]
    detail = {
        "discount": off,
        "cluster": trial.cluster + 1,
        "units": round(judged.units, 6),
        "without": round(without, 6),
        "gain": gain,
    }
    return _record(
        context,
        terms,
        customer,
        trial,
        trial.since,
        f"{off} off the public price, from which most is expected beyond what is earned without it",
        _steps(candidate, terms, trial, detail),
        propensity=round(choice.propensity, 6),
    )


def kept_offer(
    context: DecisionContext,
    candidate: DiscountCandidate,
    terms: SegmentTerms,
    customer: int,
    trial: PersonalTrial,
    now: int,
) -> Output:
    """The record of an offer made before, at `now` (ms): it ends, goes on, or has risen to a bound;
    not above the public price.
    """
    amounts = [candidate.public, min(trial.price, candidate.public)]
    public, price = texts(amounts, candidate.terms.digits)
    promised = {"rule": "promised", "input": public, "output": price, "detail": {"held": price}}
    steps: Steps = [
        public_step(public),
        promised,
    ]
    reason = "an offer made before goes on" if trial.until > now else "an offer made before ends"
    at_most = trial._replace(price=min(trial.price, candidate.public))
    return _record(context, terms, customer, at_most, now, reason, steps)


def _record(
    context: DecisionContext,
    terms: SegmentTerms,
    customer: int,
    trial: PersonalTrial,
    now: int,
    reason: str,
    steps: Steps,
    **more: Any,
) -> Output:
    offer = price_offer(
        context,
        0,
        now,
        segment=terms.segment,
        price=texts([trial.price], context.terms.digits)[0],
        reason=reason,
        disclosure=terms.disclosure or DISCLOSURE,
        valid_until=trial.until,
        customer=name(customer),
        cluster=trial.cluster + 1,
        **more,
    )
    return published({**offer, "explanation": steps}, now)


def _steps(
    candidate: DiscountCandidate, terms: SegmentTerms, trial: PersonalTrial, said: dict[str, Any]
) -> Steps:
    asked = discounted(candidate.public, trial.discount)
    steps = steps_below(
        candidate.terms,
        Reduced("personal_discount", candidate.public, asked, candidate.floor, candidate.rule),
        said,
    )
    if candidate.terms.endings:
        amounts = [candidate.lowest(terms), candidate.public - 1, trial.price]
        floor, below, price = texts(amounts, candidate.terms.digits)
        between = steps[-1]["output"]
        endings = list(candidate.terms.policy.guardrails.price_endings)
        detail = {"endings": endings, "lowest": floor, "highest": below}
        steps.append({"rule": "price_endings", "input": between, "output": price, "detail": detail})
    return steps
