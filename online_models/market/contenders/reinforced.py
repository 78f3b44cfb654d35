"""The live fold under the strategy `reinforcement`: a policy trained in other simulated markets."""

from __future__ import annotations

from online_models.market.contenders.pricetide import POLICIES, Pricetide
from online_models.market.market import Market

_REINFORCED = (
    {**POLICIES[0], "strategy": [{"kind": "reinforcement"}], "explore": {"kind": "none"}},
)


def reinforced(market: Market, seed: int) -> Pricetide:
    """Pricetide with that strategy, behind the same guardrails; it explores as it has learnt to."""
    return Pricetide(market, seed, _REINFORCED)
