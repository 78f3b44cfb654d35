"""Keep the price that held before any other strategy moved it."""

from __future__ import annotations

from online_models.pricing.context.decision_context import DecisionContext
from online_models.pricing.strategies.strategy import Detail, Proposal, never
from schemas.records.policy.strategies import Keep as Entry


class Keep:
    """The price before competitors pulled, else the price in force."""

    kind = "keep"
    silences = ("it has no price",)

    def propose(self, entry: Entry, context: DecisionContext) -> Proposal:
        """That price, for every offer."""
        del entry
        return Proposal(context.pre_match_price, never(context))

    def sentence(self, detail: Detail) -> str:
        """What its step of an explanation says, without the price that follows."""
        del detail
        return "The price that held before any other strategy moved it is kept"
