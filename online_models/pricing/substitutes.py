"""What an offer's sales take away from the merchant's own other offers."""

from __future__ import annotations

import numpy as np

from online_models.catalogue import PPM
from online_models.pricing.situation import Floats, Situation

#: No more than this share of an offer's lost units is believed to go to the rest of its category:
#: where demand is vaguely known, larger ones let a whole category's prices chase each other.
LARGEST_DIVERSION = 0.1


def recaptured(situation: Situation) -> Floats:
    """Profit of other offers that each unit sold takes away, minor units, shape (n,).

    A unit lost to a higher price is won by declared substitutes at the rate of the setting
    `diversion`, so selling it costs that share of their mean unit profit at the prices in force;
    or by the rest of its category, if that is more. Other partitions are not seen.
    """
    return np.maximum(_declared(situation), _learnt(situation))


def _learnt(situation: Situation) -> Floats:
    """The same from what sales tell of a category: its diversion times its mean unit profit.

    Where a price level common to the others moves an offer by χ, and an offer's own price moves it
    by −ε, a category in which all gain alike from one offer's loss wins χ / ε of it.
    """
    curves, world = situation.curves, situation.world
    own = np.maximum(-curves.elasticity, 1.0)
    diversion = np.minimum(np.maximum(curves.cross / own, 0.0), LARGEST_DIVERSION)
    category = world.catalogue.skus.category[situation.sku]
    return diversion * np.maximum(world.margins.mean(category, situation.channel), 0.0)


def _declared(situation: Situation) -> Floats:
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
