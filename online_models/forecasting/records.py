"""Curves as records of `demand-forecasts`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from online_models.numerics.arrays import Floats
from schemas.values.instants import to_text

#: Prices of a curve, as multiples of the price in force.
AROUND = (0.85, 0.925, 1.0, 1.08, 1.17)


class ForecastHeader(NamedTuple):
    """Who forecasts, and of which windows: the first is [start, start + length), ms, and as many
    follow as `horizon` says.
    """

    model: str
    version: str
    start: int
    length: int
    horizon: int

    def of(self, sku: str, channel: str, points: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """The record of an offer."""
        return {
            "model": self.model,
            "version": self.version,
            "sku": sku,
            "channel": channel,
            "bucket_start": to_text(self.start),
            "bucket_end": to_text(self.start + self.length),
            "horizon": self.horizon,
            "points": points,
        }


def point(price: str, units: float, spread: float) -> dict[str, Any]:
    """One point of a curve; `spread` is the standard deviation of the units."""
    return {"price": price, "units": round(units, 4), "spread": round(spread, 4)}


def spread(mean: Floats, size: Floats) -> Floats:
    """Standard deviation of negative binomials, (n,)."""
    deviation: Floats = np.sqrt(mean + mean * mean / size)
    return deviation


def after_late_events(end: int, length: int, lateness: int) -> int:
    """Start of the first window that is to be forecast once the one that ended at `end` has been
    observed, which is so long after as late events are waited for, ms.

    >>> after_late_events(end=10, length=5, lateness=6)
    20
    """
    return end + -(-lateness // length) * length
