"""The guardrails, in the order in which they bind.

First the bounds that hold for every price, whatever sets it; then the distance and the pace of the
regular price, which a promotion's start and end are free of; then the grid of legal prices within
all those bounds; last what delays a change. Bounds that leave no price between them contradict
each other: the price in force stays, and an alert names both.

A guardrail is one file and one line here.
"""

from online_models.pricing.guardrails import (
    channel_ladder,
    cooldown,
    freeze,
    max_changes_per_day,
    max_step_down,
    max_step_up,
    maximum_price,
    minimum_margin,
    minimum_price,
    never_above_list_price,
    never_below_cost,
    price_endings,
    protect_channels,
    reference_band,
    respect_map,
)
from online_models.pricing.guardrails.guardrail import Bound, Delay, Grid, Guardrail

GUARDRAILS: tuple[Guardrail, ...] = (
    minimum_price.RULE,
    maximum_price.RULE,
    never_above_list_price.RULE,
    respect_map.RULE,
    never_below_cost.RULE,
    minimum_margin.RULE,
    protect_channels.RULE,
    channel_ladder.RULE,
    reference_band.RULE,
    max_step_down.RULE,
    max_step_up.RULE,
    price_endings.RULE,
    cooldown.RULE,
    max_changes_per_day.RULE,
    freeze.RULE,
)

__all__ = ["GUARDRAILS", "Bound", "Delay", "Grid", "Guardrail"]
