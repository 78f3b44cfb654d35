"""What a price on one channel may be of the price of the same product on another.

Both ends are held, so that no order of decisions breaks a rule: the channel that a rule is about
keeps its distance from the other's price in force, and the other moves no further than that
distance allows. Where its own wish is cut off so, it `presses`, and the channel that the rule is
about makes room, one step of its pace at a time.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from online_models.numerics.ratios import ceil_one, floor_one
from online_models.pricing.context.decision_context import NO_CEILING, NO_FLOOR, DecisionContext
from online_models.pricing.guardrails.guardrail import Bound, Ints
from online_models.pricing.policy.compiled_policy import CompiledPolicy
from online_models.shop.catalogue import PPM
from schemas.values.percentages import to_ppm, to_text

#: A step where the policy sets none, parts per million.
_STEP = 20_000


def ladder_range(context: DecisionContext) -> tuple[Ints, Ints]:
    """The lowest and the highest price that the rules leave each offer, minor units, (n,)."""
    n = len(context)
    low, high = np.full(n, NO_FLOOR, np.int64), np.full(n, NO_CEILING, np.int64)
    catalogue, ledger = context.state.catalogue, context.state.ledger
    channels = catalogue.channel_names.index
    for rule in context.terms.policy.guardrails.channel_ladder:
        channel, of = channels.get(rule.channel, -1), channels.get(rule.of, -1)
        lowest = 0 if rule.lowest is None else to_ppm(rule.lowest)
        highest = 0 if rule.highest is None else to_ppm(rule.highest)
        for i in np.flatnonzero((context.channel == channel) | (context.channel == of)).tolist():
            own = int(context.channel[i])
            other = catalogue.offer(int(context.sku[i]), of if own == channel else channel)
            if other < 0 or not catalogue.offers.listed[other] or ledger.price[other] <= 0:
                continue
            price, kept = int(ledger.price[other]), int(context.price[i])
            if own == channel:
                floor, ceiling = _follows(context, other, price, kept, lowest, highest)
            else:
                floor, ceiling = _leads(price, kept, lowest, highest)
            low[i], high[i] = max(low[i], floor), min(high[i], ceiling)
    return low, high


def _follows(
    context: DecisionContext, other: int, price: int, kept: int, lowest: int, highest: int
) -> tuple[int, int]:
    """Bounds of the channel that a rule is about; towards where the other presses they are moved on
    by a step.
    """
    pressing = context.state.channels.presses.get(other, 0)
    floor, ceiling = NO_FLOOR, NO_CEILING
    if lowest:
        floor = int(ceil_one(price, lowest, PPM))
        if pressing > 0:
            step = context.terms.max_step_up
            floor = max(floor, int(floor_one(kept, PPM + (_STEP if step < 0 else step), PPM)))
    if highest:
        ceiling = int(floor_one(price, highest, PPM))
        if pressing < 0:
            step = context.terms.max_step_down
            ceiling = min(ceiling, int(ceil_one(kept, PPM - (_STEP if step < 0 else step), PPM)))
    return floor, ceiling


def _leads(price: int, kept: int, lowest: int, highest: int) -> tuple[int, int]:
    """Bounds of the other channel: where a rule is broken already, it makes it no worse."""
    floor, ceiling = NO_FLOOR, NO_CEILING
    if lowest:
        ceiling = max(int(floor_one(price, PPM, lowest)), kept)
    if highest:
        floor = min(int(ceil_one(price, PPM, highest)), kept)
    return floor, ceiling


def _facts(terms: CompiledPolicy) -> dict[str, Any]:
    return {
        "rules": [
            {
                "channel": rule.channel,
                "of": rule.of,
                "lowest": None if rule.lowest is None else to_text(rule.lowest),
                "highest": None if rule.highest is None else to_text(rule.highest),
            }
            for rule in terms.policy.guardrails.channel_ladder
        ]
    }


RULE = Bound(
    "channel_ladder",
    "The ladder of channels",
    binds=lambda terms: bool(terms.policy.guardrails.channel_ladder),
    floor=lambda context: ladder_range(context)[0],
    ceiling=lambda context: ladder_range(context)[1],
    facts=_facts,
)
