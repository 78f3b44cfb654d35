"""What offers usually cost, and for how long their public prices have been low."""

from __future__ import annotations

from typing import NamedTuple

from online_models.persistence.saved import Saved, attribute
from online_models.pricing.state.shoppers import Ints
from schemas.values.instants import DAY

#: A price so far below the usual one is a low one.
LOW = 0.04
#: Days over which an offer's usual price is averaged.
_USUAL_DAYS = 30.0


class LowTime(NamedTuple):
    """Of an offer: for how long (ms) its public price has been low so far, and that time weighed by
    how far below the usual price it was.
    """

    time: float = 0.0
    depth: float = 0.0


class UsualPrices:
    """By offer row, in minor units; of offers that customers buy whose discounts are learnt."""

    SAVED = Saved(
        prices=attribute("_prices", dict[int, float]),
        low_times=attribute("_low_times", dict[int, LowTime]),
    )

    def __init__(self) -> None:
        self._prices: dict[int, float] = {}
        self._low_times: dict[int, LowTime] = {}

    def meet(self, row: int, regular: int) -> None:
        """An offer is bought, whose regular price this is."""
        self._prices.setdefault(row, float(max(regular, 1)))

    def is_low(self, row: int, price: int) -> bool:
        """Whether a price is low for an offer."""
        return price < (1.0 - LOW) * self._prices.get(row, float(price))

    def low_time(self, row: int) -> LowTime:
        """For how long the public price has been low so far."""
        return self._low_times.get(row, LowTime())

    def new_day(self, prices: Ints) -> None:
        """Midnight: the usual prices follow the public ones, by offer row."""
        for row, usual in self._prices.items():
            price = float(prices[row])
            if price <= 0.0:
                continue
            depth = 1.0 - price / usual
            if depth >= LOW:
                before = self.low_time(row)
                self._low_times[row] = LowTime(before.time + DAY, before.depth + DAY * depth)
            self._prices[row] = usual + (price - usual) / _USUAL_DAYS
