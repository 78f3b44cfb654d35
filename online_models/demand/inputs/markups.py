"""The elasticities that a merchant's first prices imply, before any sale."""

from __future__ import annotations

import numpy as np

from online_models.numerics.arrays import Floats
from online_models.numerics.special import exp, log
from online_models.persistence.kinds import Array
from online_models.persistence.saved import Saved

#: Offers' worth of belief in the literature's elasticity against that of the markups.
LITERATURE = 3.0
#: Markups beyond are no sign of demand.
LEAST_ELASTIC, MOST_ELASTIC = 1.4, 4.5
#: Logs are summed in integers of this many parts, so that no order of offers shows.
_PARTS = 1e9


def implied_elasticity(net: Floats, cost: Floats) -> Floats:
    """Elasticities at which net prices are best, (n,); NaN where a cost or a margin is unknown."""
    profitable = (cost > 0.0) & (net > cost)
    elastic = net / np.where(profitable, net - cost, 1.0)
    return np.where(profitable, -np.clip(elastic, LEAST_ELASTIC, MOST_ELASTIC), np.nan)


class Markups:
    """Mean log markup over cost of all offers at their first prices.

    A merchant who has been in business for a while has found his margins about right on the
    whole, if not offer by offer: a price p is best where p / (p − cost) is the elasticity (Lerner,
    Rev. Econ. Stud. 1, 1934). Prices that start from it move for evidence alone.
    """

    SAVED = Saved(sums=Array(np.int64, 2), believed=Array(np.float64, 1))

    def __init__(self) -> None:
        self.sums = np.zeros(2, np.int64)
        #: The elasticity that is believed in until the next window closes; 0 before the first.
        self.believed = np.zeros(1)

    def add(self, net: Floats, cost: Floats) -> None:
        """Offers with net prices and unit costs, (n,); those without cost or margin are none."""
        profitable = (cost > 0.0) & (net > cost)
        ratio = log(net[profitable] / cost[profitable])
        self.sums[0] += int(np.rint(ratio * _PARTS).astype(np.int64).sum())
        self.sums[1] += int(np.count_nonzero(profitable))

    def settle(self, literature: float, variance: float) -> float:
        """The elasticity to believe in from now on; `variance` is that between offers.

        Computed as windows close, and not as offers appear: what is decided about one of them must
        not depend on which others were read together with it.
        """
        self.believed[0] = self._elasticity(literature, variance)
        return float(self.believed[0])

    def _elasticity(self, literature: float, variance: float) -> float:
        """Mean elasticity before any sale; `literature` is that of other shops.

        The best log markup, log(e / (e − 1)), is convex in e: where elasticities differ by offer,
        the mean of the markups is that of a less elastic demand than the mean one. To second order
        the mean lies above it by variance (2e − 1) / (2 e (e − 1)).
        """
        offers = float(self.sums[1])
        if offers == 0.0:
            return literature
        markup = float(exp(np.array([-self.sums[0] / _PARTS / offers]))[0])
        elastic = min(max(1.0 / max(1.0 - markup, 1e-6), LEAST_ELASTIC), MOST_ELASTIC)
        elastic += variance * (elastic - 0.5) / (elastic * (elastic - 1.0))
        return (LITERATURE * literature - offers * elastic) / (LITERATURE + offers)
