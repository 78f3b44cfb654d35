"""The price that is worth most under the demand models."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from online_models.demand.records.elasticities import NINETY_FIVE
from online_models.pricing.context.decision_context import (
    NO_CEILING,
    NO_FLOOR,
    DecisionContext,
    Floats,
    Ints,
)
from online_models.pricing.profit.objective import outlook, span, value
from online_models.pricing.profit.search import best_price
from online_models.pricing.strategies.strategy import Detail, Proposal
from online_models.pricing.trace.steps import Numbers, Values
from schemas.records.policy.strategies import Optimise as Entry


class Optimise:
    """Expected profit, revenue, units or sell-through over the legal prices of an offer.

    The expectation is over the posterior of demand, units are censored at the stock (with what
    arrives within the horizon); after tax, fees and cost. Where no bound closes the range it is
    half to twice the regular price: no demand model knows what lies beyond. Until an offer's first
    bucket is learnt, which may be one without a sale, its price stays where the best one depends on
    the elasticity: a prior is no evidence. That more is sold for less needs none.
    """

    kind = "optimise"

    def propose(self, entry: Entry, context: DecisionContext) -> Proposal:
        """The best price of every offer; it is due again after the setting `reoptimise_ms`."""
        del entry
        low, high = search_range(context)
        over, least = span(context), context.state.settings.worthwhile

        def worth(price: Floats) -> Floats:
            return value(context, price, outlook(context, price, over, False).units)

        best = best_price(low, high, context.regular_price, least, worth)
        maximise = context.terms.policy.objective.maximise
        unfounded = context.curves.age < 0.0 if maximise in ("profit", "revenue") else False
        best = np.where((over.stock <= 0.0) | unfounded, context.regular_price, best)
        again = context.now + context.state.settings.reoptimise_ms
        return Proposal(best, again, curve_details(context), {"maximise": maximise})

    def sentence(self, detail: Detail) -> str:
        """What its step of an explanation says, without the price that follows."""
        own, cross = (
            [detail[f"{name}{end}"] for end in ("", "_lower", "_upper")]
            for name in ("elasticity", "cross_elasticity")
        )
        goal = detail["maximise"].replace("_", "-")
        return (
            f"The best price for {goal}, given an elasticity of {own[0]:.2f} (95 %: {own[1]:.2f} to"
            f" {own[2]:.2f}) and one of {cross[0]:.2f} ({cross[1]:.2f} to {cross[2]:.2f}) to the"
            " prices of the rest of the category, is"
        )


def search_range(context: DecisionContext) -> tuple[Ints, Ints]:
    """The legal prices of the offers, (low, high) in minor units, low ≤ high."""
    legal, base = context.legal, context.regular_price
    low, high = legal.lowest, legal.highest
    low = np.where(low > NO_FLOOR, low, np.minimum((base + 1) // 2, high))
    high = np.where(high < NO_CEILING, high, np.maximum(2 * base, low))
    low = np.maximum(low, 1)
    return low, np.maximum(high, low)


def curve_details(context: DecisionContext) -> Mapping[str, Values]:
    """What the demand models say around the price in force."""
    curves = context.curves

    deviation = np.sqrt(np.maximum(curves.elasticity_variance, 0.0))
    beside = np.sqrt(np.maximum(curves.cross_variance, 0.0))
    return {
        "elasticity": Numbers(curves.elasticity),
        "elasticity_deviation": Numbers(deviation),
        "elasticity_lower": Numbers(curves.elasticity - NINETY_FIVE * deviation),
        "elasticity_upper": Numbers(curves.elasticity + NINETY_FIVE * deviation),
        "cross_elasticity": Numbers(curves.cross),
        "cross_elasticity_lower": Numbers(curves.cross - NINETY_FIVE * beside),
        "cross_elasticity_upper": Numbers(curves.cross + NINETY_FIVE * beside),
        "log_units_per_day": Numbers(curves.log_rate),
    }
