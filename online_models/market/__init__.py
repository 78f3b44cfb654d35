"""The market simulator: seeded markets that know their own best prices.

Small parts make a market: one demand curve (`demand/`), effects on it that change by the day
(`effects`), competitors (`competitors`), a stock (`stock`), errors in the record (`corruption`).
Every part is a class and a line in its module's registry;
`compose("nested+match+season", seed=1)` joins them.

A market computes the exact expected profit of any prices on the day it stands at, and its
clairvoyant prices with what is known of them (`Exactness`). Its equations are not those of any
estimator of this project, but for the constant elasticity of the plain market. It may use any
floating-point routine: nothing here reaches a live price.
"""

from __future__ import annotations

from online_models.market.assortment import Assortment
from online_models.market.clairvoyant import Exactness, Optimum
from online_models.market.compose import MARKETS, UnknownPartError, compose, parts
from online_models.market.events import Events
from online_models.market.market import Market

__all__ = [
    "MARKETS",
    "Assortment",
    "Events",
    "Exactness",
    "Market",
    "Optimum",
    "UnknownPartError",
    "compose",
    "parts",
]
