"""A simulated store panel: products × channels × weeks, with shocks that all channels share.

Its equations are not the panel model's: t-distributed shocks, thresholds in price, pantry
loading, cross-price effects, channel-specific elasticities, and deviations that decay.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from online_models.demand import Observations
from online_models.demand.inputs.observations import DAY

Floats = NDArray[np.float64]
WEEK = 7 * DAY


@dataclass(frozen=True, slots=True)
class Panel:
    """Arrays (weeks, products, channels), prices in minor units.

    `known` is the log of units but for what no forecast can know: the shocks of the week itself.
    """

    units: Floats
    price: Floats
    deal: Floats
    feature: Floats
    known: Floats
    elasticity: Floats

    def week(self, t: int) -> Observations:
        """Week t; offer = product × channels + channel, competitors are the other products."""
        price = self.price[t]
        order = np.sort(price, axis=0)
        lowest = np.where(price == order[0], order[1], order[0])
        mean = (price.sum(0) - price) / (len(price) - 1)
        attributes = np.zeros((price.size, 4))
        attributes[:, 0], attributes[:, 1] = self.deal[t].ravel(), self.feature[t].ravel()
        return Observations.of(
            np.arange(price.size),
            t * WEEK,
            self.units[t].ravel(),
            length=WEEK,
            price=price.ravel(),
            competitor_price=lowest.ravel(),
            competitor_mean=mean.ravel(),
            promoted=((self.deal[t] + self.feature[t]) > 0).astype(float).ravel(),
            attributes=attributes,
        )


def draw(
    seed: int = 0,
    products: int = 11,
    channels: int = 80,
    weeks: int = 120,
    shared_shock: float = 0.28,
    own_shock: float = 0.28,
    level: float = 8.0,
) -> Panel:
    """One panel."""
    rng = np.random.default_rng(seed)
    shape = (products, channels)
    base = level + 0.5 * rng.standard_normal((products, 1))
    base = base + 0.35 * rng.standard_normal(channels) + 0.35 * rng.standard_normal(shape)
    elasticity = -2.6 + 0.6 * rng.standard_normal(products)
    by_channel = 0.3 * rng.standard_normal(channels)
    feature_effect = 0.5 + 0.2 * rng.standard_normal(products)
    deal_effect = 0.25 + 0.1 * rng.standard_normal(products)
    cross = 0.12 * np.abs(rng.standard_normal((products, products)))
    np.fill_diagonal(cross, 0.0)
    usual = np.log(200.0 + 150.0 * rng.random(products))
    zone = rng.integers(0, 4, channels)
    by_zone = 0.06 * rng.standard_normal((products, 4))
    drift, lasting, pantry = np.zeros(products), np.zeros(products), np.zeros(products)
    local = np.zeros(shape)
    out = [np.zeros((weeks, *shape)) for _ in range(5)]
    for t in range(weeks):
        promotion = rng.random(products) < 0.28
        depth = np.where(promotion, 0.1 + 0.3 * rng.random(products), 0.0)
        featured = promotion & (rng.random(products) < 0.6)
        dealt = promotion & (rng.random(products) < 0.7)
        drift = 0.995 * drift + 0.02 * rng.standard_normal(products)
        takes_part = rng.random(shape) < 0.93
        cut = depth[:, None] * takes_part * (1.0 + 0.1 * rng.standard_normal(shape))
        log_price = (usual + drift)[:, None] + by_zone[:, zone]
        log_price = log_price + np.log(np.maximum(1.0 - cut, 0.4))
        log_price += 0.015 * rng.standard_normal(shape)
        deal, feature = dealt[:, None] & takes_part, featured[:, None] & takes_part
        x = log_price - (usual + by_zone.mean(1))[:, None]
        fresh, news = 0.12 * rng.standard_normal(products), 0.12 * rng.standard_normal(shape)
        lasting, local = 0.85 * lasting + fresh, 0.7 * local + news
        shared = shared_shock * rng.standard_t(6, products) / np.sqrt(1.5)
        log_units = base + (elasticity[:, None] + by_channel) * x
        log_units += 0.7 * np.maximum(-x - 0.15, 0.0) + cross @ x
        log_units += feature_effect[:, None] * feature + deal_effect[:, None] * deal
        log_units += (lasting + shared - 0.25 * pantry)[:, None] + local
        known = log_units - (fresh + shared)[:, None] - news
        log_units += own_shock * rng.standard_t(5, shape) / np.sqrt(5.0 / 3.0)
        pantry = 0.5 * pantry + 1.5 * depth
        for array, value in zip(
            out,
            (np.maximum(np.rint(np.exp(log_units)), 0.0), np.exp(log_price), deal, feature, known),
            strict=True,
        ):
            array[t] = value
    return Panel(*out, elasticity)
