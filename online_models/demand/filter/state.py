"""State of the hierarchical filter: coefficients and covariance per offer, packed in columns."""

from __future__ import annotations

import numpy as np

from online_models.demand.filter.price_scale import scaled
from online_models.demand.inputs.observations import DAY
from online_models.numerics.arrays import Floats, Ints
from online_models.numerics.columns import Columns, column

#: Coefficients of an offer's log rate per day, in the order of the state.
LEVEL, ELASTICITY, CONFOUNDING, COMPETITOR, PROMOTED, CROSS = range(6)
COEFFICIENTS = 6
#: Packed lower triangle: entry (i, j), j ≤ i, lies at i (i + 1) / 2 + j.
PACKED = COEFFICIENTS * (COEFFICIENTS + 1) // 2


def packed(i: int, j: int) -> int:
    """Position of covariance entry (i, j) in the packed triangle."""
    low, high = (i, j) if i < j else (j, i)
    return high * (high + 1) // 2 + low


#: Positions of the covariance's columns, and of its diagonal.
COLUMNS = np.array([[packed(i, j) for i in range(COEFFICIENTS)] for j in range(COEFFICIENTS)])
DIAGONAL = np.array([packed(i, i) for i in range(COEFFICIENTS)])


class FilterState(Columns):
    """One row per offer; a row that has never learnt has `last_end` −1."""

    #: Posterior mean and covariance under the offer's own wide prior.
    mean: Floats = column(np.float64, 0.0, COEFFICIENTS)
    covariance: Floats = column(np.float64, 0.0, PACKED)
    #: Log prices at which the level is the log rate; NaN until one is known.
    anchor: Floats = column(np.float64, np.nan)
    competitor_anchor: Floats = column(np.float64, np.nan, saved_as="rival_anchor")
    #: Last known log prices, for windows and decisions that lack one.
    log_price: Floats = column(np.float64, np.nan)
    log_competitor: Floats = column(np.float64, np.nan, saved_as="log_rival")
    #: Last part of the scaled price deviation that the pricer's rule predicts.
    policy_part: Floats = column(np.float64, 0.0)
    #: Mean scaled price over the last weeks, NaN before the first window; and by how much the
    #: means would differ with a share of 1 for memory (`price_memory`).
    remembered: Floats = column(np.float64, np.nan, optional=True)
    by_memory: Floats = column(np.float64, 0.0, COEFFICIENTS, optional=True)
    #: Log level that was expected of the offer, less its category's, before it sold.
    cold_start_level: Floats = column(np.float64, 0.0, saved_as="beside")
    #: Elasticity at which the offer's first price is best; NaN where its cost is unknown.
    implied_elasticity: Floats = column(np.float64, np.nan, saved_as="implied")
    #: Ends of the first and the last window learnt, −1 before.
    first_end: Ints = column(np.int64, -1)
    last_end: Ints = column(np.int64, -1)
    #: Discounted days learnt.
    days: Floats = column(np.float64, 0.0)
    #: Discounted Σ ((units − mean)² − mean) and Σ mean²: their ratio is 1 / size.
    variance_sum: Floats = column(np.float64, 0.0)
    square_sum: Floats = column(np.float64, 0.0)
    #: Discounted mean of the standardised forecast errors.
    lasting_error: Floats = column(np.float64, 0.0)
    #: Sums of windows shorter than a day until they are one: errors, their variances, and days.
    since: Floats = column(np.float64, 0.0, 3)

    def remember(self, offer: Ints, price: Floats, competitor: Floats, exploration: Floats) -> None:
        """Take down a window's log prices (NaN: unknown) and what of the own one chance drew."""
        for name, anchor, value in (
            ("log_price", "anchor", price),
            ("log_competitor", "competitor_anchor", competitor),
        ):
            known = ~np.isnan(value)
            getattr(self, name)[offer[known]] = value[known]
            first = known & np.isnan(getattr(self, anchor)[offer])
            getattr(self, anchor)[offer[first]] = value[first]
        drawn = ~np.isnan(exploration)
        gap = deviation_of(self.log_price[offer], self.anchor[offer])
        predicted = scaled(gap - np.where(drawn, exploration, 0.0))
        self.policy_part[offer] = np.where(drawn, predicted, 0.0)

    def remembered_or(self, offer: Ints, price: Floats) -> Floats:
        """What is remembered of the offers' prices, else the scaled `price` itself, (n,)."""
        remembered = self.remembered[offer]
        return np.where(np.isnan(remembered), price, remembered)

    def ages(self, offer: Ints, now: Ints) -> Floats:
        """Days since the offers' first windows ended, −1 before there is one, (n,)."""
        first = self.first_end[offer]
        return np.where(first >= 0, np.maximum(now - first, 0) / DAY, -1.0)


def deviation_of(value: Floats, anchor: Floats) -> Floats:
    """Log price against its anchor, 0 where either is unknown, at most a factor of e²."""
    gap = np.where(np.isnan(value) | np.isnan(anchor), 0.0, value - anchor)
    return np.minimum(np.maximum(gap, -2.0), 2.0)


def times(covariance: Floats, h: tuple[Floats | float, ...]) -> Floats:
    """P h for packed P (PACKED, n) and h of COEFFICIENTS parts (a 0.0 is skipped)."""
    product = np.zeros((COEFFICIENTS, covariance.shape[1]))
    for j, part in enumerate(h):
        if not (isinstance(part, float) and part == 0.0):
            column = covariance.take(COLUMNS[j], axis=0)
            column *= part
            product += column
    return product


def along(direction: Floats, h: tuple[Floats | float, ...]) -> Floats:
    """hᵀ v for v (COEFFICIENTS, n)."""
    value = np.zeros(direction.shape[1])
    for j, part in enumerate(h):
        if not (isinstance(part, float) and part == 0.0):
            value += direction[j] * part
    return value
