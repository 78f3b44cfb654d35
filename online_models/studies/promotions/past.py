"""What was sold on every day, as a table: what earlier promotions are read from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from online_models.demand.inputs.observations import DAY, Observations
from online_models.numerics.arrays import Flags, Floats
from online_models.numerics.special import log

#: A smaller discount is none that anybody stocks up for.
LEAST_DEPTH = 0.02
#: A deeper one gives the goods away; its logarithm is no measure of anything.
LARGEST_DEPTH = 0.9


@dataclass(frozen=True)
class PastSales:
    """Days × offers, each (offers, days); `first` is the first day, counted from the epoch.

    `units` sold, `stocked` the share of the day in stock (0 where nothing is known), `depth` the
    share that promotions took off, `regular` the price without them, minor units, as last seen (NaN
    before it was first seen).
    """

    first: int
    units: Floats
    stocked: Floats
    depth: Floats
    regular: Floats

    @property
    def promoted(self) -> Flags:
        """Where a discount ran."""
        ran: Flags = self.depth >= LEAST_DEPTH
        return ran

    @property
    def step(self) -> Floats:
        """How far promotions took the log price down, 0 without one."""
        depth = np.minimum(self.depth, LARGEST_DEPTH)
        return np.where(self.promoted, -log(1.0 - depth), 0.0)

    @property
    def deepest(self) -> float:
        """The deepest discount that was ever tried, 0 without one."""
        return float(self.depth.max(initial=0.0))

    @classmethod
    def of(cls, parts: Sequence[Observations], offers: int, utc_offset: int) -> PastSales:
        """The table of closed buckets in order of time; a day is one of the shop's time zone."""
        starts = [(part.start + utc_offset) // DAY for part in parts]
        known = [day for day in starts if len(day)]
        first = min((int(day.min()) for day in known), default=0)
        days = max((int(day.max()) for day in known), default=first - 1) - first + 1
        units, stocked, depth = (np.zeros((offers, days)) for _ in range(3))
        regular = np.full((offers, days), np.nan)
        for part, day in zip(parts, starts, strict=True):
            at = part.offer, day - first
            np.add.at(units, at, np.maximum(part.units, 0.0))
            np.add.at(stocked, at, part.days)
            np.maximum.at(depth, at, part.promotion)
            usual = (part.promotion < LEAST_DEPTH) & (part.price > 0.0)
            regular[part.offer[usual], (day - first)[usual]] = part.price[usual]
        for later in range(1, days):
            unseen = np.isnan(regular[:, later])
            regular[unseen, later] = regular[unseen, later - 1]
        return cls(first, units, np.minimum(stocked, 1.0), depth, regular)
