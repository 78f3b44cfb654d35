"""Demand as a function of price, with its uncertainty: what a decision needs."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from online_models.numerics.arrays import Floats, Ints
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


@dataclass(frozen=True, slots=True)
class DemandCurves:
    """Joint Gaussian posterior of log demand per day and own-price elasticity, n rows.

    log E[units per day | p] = log_rate + elasticity · (log p − log anchor_price), the competitor's
    price held fixed.
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
    #: Days since the offer's first bucket ended, be it one without a sale; −1 before.
    age: Floats

    def take(self, rows: NDArray[Any]) -> DemandCurves:
        """The rows at an index or a mask."""
        return DemandCurves(*(getattr(self, name)[rows] for name in _COLUMNS))

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
        mean = self.log_rate[rows] + self.elasticity[rows] * x
        variance = self.log_rate_variance[rows] + x * (
            2.0 * self.covariance[rows] + x * self.elasticity_variance[rows]
        )
        return mean, np.maximum(variance, 0.0)

    def demand(self, price: Floats) -> Floats:
        """Median units per day at `price`, (n,) or (n, m) in minor units."""
        return exp(self.log_demand(price)[0])


_COLUMNS = tuple(field.name for field in fields(DemandCurves))
