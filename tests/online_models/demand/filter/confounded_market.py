"""Markets whose merchant prices on demand that the data do not show, with and without chance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from online_models.demand import DemandContext, DemandSettings, Observations
from online_models.demand.filter.hierarchy import CategoryTree
from online_models.demand.filter.model import HierarchicalFilter
from online_models.demand.inputs.calendar import Calendar
from online_models.demand.inputs.observations import DAY, WindowRows

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Market:
    """Offers of one category; log rate = level + unseen state + elasticity · log price."""

    seed: int
    offers: int = 30
    days: int = 200
    #: Mean units a day; log price per unit of the unseen state; exploration steps of ± so much.
    rate: float = 10.0
    confounding: float = 0.3
    exploration: float = 0.08

    def draw(self) -> tuple[Floats, Iterator[Observations]]:
        """Own elasticities and the days; exploration is told."""
        rng = np.random.default_rng(self.seed)
        elasticity = rng.uniform(-3.2, -1.2) + 0.4 * rng.standard_normal(self.offers)
        return elasticity, self._days(rng, elasticity)

    def _days(self, rng: np.random.Generator, elasticity: Floats) -> Iterator[Observations]:
        n = self.offers
        level = np.log(self.rate) + 0.7 * rng.standard_normal(n)
        base = np.log(1000.0) + 0.5 * rng.standard_normal(n)
        state = np.zeros(n)
        for day in range(self.days):
            state = 0.9 * state + 0.15 * rng.standard_normal(n)
            explored = self.exploration * rng.choice([-1.0, 0.0, 1.0], n)
            price = base + self.confounding * state + explored
            rate = np.exp(level + state + elasticity * (price - base))
            units = rng.poisson(rate * rng.gamma(8.0, 1.0 / 8.0, n)).astype(float)
            yield Observations.of(
                np.arange(n), day * DAY, units, price=np.exp(price), exploration=explored
            )


@dataclass(frozen=True, slots=True)
class Recovery:
    """True elasticities against their posterior."""

    truth: Floats
    mean: Floats
    deviation: Floats

    @property
    def bias(self) -> float:
        return float((self.mean - self.truth).mean())

    @property
    def coverage(self) -> float:
        return float((np.abs(self.mean - self.truth) < 1.96 * self.deviation).mean())


def recover(market: Market, told: bool = True) -> Recovery:
    """Run the filter over a market; without `told` it does not know which moves were chance."""
    tree = CategoryTree()
    tree.include(np.zeros(1, np.int64))
    calendar = Calendar(0.99, 0)
    calendar.include(2)
    model = HierarchicalFilter(DemandSettings(), calendar, tree)
    n = market.offers
    model.grow(n, 2, 1)
    offer, row = np.arange(n), np.ones(n, np.int64)
    truth, days = market.draw()
    for seen in days:
        if not told:
            seen.exploration[:] = np.nan
        window = WindowRows(seen, offer, np.zeros(n, np.int64), row)
        model.learn(window, model.predict(window))
    nothing = np.zeros(n)
    now = np.full(n, market.days * DAY)
    context = DemandContext(now, seen.price, np.full(n, np.nan), nothing, nothing)
    curves = model.curves(offer, row, context)
    return Recovery(truth, curves.elasticity, np.sqrt(curves.elasticity_variance))
