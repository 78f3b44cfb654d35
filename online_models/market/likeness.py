"""A merchant's own shop as a market: what a recording says of it, and what the seeds vary."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from online_models.market.assortment import (
    ELASTICITIES,
    ELASTICITY_SPREAD,
    LOWEST_ELASTICITY,
    Assortment,
)
from online_models.market.calendar import weekday
from online_models.market.demand.index import Shift
from online_models.market.problem import HIGHEST
from online_models.market.randomness import generator
from online_models.numerics.arrays import Floats
from schemas.values.money import minor_digits

#: Mean and standard deviation of a market's elasticities (uniform by category, normal within).
USUAL_ELASTICITY = float(np.mean(ELASTICITIES))
USUAL_DEVIATION = float(np.hypot((ELASTICITIES[1] - ELASTICITIES[0]) / 12**0.5, ELASTICITY_SPREAD))
#: What a currency without cents, or with smaller ones, is called in the market.
HUNDREDTHS = "EUR"


@dataclass(frozen=True)
class Likeness:
    """The parameters of a market that is like a recording; tuples of offers have n entries.

    Tuples, not arrays: a likeness is part of what names a run.

    name, began, days: of the recording; its first day in ms, and its span.
    currency: of all amounts, which are hundredths of its unit.
    skus, category, categories: as in `Assortment`, best sellers first.
    traits: what policies select by besides, a JSON object each.
    first_price: the usual price; cost: with the channel's fixed fee.
    tax_rate, fee_rate: shares of the net and of the gross price.
    base: units a day at the first price, on an average weekday.
    elasticity, deviation: own price, positive: what is believed, and its standard deviation.
    trust: share of that belief that the recording's price moves account for; the rest is the usual
        distribution of a market about what would make the category's usual margin the best.
    weekdays: multipliers of demand, Monday first, mean 1.
    size: the negative binomial's; None is Poisson.
    silent: share of the offers' days without a sale, as recorded.
    views: for a unit sold.
    competitor: log of the lowest competitor price over ours; None where no competitor was seen.
    sold, covered: offers that sold at all, and the share of their units that these n make up.
    left_out: how many offers that sold are no part of it for a reason other than their rank.
    """

    name: str
    began: int
    days: int
    currency: str
    skus: tuple[str, ...]
    category: tuple[int, ...]
    categories: tuple[str, ...]
    traits: tuple[str, ...]
    first_price: tuple[int, ...]
    cost: tuple[int, ...]
    tax_rate: tuple[float, ...]
    fee_rate: tuple[float, ...]
    base: tuple[float, ...]
    elasticity: tuple[float, ...]
    deviation: tuple[float, ...]
    trust: tuple[float, ...]
    weekdays: tuple[float, ...]
    size: float | None
    silent: float
    views: float
    competitor: tuple[float | None, ...]
    sold: int
    covered: float
    left_out: tuple[tuple[str, int], ...]

    def __len__(self) -> int:
        return len(self.skus)

    @property
    def competitors(self) -> Floats | None:
        """Log of the lowest competitor price over ours, shape (n,); NaN: none. None: all none."""
        levels = np.array([np.nan if level is None else level for level in self.competitor])
        return levels if np.isfinite(levels).any() else None

    def draw(self, seed: int) -> Assortment:
        """The offers as they are; each seed draws the elasticities from what is known of them.

        The draws scatter as in any market, category by category, but as far as the recording left
        in doubt. None is below `LOWEST_ELASTICITY`, as anywhere.
        """
        rng = generator(seed, "likeness")
        category = np.array(self.category, dtype=np.int64)
        centre = rng.uniform(*ELASTICITIES, size=len(self.categories))[category]
        usual = centre + rng.normal(0.0, ELASTICITY_SPREAD, len(self))
        doubt = np.array(self.deviation) * (usual - USUAL_ELASTICITY) / USUAL_DEVIATION
        elasticity = np.maximum(np.array(self.elasticity) + doubt, LOWEST_ELASTICITY)
        first = np.array(self.first_price, dtype=np.int64)
        cost = np.array(self.cost, dtype=np.int64)
        tax, fee = np.array(self.tax_rate), np.array(self.fee_rate)
        best = cost / (1.0 / (1.0 + tax) - fee) * elasticity / (elasticity - 1.0)
        return Assortment(
            skus=self.skus,
            category=category,
            categories=self.categories,
            first_price=first,
            cost=cost,
            tax_rate=tax,
            fee_rate=fee,
            elasticity=elasticity,
            base=np.array(self.base),
            target=np.minimum(best, HIGHEST * first),
            currency=self.currency if minor_digits(self.currency) == 2 else HUNDREDTHS,
            views_per_unit=self.views,
            traits=tuple(json.loads(text) for text in self.traits),
        )


class Weekdays:
    """Traffic follows the weekdays of a recording."""

    stateful = False

    def __init__(self, multipliers: tuple[float, ...]) -> None:
        self._traffic = np.log(np.array(multipliers))

    def shift(self, day: int) -> Shift:
        """The weekday's traffic."""
        return Shift(traffic=float(self._traffic[weekday(day)]))

    def advance(self, _day: int, _coordinate: Floats) -> None:
        """The calendar needs no state."""

    def announce(self, _day: int) -> list[dict[str, Any]]:
        """Nobody announces the weekday."""
        return []
