"""What a channel's whole assortment does in one window, and how much of it lasts to the next.

A day on which the whole shop sells a third less says something about tomorrow's shop, and
nothing about any one offer.
"""

from __future__ import annotations

import numpy as np

from online_models.numerics.arrays import Flags, Floats, Ints
from online_models.numerics.columns import Columns, column
from online_models.numerics.special import exp, log, sum_by, total
from online_models.persistence.kinds import Array, Part
from online_models.persistence.saved import Saved

#: Variance of a channel's log shock (a closed day is e⁻²), and of its surprise when forecast.
SHOCK_VARIANCE = 1.0
SURPRISE_VARIANCE = 0.3 * 0.3
#: Before evidence: mean surprise 0 ± 0.4, persistence of a shock 0.6 ± 0.5.
_PRIOR_MEAN = (0.0, 0.6)
_PRIOR_PRECISION = (1.0 / 0.16, 1.0 / 0.25)
FORGETTING = 0.999
#: A channel's surprise counts at most so many standard deviations.
LARGEST_SURPRISE = 3.0
LENGTH_CLASSES = 3


class ShopState(Columns):
    """One row per channel: the log shock of its last window."""

    last_shock: Floats = column(np.float64, 0.0)


class ShopFactor:
    """Two-parameter regression of a channel's surprise on its last shock, per window length."""

    SAVED = Saved(
        state=Part(),
        mean=Array(np.float64, LENGTH_CLASSES, 2),
        precision=Array(np.float64, LENGTH_CLASSES, 2, 2),
    )

    def __init__(self) -> None:
        self.state = ShopState()
        self.mean: Floats = np.repeat(np.array([_PRIOR_MEAN]), LENGTH_CLASSES, axis=0)
        precision = np.diag(_PRIOR_PRECISION)
        self.precision: Floats = np.repeat(precision[None], LENGTH_CLASSES, axis=0)

    def grow(self, channels: int) -> None:
        """Make room for channels."""
        self.state.grow(channels)

    def expected(self, kind: int, channel: Ints) -> Floats:
        """Log factor expected of each row's channel, (n,)."""
        intercept, persistence = self.mean[kind]
        expected: Floats = intercept + persistence * self.state.last_shock[channel]
        return expected

    def surprise(
        self, channel: Ints, units: Floats, mean: Floats, known: Flags
    ) -> tuple[Floats, Floats]:
        """Factor by which each row's channel beat its forecast, (n,), and its log, (channels,).

        Offers without a past, not `known`, tell the factor only of a channel that has no others.
        The log is NaN for channels without known rows.
        """
        channels = len(self.state)
        rows = np.bincount(channel[known], minlength=channels) > 0
        counted = np.where(known | ~rows[channel], 1.0, 0.0)
        ratio = self._shrunk(channel, units * counted, mean * counted)
        return exp(ratio)[channel], np.where(rows, ratio, np.nan)

    def learn(self, kind: int, surprise: Floats) -> None:
        """Update intercept and persistence; all channels of a window together count as one."""
        seen = np.flatnonzero(~np.isnan(surprise))
        share = 1.0 / (SURPRISE_VARIANCE * max(len(seen), 1))
        x = self.state.last_shock[seen]
        bound = LARGEST_SURPRISE * np.sqrt(SURPRISE_VARIANCE * (1.0 + x * x))
        error = np.minimum(np.maximum(surprise[seen], -bound), bound)
        precision = FORGETTING * self.precision[kind]
        precision[0, 0] += share * len(seen)
        precision[0, 1] += share * total(x)
        precision[1, 0] = precision[0, 1]
        precision[1, 1] += share * total(x * x)
        score = share * total(error), share * total(x * error)
        determinant = precision[0, 0] * precision[1, 1] - precision[0, 1] * precision[1, 0]
        self.mean[kind, 0] += (
            precision[1, 1] * score[0] - precision[0, 1] * score[1]
        ) / determinant
        self.mean[kind, 1] += (
            precision[0, 0] * score[1] - precision[0, 1] * score[0]
        ) / determinant
        self.precision[kind] = precision

    def shock(self, channel: Ints, units: Floats, base: Floats, known: Flags) -> Floats:
        """Log shock of each row's channel against its offers' levels, (n,); remembered.

        What offers without a past sell is their level, and no shock.
        """
        counted = known.astype(np.float64)
        ratio = self._shrunk(channel, units * counted, base * counted)
        rows = np.bincount(channel, minlength=len(self.state))
        self.state.last_shock[rows > 0] = ratio[rows > 0]
        return ratio[channel]

    def _shrunk(self, channel: Ints, units: Floats, mean: Floats) -> Floats:
        """Log of units over mean per channel, shrunk by what counting noise explains."""
        channels = len(self.state)
        sold, due = sum_by(channel, units, channels), sum_by(channel, mean, channels)
        noise = sum_by(channel, mean + 0.7 * mean * mean, channels) / np.maximum(due * due, 1e-12)
        gain = SHOCK_VARIANCE / (SHOCK_VARIANCE + noise)
        bounded = log((sold + 5.0) / (due + 5.0))
        return gain * np.minimum(np.maximum(bounded, -3.0), 3.0)
