"""Cost plus a margin."""

from __future__ import annotations

import numpy as np

from online_models.pricing.context.decision_context import DecisionContext
from online_models.pricing.profit.economics import margin_floor
from online_models.pricing.strategies.strategy import Detail, Proposal, never
from online_models.shop.catalogue import NO_PRICE
from schemas.records.policy.strategies import CostPlus as Entry
from schemas.values.percentages import to_ppm, to_text


class CostPlus:
    """The lowest price whose margin on the net price, after tax and fees, reaches the share.

    It has nothing to say where the cost is not known (zero) or no price reaches the margin.
    """

    kind = "cost_plus"
    silences = ("the cost is not known", "no price reaches its margin")

    def propose(self, entry: Entry, context: DecisionContext) -> Proposal:
        """That price, for every offer."""
        price = margin_floor(context, to_ppm(entry.margin))
        known = (context.cost > 0) & (price <= context.largest)
        return Proposal(
            np.where(known, price, NO_PRICE),
            never(context),
            {"cost": context.cost},
            {"margin": to_text(entry.margin)},
            silence=np.where(context.cost > 0, np.int8(1), np.int8(0)),
        )

    def sentence(self, detail: Detail) -> str:
        """What its step of an explanation says, without the price that follows."""
        return (
            f"The lowest price that leaves a margin of {detail['margin']} after tax, fees and a"
            f" cost of {detail['cost']} is"
        )
