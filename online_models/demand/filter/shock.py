"""What all offers of a channel share in one window: a busy day, or a day that is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import overload

import numpy as np

from online_models.numerics.arrays import Flags, Floats, Ints
from online_models.numerics.special import log, sum_by

#: Variance of a channel's daily shock before evidence: ±15 %.
SHOCK_VARIANCE = 0.15 * 0.15
#: A channel that sells nothing where so many units were due has a missing day, not a bad one.
MISSING_DAY_UNITS = 25.0
#: A channel of fewer offers has no shock apart from theirs.
LEAST_OFFERS = 10
#: An offer whose log rate is vaguer than this has no part in the channel's sums.
KNOWN_VARIANCE = 0.25
#: No day is taken for busier or quieter than by a factor of about five.
LARGEST_SHOCK = 1.6
#: One offer's share of a shock's evidence is bounded like any residual.
LARGEST_RESIDUAL = 6.0


@dataclass(frozen=True, slots=True)
class ChannelShock:
    """Log shock of each row's channel (below `channels`), shrunk to 0, and each row's part in it;
    (n,).
    """

    log: Floats
    channel: Ints
    channels: int
    weight: Floats

    @overload
    def removed_from(self, regressor: Floats) -> Floats: ...
    @overload
    def removed_from(self, regressor: Floats | float) -> Floats | float: ...
    def removed_from(self, regressor: Floats | float) -> Floats | float:
        """What of a regressor (n,) the shock leaves to be learnt from.

        A coefficient that errs moves the shock's estimate too, by the weighted mean of its
        regressor: what a whole channel's prices do together is no evidence that the error is 0.
        """
        if isinstance(regressor, float):
            return regressor
        moved = sum_by(self.channel, self.weight * regressor, self.channels)[self.channel]
        return regressor - moved


def channel_shock(
    channel: Ints, units: Floats, mean: Floats, size: Floats, variance: Floats
) -> ChannelShock:
    """What the channels sold, against what was due.

    `variance` is that of each log rate: offers that are hardly known yet do not count.
    """
    groups = int(channel.max()) + 1 if len(channel) else 0
    spread = mean + mean * mean / size
    bounded = np.minimum(np.maximum(units, 0.0), mean + LARGEST_RESIDUAL * np.sqrt(spread))
    known = variance < KNOWN_VARIANCE
    spread = np.where(known, spread + mean * mean * variance, 0.0)
    sold = sum_by(channel, np.where(known, bounded, 0.0), groups)
    due = sum_by(channel, np.where(known, mean, 0.0), groups)
    offers = np.bincount(channel, weights=known, minlength=groups)
    noise = sum_by(channel, spread, groups) / np.maximum(due * due, 1e-12)
    gain = SHOCK_VARIANCE / (SHOCK_VARIANCE + noise)
    shock = gain * log((sold + 1.0) / (due + 1.0))
    shock = np.minimum(np.maximum(shock, -LARGEST_SHOCK), LARGEST_SHOCK)
    # One offer alone has no shock but its own.
    few = offers < LEAST_OFFERS
    part = np.where(few, 0.0, gain / np.maximum(due, 1e-12))[channel]
    weight = np.where(known, mean, 0.0) * part
    return ChannelShock(np.where(few, 0.0, shock)[channel], channel, groups, weight)


def missing_day(channel: Ints, units: Floats, mean: Floats) -> Flags:
    """Rows of channels that sold nothing at all where much was due, (n,)."""
    groups = int(channel.max()) + 1 if len(channel) else 0
    sold = sum_by(channel, np.maximum(units, 0.0), groups)
    due = sum_by(channel, mean, groups)
    offers = np.bincount(channel, minlength=groups)
    missing: Flags = (sold == 0.0) & (due >= MISSING_DAY_UNITS) & (offers >= LEAST_OFFERS)
    return missing[channel]
