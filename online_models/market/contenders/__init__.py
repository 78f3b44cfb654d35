"""Contenders by name; a new one is a file and a line here."""

from __future__ import annotations

from collections.abc import Callable

from online_models.market.contenders.contender import Contender, Seen
from online_models.market.contenders.cost_plus import CostPlus
from online_models.market.contenders.fixed import Fixed
from online_models.market.contenders.greedy import Greedy, Pooled
from online_models.market.contenders.oracles import Clairvoyant, OwnElasticity
from online_models.market.contenders.pricetide import Pricetide
from online_models.market.contenders.probing import Probing
from online_models.market.contenders.reinforced import reinforced
from online_models.market.contenders.rules import Rules
from online_models.market.contenders.thompson import Thompson
from online_models.market.market import Market

__all__ = ["CONTENDERS", "Contender", "Seen"]

CONTENDERS: dict[str, Callable[[Market, int], Contender]] = {
    "fixed": Fixed,
    "cost_plus": CostPlus,
    "rules": Rules,
    "greedy": Greedy,
    "pooled": Pooled,
    "thompson": Thompson,
    "probing": Probing,
    "pricetide": Pricetide,
    "reinforced": reinforced,
    "own_elasticity": OwnElasticity,
    "clairvoyant": Clairvoyant,
}
