"""Cents taken for euros: prices a hundred times too high or too low."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from online_models.market.arrays import Ints
from online_models.market.events import Events

#: Chance of a mix-up per competitor price and per order line.
QUOTE_CHANCE = 0.004
ORDER_CHANCE = 0.001
FACTOR = 100


class UnitMixups:
    """Multiplies or divides single prices by 100."""

    def soil(self, events: Events, _day: int, rng: np.random.Generator) -> Events:
        """The day with mixed-up prices in quotes and orders."""
        quotes = replace(events.quotes, price=_mixed(events.quotes.price, QUOTE_CHANCE, rng))
        prices = _mixed(events.orders.unit_price, ORDER_CHANCE, rng)
        return replace(events, quotes=quotes, orders=replace(events.orders, unit_price=prices))


def _mixed(prices: Ints, chance: float, rng: np.random.Generator) -> Ints:
    draw = rng.random(len(prices))
    up, down = draw < chance / 2, (draw >= chance / 2) & (draw < chance)
    small = np.maximum(prices // FACTOR, 1)
    return np.where(up, prices * FACTOR, np.where(down, small, prices))
