"""Demand and profit of the best sellers at other prices, as the pricer believes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from online_models.demand.curves import DemandContext
from online_models.demand.ensemble.models import DemandModels
from online_models.demand.inputs.observations import Observations
from online_models.numerics.arrays import Floats
from online_models.shop.catalogue import PPM, Catalogue

#: Offers drawn, the prices tried around the last one, and how many.
OFFERS, LOWEST, HIGHEST, PRICES = 6, 0.7, 1.4, 36


@dataclass(frozen=True, slots=True)
class OfferCurve:
    """Of an offer: shares of its last price, expected units a day, and profit a day in the
    currency's main unit, NaN where no cost is known; each (PRICES,).
    """

    name: str
    share: Floats
    units: Floats
    profit: Floats


def best_sellers(
    demand: DemandModels, parts: Sequence[Observations], catalogue: Catalogue
) -> list[OfferCurve]:
    """Curves of the offers that sold most, around the last price of each."""
    offers = catalogue.offers.size
    units, last = np.zeros(offers), np.full(offers, np.nan)
    for part in parts:
        units += np.bincount(part.offer, weights=np.maximum(part.units, 0.0), minlength=offers)
        priced = part.price > 0.0
        last[part.offer[priced]] = part.price[priced]
    ranked = np.argsort(-np.where(np.isfinite(last), units, 0.0), kind="stable")[:OFFERS]
    rows = ranked[units[ranked] > 0.0]
    if not len(rows):
        return []
    now = np.full(len(rows), int(max(part.end.max() for part in parts)))
    curves = demand.curves(rows, DemandContext.at_prices(now, last[rows]))
    share = np.linspace(LOWEST, HIGHEST, PRICES)
    price = last[rows, None] * share
    expected = curves.demand(price)
    known, skus = catalogue.offers, catalogue.skus
    sku = known.sku[rows]
    kept = 1.0 / (1.0 + skus.tax_ppm[sku] / PPM) - known.fee_ppm[rows] / PPM
    cost = (known.cost[rows] + known.fee_fixed[rows]).astype(np.float64)
    margin = price * kept[:, None] - np.where(cost > 0.0, cost, np.nan)[:, None]
    scale = 10.0 ** -skus.digits[sku].astype(np.float64)
    profit = expected * margin * scale[:, None]
    names = ["@".join(catalogue.offer_name(row)) for row in rows.tolist()]
    return [OfferCurve(name, share, expected[k], profit[k]) for k, name in enumerate(names)]
