"""Markets whose merchants price on demand, as panels of closed windows with known elasticities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from online_models.demand.inputs.observations import DAY, Observations
from online_models.studies.elasticity.panel import OfferGroups

Floats = NDArray[np.float64]
WEEK = 7 * DAY


@dataclass(frozen=True)
class Panelled:
    """Closed windows, what the offers are, and the true elasticity by SKU."""

    parts: list[Observations]
    offers: OfferGroups
    truth: Floats


def stores(seed: int, products: int = 8, shops: int = 10, weeks: int = 90) -> Panelled:
    """Weekly units by the dozen; a shock to a product's week is shared by all stores."""
    rng = np.random.default_rng(seed)
    n = products * shops
    elasticity = rng.normal(-2.5, 0.6, products)
    level = rng.normal(3.5, 0.5, products)[:, None] + rng.normal(0, 0.5, shops)
    base = np.log(rng.uniform(200, 500, products))[:, None]
    state = np.zeros(products)
    parts = []
    for week in range(weeks):
        state = 0.8 * state + rng.normal(0, 0.15, products)
        depth = np.where(rng.random(products) < 0.2, np.log(rng.uniform(0.65, 0.85, products)), 0.0)
        shock = state + rng.normal(0, 0.25, products)
        move = depth + rng.normal(0, 0.02, products)
        move = move[:, None] + rng.normal(0, 0.03, (products, shops))
        noise = rng.normal(0, 0.25, (products, shops))
        rate = np.exp(level + shock[:, None] + elasticity[:, None] * move + noise)
        units = rng.poisson(rate).ravel()
        price = np.exp(base + move).ravel()
        parts.append(Observations.of(np.arange(n), week * WEEK, units, length=WEEK, price=price))
    sku = np.repeat(np.arange(products), shops)
    return Panelled(parts, OfferGroups(sku, 0 * sku, sku % 2), elasticity)


def slow_sellers(
    seed: int, offers: int = 30, days: int = 200, rate: float = 4.0, hidden: float = 0.0
) -> Panelled:
    """Daily counts, many of them zero. The merchant cuts prices when sales were weak and raises
    them towards the weekend and with his competitor; with `hidden` also on demand that nobody sees.
    """
    rng = np.random.default_rng(seed)
    elasticity = rng.uniform(-3.2, -1.2, offers)
    level = np.log(rate) + 0.7 * rng.standard_normal(offers)
    base = np.log(1000.0) + 0.5 * rng.standard_normal(offers)
    state = np.zeros(offers)
    lately = np.exp(level)
    parts = []
    for day in range(days):
        state = 0.9 * state + 0.15 * rng.standard_normal(offers)
        weekend = 0.4 * float(day % 7 >= 5)
        competitor = 0.1 * rng.standard_normal(offers)
        weak = np.clip(np.log((lately + 0.5) / (np.exp(level) + 0.5)), -1.0, 1.0)
        chance = 0.07 * rng.choice([-1.0, 0.0, 1.0], offers)
        move = 0.2 * weak + 0.2 * weekend + 0.4 * competitor + hidden * state + chance
        mean = np.exp(level + state + weekend + 0.8 * competitor + elasticity * move)
        units = rng.poisson(mean * rng.gamma(8.0, 1.0 / 8.0, offers)).astype(np.float64)
        lately = 0.7 * lately + 0.3 * units
        parts.append(
            Observations.of(
                np.arange(offers),
                day * DAY,
                units,
                price=np.exp(base + move),
                competitor_price=np.exp(base + competitor),
                exploration=chance if hidden else np.nan,
            )
        )
    sku = np.arange(offers)
    return Panelled(parts, OfferGroups(sku, 0 * sku, 0 * sku - 1), elasticity)
