"""Demand as a function of price, with its uncertainty: what a decision needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from online_models.numerics.arrays import Floats, Ints
from online_models.numerics.compiled import compiled
from online_models.numerics.special import exp, log


@dataclass(frozen=True, slots=True)
class DemandContext:
    """What is known when demand is asked for, n rows; prices gross, in minor units."""

    #: Instant, ms since the epoch.
    now: Ints
    #: Price in force.
    price: Floats
    #: Lowest usable competitor price, NaN where there is none.
    competitor_price: Floats
    #: Depth of the promotion in force, and 1 where there is one.
    promotion: Floats
    promoted: Floats

    @classmethod
    def at_prices(cls, now: Ints, price: Floats) -> DemandContext:
        """Prices, (n,), beside which no competitor's is known and no promotion runs."""
        nothing = np.zeros(len(price))
        return cls(now, price, np.full(len(price), np.nan), nothing, nothing)


#: Half and twice the price in force: so far an elasticity changes with the price.
REACH = 0.6931471805599453


def within_reach(x: Floats) -> Floats:
    """How much of log prices `x` from a curve's anchor its elasticity changes with, (n,)."""
    return np.minimum(np.maximum(x, -REACH), REACH)


def bent(bend: Floats, x: Floats) -> Floats:
    """What a curve's `bend` adds to its log units at log prices `x` from its anchor, (n,)."""
    inside = within_reach(x)
    return bend * inside * (x - 0.5 * inside)


@compiled
def bent_one(bend: float, x: float) -> float:
    """The same of one."""
    inside = min(max(x, -REACH), REACH)
    return bend * inside * (x - 0.5 * inside)


class MemberCurves(NamedTuple):
    """What each of m models that publish forecasts says of n offers, and what it counts for.

    `models` are their names, `versions` the names of their versions, which `version` (n, m) counts.
    The weights (n, m) are 0 where a model says nothing; the pricer's own model has the rest.
    """

    models: tuple[str, ...]
    versions: tuple[Sequence[str], ...]
    version: Ints
    level_weight: Floats
    response_weight: Floats
    #: At the anchor price: log units a day, elasticity, and its change by log price.
    log_rate: Floats
    elasticity: Floats
    bend: Floats

    def take(self, rows: NDArray[Any]) -> MemberCurves:
        """Those of some offers."""
        return MemberCurves(self.models, self.versions, *(array[rows] for array in self[2:]))

    def without(self, model: int) -> MemberCurves:
        """As if that model had published nothing; the others share its weights."""
        return self._replace(
            level_weight=_without(self.level_weight, model),
            response_weight=_without(self.response_weight, model),
        )


def _without(weight: Floats, model: int) -> Floats:
    left = 1.0 - weight[:, model, None]
    rest = np.where(left > 0.0, weight / np.where(left > 0.0, left, 1.0), 0.0)
    rest[:, model] = 0.0
    return rest


@dataclass(frozen=True, slots=True)
class DemandCurves:
    """Joint Gaussian posterior of log demand per day and own-price elasticity, n rows.

    log E[units per day | p] = log_rate + elasticity · x + ½ bend · x², where
    x = log p − log anchor_price, the competitor's price held fixed; beyond half and twice the
    anchor price the elasticity changes no more. It is that of a price that stays: where shoppers
    compare with the prices that they remember, a new one does more.
    """

    anchor_price: Floats
    log_rate: Floats
    elasticity: Floats
    log_rate_variance: Floats
    covariance: Floats
    elasticity_variance: Floats
    #: Negative-binomial size of a day's units; large is Poisson.
    dispersion: Floats
    #: Elasticity to the price level of the rest of the category on the same channel, and its
    #: variance.
    cross: Floats
    cross_variance: Floats
    #: Σ over the offers of the category, itself included, of the squared covariance of their
    #: elasticity with this one's: how much of their variance a unit of information here removes.
    informs: Floats
    #: Days since the offer's first window ended, be it one without a sale; −1 before.
    age: Floats
    #: Change of the elasticity by log price.
    bend: Floats
    #: The models whose published forecasts are mixed in, and what the pricer's own say without
    #: them; None where nobody publishes any.
    members: MemberCurves | None = None
    own: DemandCurves | None = None

    def take(self, rows: NDArray[Any]) -> DemandCurves:
        """The rows at an index or a mask."""
        members = None if self.members is None else self.members.take(rows)
        own = None if self.own is None else self.own.take(rows)
        columns = {name: getattr(self, name)[rows] for name in _COLUMNS}
        return DemandCurves(**columns, members=members, own=own)

    @property
    def least_cross(self) -> Floats:
        """The cross elasticity less half its standard deviation, (n,): where offers do not compete,
        believing that they do costs more than believing the contrary where they do.
        """
        return self.cross - 0.5 * np.sqrt(np.maximum(self.cross_variance, 0.0))

    def sample(self, normals: Floats) -> tuple[Floats, Floats]:
        """Posterior draws (log_rate, elasticity) from standard normals of shape (n, 2)."""
        elasticity_deviation = np.sqrt(self.elasticity_variance)
        with np.errstate(all="ignore"):
            slope = np.where(
                elasticity_deviation > 0.0, self.covariance / elasticity_deviation, 0.0
            )
        rest = np.sqrt(np.maximum(self.log_rate_variance - slope * slope, 0.0))
        elasticity = self.elasticity + elasticity_deviation * normals[:, 0]
        return self.log_rate + slope * normals[:, 0] + rest * normals[:, 1], elasticity

    def log_demand(self, price: Floats) -> tuple[Floats, Floats]:
        """Mean and variance of log demand per day at `price`, (n,) or (n, m) in minor units."""
        rows = (slice(None),) + (None,) * (np.ndim(price) - 1)
        x = log(price) - log(self.anchor_price)[rows]
        mean = self.log_rate[rows] + self.elasticity[rows] * x + bent(self.bend[rows], x)
        variance = self.log_rate_variance[rows] + x * (
            2.0 * self.covariance[rows] + x * self.elasticity_variance[rows]
        )
        return mean, np.maximum(variance, 0.0)

    def demand(self, price: Floats) -> Floats:
        """Median units per day at `price`, (n,) or (n, m) in minor units."""
        return exp(self.log_demand(price)[0])


_COLUMNS = tuple(field.name for field in fields(DemandCurves))[:-2]
