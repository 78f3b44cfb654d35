"""The price that is worth most under the demand models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from online_models.numerics.special import NINETY_FIVE_PERCENT
from online_models.pricing.context.decision_context import (
    NO_CEILING,
    NO_FLOOR,
    DecisionContext,
    Flags,
    Floats,
    Ints,
)
from online_models.pricing.profit.objective import (
    SellingSpan,
    clearing,
    outlook,
    span,
    supply,
    unit_values,
    value,
)
from online_models.pricing.profit.search import best_price
from online_models.pricing.profit.substitutes import declared, recaptured
from online_models.pricing.strategies.because import BECAUSE, Because
from online_models.pricing.strategies.forecasters import forecast_details, forecast_sentence
from online_models.pricing.strategies.strategy import Detail, Proposal
from online_models.pricing.trace.steps import Numbers, Values
from online_models.shop.catalogue import NO_PRICE
from schemas.records.policy.strategies import Optimise as Entry


class Optimise:
    """Expected profit, revenue, units or sell-through over the legal prices of an offer.

    The expectation is over the posterior of demand, units are censored at the stock, which has
    to last until the next delivery; after tax, fees and cost. Where no bound closes the range it is
    half to twice the regular price: no demand model knows what lies beyond. Until an offer's first
    window is learnt, which may be one without a sale, its price stays where the best one depends on
    the elasticity: a prior is no evidence. That more is sold for less needs none.
    """

    kind = "optimise"
    silences = ("it has no price",)

    def propose(self, entry: Entry, context: DecisionContext) -> Proposal:
        """The best price of every offer; it is due again after the setting `reoptimise_ms`."""
        del entry
        best, price, reasons = _asked(context)
        objective = context.terms.policy.objective
        because = held(context, best, price, reasons)
        empty, unfounded, _ = reasons
        _scarce(context, because, best, ~empty & ~unfounded)
        search_ends(context, because, best, price)
        _substitutes(context, because)
        if context.terms.policy.coordinate_channels and objective.maximise == "profit":
            kept = unit_values(context)
            because.money("unit_value", kept > 0.0, np.rint(kept).astype(np.int64))
        again = context.now + context.state.settings.reoptimise_ms
        if objective.minimum_units is not None:
            everywhere = np.ones(len(context), dtype=np.bool_)
            least_units = np.full(len(context), objective.minimum_units)
            because.number("minimum_units", everywhere, least_units)
        facts = {"maximise": objective.maximise}
        details = {**curve_details(context), **forecast_details(context, lambda c: _asked(c)[1])}
        return Proposal(price, again, details, facts, because=because)

    def sentence(self, detail: Detail) -> str:
        """What its step of an explanation says, without the price that follows."""
        own, cross = (
            [detail[f"{name}{end}"] for end in ("", "_lower", "_upper")]
            for name in ("elasticity", "cross_elasticity")
        )
        goal = detail["maximise"].replace("_", "-")
        because = detail.get(BECAUSE, {})
        if least := because.get("minimum_units"):
            goal += f" with at least {least} units sold where demand gives them"
        if "substitutes" in because:
            goal += f", less {because['substitutes']} of profit that a unit takes from substitutes"
        if "unit_value" in because:
            goal += f", less {because['unit_value']} that a unit of the stock brings elsewhere"
        given = (
            f"The best legal price for {goal}, given an elasticity of {own[0]:.2f} (95 %:"
            f" {own[1]:.2f} to {own[2]:.2f}) and one of {cross[0]:.2f} ({cross[1]:.2f} to"
            f" {cross[2]:.2f}) to the prices of the rest of the category,"
        )
        return given + forecast_sentence(detail) + outcome(because)


def _asked(context: DecisionContext) -> tuple[Ints, Ints, tuple[Flags, Flags, Flags]]:
    """The best prices, those that are asked for, and where another is asked than the best: nothing
    is left, nothing is learnt, little is gained; (n,) each.
    """
    low, high = search_range(context)
    over, least = span(context), context.state.settings.worthwhile

    def worth(price: Floats) -> Floats:
        return value(context, price, outlook(context, price, over, False).units)

    kink = clearing(context, over)
    best, idle = best_price(low, high, context.regular_price, least, worth, kink)
    empty = over.stock <= 0.0
    unfounded = ~empty & (context.curves.age < 0.0)
    unfounded &= context.terms.policy.objective.maximise in ("profit", "revenue")
    price = np.where(empty | unfounded | idle, context.regular_price, best)
    return best, price, (empty, unfounded, idle)


#: What `held_for` means, in the words of an explanation.
HELD_FOR = {
    "nothing_left": "nothing is left to sell",
    "nothing_learnt": "nothing of its sales is learnt yet",
    "little_gain": "it would gain too little",
}


def outcome(because: Mapping[str, Any]) -> str:
    """The end of the sentence about a best price, with the causes that moved it."""
    text = ""
    if "unlimited" in because:
        text += f" would be {because['unlimited']} if there were more than {because['stock']} units"
        text += " to sell"
        if "delivery_hours" in because:
            days = f"{because['delivery_hours'] / 24:.1f}"
            text += f" until the next delivery, by those so far in {days} days"
        text += "; as there are no more, it"
    if "search_ends" in because:
        text += f" at {because['search_ends']} the regular price, beyond which nothing is tried,"
    if "held_for" not in because:
        return f"{text} is"
    if "best" in because:
        text += f" is {because['best']}"
        return f"{text}, but {HELD_FOR[because['held_for']]}: the regular price stays"
    return f"{text} is not asked for, as {HELD_FOR[because['held_for']]}: the regular price stays"


def held(
    context: DecisionContext, best: Ints, price: Ints, reasons: tuple[Flags, Flags, Flags]
) -> Because:
    """Why the regular price is held instead of the best one; of several reasons the first of
    HELD_FOR.
    """
    because = Because(len(context), context.terms.digits)
    left = np.ones(len(context), dtype=np.bool_)
    for name, applies in zip(HELD_FOR, reasons, strict=True):
        # of a stock that is gone no price is the best
        known = name != "nothing_left"
        where = left & applies & ((best != price) if known else True)
        because.text("held_for", where, name)
        if known:
            because.money("best", where, best)
        left &= ~applies
    return because


def search_ends(context: DecisionContext, because: Because, best: Ints, price: Ints) -> None:
    """Say where the best price is the end of the search, and no guardrail's."""
    legal, base = context.legal, context.regular_price
    asked = (best == price) | because.applies
    lowest = asked & (legal.lowest <= NO_FLOOR) & (best == (base + 1) // 2)
    highest = asked & (legal.highest >= NO_CEILING) & (best == 2 * base)
    because.text("search_ends", lowest, "half")
    because.text("search_ends", highest, "twice")


def _scarce(context: DecisionContext, because: Because, best: Ints, founded: Flags) -> None:
    """Say where the best price is another one than it would be with more to sell."""
    over = span(context)
    low, high = search_range(context)
    ample = SellingSpan(over.days, np.full(len(low), np.inf))
    wanted = outlook(context, low.astype(np.float64), ample, False)
    rows = (founded & (wanted.units > over.stock)).nonzero()[0]
    if not len(rows):
        return
    some = context.take(rows)
    ample = SellingSpan(over.days[rows], np.full(len(rows), np.inf))

    def worth(price: Floats) -> Floats:
        return value(some, price, outlook(some, price, ample, False).units)

    least = context.state.settings.worthwhile
    unlimited = np.full(len(context), NO_PRICE, dtype=np.int64)
    low, high = low[rows], high[rows]
    unlimited[rows] = best_price(low, high, some.regular_price, least, worth, low).price
    moved = (unlimited != NO_PRICE) & (unlimited != best)
    because.money("unlimited", moved, unlimited)
    there = supply(context)
    because.number("stock", moved, np.where(moved, there.stock, 0.0).astype(np.int64))
    hours = np.rint(24.0 * there.days).astype(np.int64)
    because.number("delivery_hours", moved & (there.days < over.days), hours)


def _substitutes(context: DecisionContext, because: Because) -> None:
    """Say what a unit takes from declared substitutes, where the category tells no more."""
    if context.terms.policy.objective.maximise != "profit":
        return
    taken = declared(context)
    if taken.any():
        rounded = np.rint(taken).astype(np.int64)
        because.money("substitutes", (taken > 0.0) & (taken >= recaptured(context)), rounded)


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
    cross_deviation = np.sqrt(np.maximum(curves.cross_variance, 0.0))
    return {
        "elasticity": Numbers(curves.elasticity),
        "elasticity_deviation": Numbers(deviation),
        "elasticity_change": Numbers(curves.bend),
        "elasticity_lower": Numbers(curves.elasticity - NINETY_FIVE_PERCENT * deviation),
        "elasticity_upper": Numbers(curves.elasticity + NINETY_FIVE_PERCENT * deviation),
        "cross_elasticity": Numbers(curves.cross),
        "cross_elasticity_lower": Numbers(curves.cross - NINETY_FIVE_PERCENT * cross_deviation),
        "cross_elasticity_upper": Numbers(curves.cross + NINETY_FIVE_PERCENT * cross_deviation),
        "log_units_per_day": Numbers(curves.log_rate),
    }
