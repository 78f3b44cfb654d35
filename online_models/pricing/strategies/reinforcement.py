"""The price of a policy that was trained in the market simulator."""

from __future__ import annotations

import numpy as np

from online_models.pricing.context.decision_context import DecisionContext
from online_models.pricing.learned.policy import FACTORS
from online_models.pricing.strategies.optimise import curve_details
from online_models.pricing.strategies.strategy import Detail, Proposal, never, silent
from online_models.pricing.trace.steps import Numbers
from online_models.shop.catalogue import NO_PRICE, kept_share
from schemas.records.policy.strategies import Reinforcement as Entry


class Reinforcement:
    """The markup price of the belief about demand, moved by the factor that the policy values most.

    Off the factor 1 it also pays for learning about demand. An entry that names a `model` has
    something to say only while that version of the policy is in force.
    """

    kind = "reinforcement"
    silences = ("another version of the policy is in force", "the policy has no price")

    def propose(self, entry: Entry, context: DecisionContext) -> Proposal:
        """The policy's price of every offer; it is due again after the setting `reoptimise_ms`."""
        seat = context.state.seat
        if entry.model not in (None, seat.version):
            return Proposal(silent(context), never(context))
        kept = kept_share(context.tax_ppm, context.fee_ppm)
        spent = (context.cost + context.fee_fixed).astype(np.float64)
        # a price of which nothing is kept has no markup: the policy goes by the reference then
        marginal_cost = np.where(kept > 0.0, spent / np.where(kept > 0.0, kept, 1.0), 0.0)
        base, reference = context.regular_price, context.reference.astype(np.float64)
        raw, chosen = seat.policy.propose(
            context.curves, base.astype(np.float64), reference, marginal_cost
        )
        bounded = np.minimum(np.maximum(raw, 1.0), float(context.largest)).astype(np.int64)
        price = np.where(np.isfinite(raw), bounded, NO_PRICE)
        again = context.now + context.state.settings.reoptimise_ms
        factors = Numbers(np.array(FACTORS)[chosen], b"%g")
        details = {**curve_details(context), "factor": factors}
        nothing = np.ones(len(context), dtype=np.int8)
        return Proposal(price, again, details, {"version": seat.version}, silence=nothing)

    def sentence(self, detail: Detail) -> str:
        """What its step of an explanation says, without the price that follows."""
        elasticity = detail["elasticity"]
        return (
            f"Policy {detail['version']}, given an elasticity of {elasticity:.2f}, asks for"
            f" {detail['factor']:g} times the markup price (of an elasticity of −1.25 at least, and"
            " a factor of 2.01 at most from the reference price), which is"
        )
