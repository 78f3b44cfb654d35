"""What a unit of a category earns: the worth of a customer who turns to another of its offers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from online_models.persistence.kinds import Array
from online_models.persistence.saved import Saved
from online_models.shop.catalogue import Catalogue, kept_share

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

#: What a closed window still weighs when the next one closes: about three weeks of memory.
KEPT = 0.95


class Margins:
    """Discounted units sold and what they earned (minor units), by category and channel."""

    SAVED = Saved(
        units=Array(np.float64, None, None),
        profit=Array(np.float64, None, None),
    )

    def __init__(self) -> None:
        self.units: Floats = np.zeros((0, 0))
        self.profit: Floats = np.zeros((0, 0))

    def learn(self, catalogue: Catalogue, rows: Ints, units: Floats, prices: Floats) -> None:
        """Take in a closed window: units sold at gross prices (NaN: unknown), (n,)."""
        known = ~np.isnan(prices) & (units > 0.0)
        offers, skus = catalogue.offers, catalogue.skus
        sku = offers.sku[rows]
        category, channel = skus.category[sku], offers.channel[rows]
        known &= category >= 0
        self._grow(int(category.max(initial=-1)) + 1, int(channel.max(initial=-1)) + 1)
        self.units *= KEPT
        self.profit *= KEPT
        share = kept_share(skus.tax_ppm[sku], offers.fee_ppm[rows])
        unit = prices * share - offers.fee_fixed[rows] - offers.cost[rows]
        at = category[known], channel[known]
        np.add.at(self.units, at, units[known])
        np.add.at(self.profit, at, (units * unit)[known])

    def mean(self, category: NDArray[Any], channel: NDArray[Any]) -> Floats:
        """Mean profit of a unit, minor units, 0 where nothing was sold or no category is, (n,)."""
        self._grow(int(category.max(initial=-1)) + 1, int(channel.max(initial=-1)) + 1)
        units = np.where(category >= 0, self.units[category, channel], 0.0)
        sold = units > 0.0
        mean: Floats = np.where(
            sold, self.profit[category, channel] / np.where(sold, units, 1.0), 0.0
        )
        return mean

    def _grow(self, categories: int, channels: int) -> None:
        rows, columns = self.units.shape
        missing = (0, max(categories - rows, 0)), (0, max(channels - columns, 0))
        if missing != ((0, 0), (0, 0)):
            self.units, self.profit = np.pad(self.units, missing), np.pad(self.profit, missing)
