"""Contenders by name; a new one is a class and a line here."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from online_models.market.contenders.contender import Contender, RecordedDay
from online_models.market.contenders.fixed_rules import (
    Clairvoyant,
    CostPlusPrices,
    FollowedPrices,
    OwnElasticity,
    StaticPrices,
)
from online_models.market.contenders.learners import Greedy, Probing, Thompson
from online_models.market.contenders.pricetide import Pricetide, reinforced
from online_models.market.market import Market

__all__ = ["CONTENDERS", "Contender", "RecordedDay"]

CONTENDERS: dict[str, Callable[[Market, int], Contender]] = {
    "fixed": StaticPrices,
    "cost_plus": CostPlusPrices,
    "rules": FollowedPrices,
    "greedy": Greedy,
    "pooled": partial(Greedy, pooled=True),
    "thompson": Thompson,
    "probing": Probing,
    "pricetide": Pricetide,
    "reinforced": reinforced,
    "own_elasticity": OwnElasticity,
    "clairvoyant": Clairvoyant,
}
