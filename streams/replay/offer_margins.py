"""What a sale leaves of its price, by the last known costs, taxes and fees."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from online_models.pricing.profit.economics import Floats, Ints, unit_profit
from online_models.shop.catalogue import Catalogue
from streams.replay.price_history import Offer


@dataclass(frozen=True)
class UnitTerms:
    """Columns of shape (n,), minor units and parts per million."""

    tax_ppm: Ints
    fee_ppm: Ints
    fee_fixed: Ints
    cost: Ints


class OfferMargins:
    """The offers of catalogues, their currencies, and what a unit of each earns."""

    def __init__(self, catalogues: Iterable[Catalogue]) -> None:
        self.currency: dict[Offer, str] = {}
        self._digits: dict[Offer, int] = {}
        self._terms: dict[Offer, tuple[int, int, int, int]] = {}
        for catalogue in catalogues:
            skus, offers = catalogue.skus, catalogue.offers
            for row in range(offers.size):
                sku, offer = offers.sku[row], catalogue.offer_name(row)
                if not skus.known[sku]:
                    continue
                self.currency[offer] = catalogue.currency_names[skus.currency[sku]]
                self._digits[offer] = int(skus.digits[sku])
                self._terms[offer] = (
                    int(skus.tax_ppm[sku]),
                    int(offers.fee_ppm[row]),
                    int(offers.fee_fixed[row]),
                    int(offers.cost[row]),
                )

    def earned(self, offers: Sequence[Offer], prices: Sequence[str], units: Floats) -> Floats:
        """Profit of units sold at prices, in whole units of the offers' currencies, shape (n,)."""
        columns = np.array([self._terms[offer] for offer in offers], dtype=np.int64).reshape(-1, 4)
        digits = [self._digits[offer] for offer in offers]
        minor = [float(Decimal(p).scaleb(d)) for p, d in zip(prices, digits, strict=True)]
        margin = unit_profit(UnitTerms(*columns.T), np.array(minor, dtype=np.float64))
        return margin * units / np.array([10.0**d for d in digits], dtype=np.float64)
