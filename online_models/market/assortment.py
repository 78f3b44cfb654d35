"""What is sold: first prices, costs, categories, and the demand that the market hides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from online_models.market.calendar import day_start
from online_models.market.randomness import generator
from online_models.numerics.arrays import Floats, Ints

#: Offers per category; enough to pool over, few enough that categories differ.
CATEGORY_SIZE = 15
#: The merchant's first prices follow one markup for all, with this spread (log): they are off the
#: best prices because elasticities differ, and what fixed pricing loses is mostly that.
MARKUP_SPREAD = 0.1
#: The first price is at most this far (log) from the best one.
WORST_MISPRICING = 0.45
#: At its first price no offer costs more than this share of what is left of the price.
DEAREST = 0.9
#: Category elasticities, and the offers' spread about their category: chosen so that fixed prices
#: earn about .924 of the clairvoyant's profit in the plain market.
ELASTICITIES = (1.8, 3.55)
ELASTICITY_SPREAD = 0.4
LOWEST_ELASTICITY = 1.4
#: Spread (log) of base demand over offers.
POPULARITY_SPREAD = 0.4
#: Views for a unit sold at the first price.
VIEWS_PER_UNIT = 12.0
#: Value-added tax by category in a taxed market, and the marketplace's fee.
TAX_RATES = (0.0, 0.07, 0.19)
FEE_RATE = 0.08


@dataclass(frozen=True)
class Assortment:
    """The offers of one market, all on channel `web`; arrays have shape (n,).

    `first_price` and `cost` are minor units of `currency` (two digits). Public to a contender are
    the names, categories, prices, costs, taxes and fees; `elasticity` (own price, positive, at the
    first price), `base` (expected units a day at the first price) and `target` (the prices that
    the costs make best) are the market's secret. `views_per_unit` are views for a unit sold at the
    first price, `traits` what else the products' records say (one mapping each, or none).
    """

    skus: tuple[str, ...]
    category: Ints
    categories: tuple[str, ...]
    first_price: Ints
    cost: Ints
    tax_rate: Floats
    fee_rate: Floats
    elasticity: Floats
    base: Floats
    target: Floats
    currency: str = "EUR"
    views_per_unit: float = VIEWS_PER_UNIT
    traits: tuple[Mapping[str, object], ...] = ()

    def __len__(self) -> int:
        return len(self.skus)

    @property
    def kept(self) -> Floats:
        """What is left of a unit of gross price after tax and the channel's fee, shape (n,)."""
        return 1.0 / (1.0 + self.tax_rate) - self.fee_rate

    def margins(self, prices: Floats) -> Floats:
        """Profit per unit in minor units at gross `prices`, shape (…, n)."""
        return self.kept * prices - self.cost

    def products(self) -> list[dict[str, object]]:
        """The records of topic `products`, one per offer."""
        return [
            {
                "sku": sku,
                "name": f"{self.categories[c]} {sku}",
                "currency": self.currency,
                "price": f"{price / 100:.2f}",
                "cost": f"{cost / 100:.2f}",
                "category": self.categories[c],
                "tax_rate": f"{tax:g}",
                "fees": {"web": {"rate": f"{fee:g}", "fixed": "0.00"}},
                "launched_at": day_start(0),
                "substitutes": [],
                **traits,
            }
            for sku, c, price, cost, tax, fee, traits in zip(
                self.skus,
                self.category.tolist(),
                self.first_price.tolist(),
                self.cost.tolist(),
                self.tax_rate.tolist(),
                self.fee_rate.tolist(),
                self.traits or ({},) * len(self),
                strict=True,
            )
        ]


def draw_assortment(seed: int, offers: int, sales: float, taxed: bool = False) -> Assortment:
    """Draw `offers` offers that sell `sales` units a day each on average at their first price.

    First prices are lognormal about 12.00; with constant elasticities they are costs times one
    markup, and `target` lies above them where demand is less elastic than the average's. The costs
    are those that make the target optimal at constant elasticity, until `costs.settle` fits them
    to the curve.

    >>> assortment = draw_assortment(seed=1, offers=30, sales=2.0)
    >>> len(assortment), round(float(assortment.base.mean()), 6)
    (30, 2.0)
    """
    rng = generator(seed, "assortment")
    category = np.arange(offers, dtype=np.int64) // CATEGORY_SIZE
    count = int(category[-1]) + 1
    centre = rng.uniform(*ELASTICITIES, size=count)
    elasticity = np.maximum(
        centre[category] + rng.normal(0.0, ELASTICITY_SPREAD, offers), LOWEST_ELASTICITY
    )
    first_price = np.maximum(np.rint(rng.lognormal(np.log(1200), 0.6, offers)), 150).astype(
        np.int64
    )
    markup = np.log(elasticity / (elasticity - 1.0))
    off = markup.mean() - markup + rng.normal(0.0, MARKUP_SPREAD, offers)
    off = np.clip(off, -WORST_MISPRICING, WORST_MISPRICING)
    off = np.maximum(off, np.log((elasticity - 1.0) / elasticity / DEAREST))
    tax_rate = rng.choice(TAX_RATES, size=count)[category] if taxed else np.zeros(offers)
    fee_rate = np.full(offers, FEE_RATE if taxed else 0.0)
    kept = 1.0 / (1.0 + tax_rate) - fee_rate
    target: Floats = first_price.astype(np.float64) * np.exp(-off)
    cost = np.rint(kept * target * (elasticity - 1.0) / elasticity).astype(np.int64)
    base = rng.lognormal(0.0, POPULARITY_SPREAD, offers)
    return Assortment(
        skus=tuple(f"sku-{i:04d}" for i in range(offers)),
        category=category,
        categories=tuple(f"aisle/{c:02d}" for c in range(count)),
        first_price=first_price,
        cost=cost,
        tax_rate=tax_rate,
        fee_rate=fee_rate,
        elasticity=elasticity,
        base=base * (sales * offers / base.sum()),
        target=target,
    )
