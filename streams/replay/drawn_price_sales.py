"""Whether the recorded sales were made at the prices that a run decided."""

from __future__ import annotations

import numpy as np

from online_models.journal.batch import Batch, Kind, Status
from schemas.values.money import to_minor
from streams.replay.price_history import PublishedPrices


class DrawnPriceSales:
    """Units of recorded orders that fell under a drawn price of `prices`, and those at that price.

    A run over recorded inputs is itself a "what if": what its prices would have sold is nowhere in
    the recording, whatever it says of their propensities.
    """

    def __init__(self, prices: PublishedPrices) -> None:
        self._prices = prices
        self.units = 0
        self.at_price = 0

    @property
    def share(self) -> float:
        """Of the units, those that were sold at the price decided; 0 where none was sold."""
        return self.at_price / self.units if self.units else 0.0

    def watch(self, batch: Batch) -> None:
        """Take events before they are folded."""
        placed = (batch.kind == Kind.ORDER) & (batch.flag == Status.PLACED)
        texts = batch.texts
        for i in np.flatnonzero(placed & (batch.amount >= 0)).tolist():
            offer = texts[batch.sku[i]], texts[batch.channel[i]]
            standing = self._prices.at(offer, int(batch.time[i]))
            if standing is None or standing.propensity >= 1.0:
                continue
            units = int(batch.count[i])
            price = to_minor(standing.price, texts[batch.currency[i]])
            self.units += units
            self.at_price += units * (price == int(batch.amount[i]))
