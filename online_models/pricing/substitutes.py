"""What an offer's sales take away from the merchant's own substitutes."""

from __future__ import annotations

import numpy as np

from online_models.catalogue import PPM
from online_models.pricing.situation import Floats, Situation


def recaptured(situation: Situation) -> Floats:
    """Profit of declared substitutes that each unit sold takes away, minor units, shape (n,).

    A unit lost to a higher price is won by the substitutes at the rate of the setting `diversion`,
    so selling it costs that share of their mean unit profit at the prices in force. Substitutes of
    other partitions are not seen.
    """
    catalogue, ledger = situation.world.catalogue, situation.world.ledger
    lost = np.zeros(len(situation))
    index = catalogue.sku_names.index
    for place, sku in enumerate(situation.sku.tolist()):
        names = catalogue.substitutes[sku]
        if not names:
            continue
        channel = int(situation.channel[place])
        rows = [catalogue.offer(index[name], channel) for name in names if name in index]
        profits = [
            _unit_profit(situation, row)
            for row in rows
            if row >= 0 and catalogue.offers.listed[row] and ledger.price[row] >= 0
        ]
        if profits:
            mean = sum(profits) / len(profits)
            lost[place] = situation.world.settings.diversion * max(mean, 0.0)
    return lost


def _unit_profit(situation: Situation, row: int) -> float:
    catalogue, price = situation.world.catalogue, float(situation.world.ledger.price[row])
    offers, tax = catalogue.offers, int(catalogue.skus.tax_ppm[catalogue.offers.sku[row]])
    share = PPM / (PPM + tax) - int(offers.fee_ppm[row]) / PPM
    return price * share - int(offers.fee_fixed[row]) - int(offers.cost[row])
