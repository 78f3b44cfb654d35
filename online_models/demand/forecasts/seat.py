"""The newest forecasts of one model, for every offer of a partition."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from online_models.demand.forecasts.curve import LocalCurve
from online_models.numerics.arrays import Flags, Floats, Ints
from online_models.numerics.columns import Columns, column
from online_models.persistence.kinds import Part
from online_models.persistence.saved import Saved

#: Forecasts of an offer that are kept: a window is judged once its late events are in, and by then
#: those of the windows after it have come.
KEPT = 4
#: A forecast counts for windows of which at most this share was over when it came.
LATEST_SHARE = 4
#: Names of versions that are remembered: a year of daily ones, and more.
MOST_VERSIONS = 1000
#: How long before its first window a forecast may set prices already, ms.
AHEAD = 7 * 86_400_000
NEVER = -1


class Slots(Columns):
    """A row per offer, with the last `KEPT` forecasts in places of their own.

    Instants in ms: the first window is [start, start + length), the last ends at `end`; prices are
    set by it before `until`; it came at `arrived`. The rest is a `LocalCurve`.
    """

    start: Ints = column(np.int64, NEVER, KEPT)
    length: Ints = column(np.int64, 1, KEPT)
    end: Ints = column(np.int64, NEVER, KEPT)
    until: Ints = column(np.int64, NEVER, KEPT)
    arrived: Ints = column(np.int64, NEVER, KEPT)
    version: Ints = column(np.int64, NEVER, KEPT)
    centre: Floats = column(np.float64, 0.0, KEPT)
    low: Floats = column(np.float64, 0.0, KEPT)
    high: Floats = column(np.float64, 0.0, KEPT)
    rate: Floats = column(np.float64, 0.0, KEPT)
    slope: Floats = column(np.float64, np.nan, KEPT)
    bend: Floats = column(np.float64, 0.0, KEPT)
    dispersion: Floats = column(np.float64, np.nan, KEPT)


class ForecastSpan(NamedTuple):
    """The time that a forecast is about, ms: see `Slots`."""

    start: int
    length: int
    end: int
    until: int


class Curves(NamedTuple):
    """Curves of n offers, (n,) each; `found` is False where there is none."""

    found: Flags
    start: Ints
    length: Ints
    version: Ints
    centre: Floats
    low: Floats
    high: Floats
    rate: Floats
    slope: Floats
    bend: Floats
    dispersion: Floats

    @property
    def responds(self) -> Flags:
        """Where the forecast says how demand answers to the price."""
        known: Flags = self.found & (self.slope == self.slope)
        return known

    def log_rate(self, log_price: Floats) -> Floats:
        """Log units a day at log prices, (n,): beyond the points the curve goes on as a line."""
        inside = self._inside(log_price)
        x = inside - self.centre
        slope = np.where(self.responds, self.slope, 0.0)
        beyond = (slope + self.bend * x) * (log_price - inside)
        return self.rate + (slope + 0.5 * self.bend * x) * x + beyond

    def elasticity(self, log_price: Floats) -> Floats:
        """The own-price elasticity at log prices, (n,); NaN where there is no response."""
        return self.slope + self.bend * (self._inside(log_price) - self.centre)

    def _inside(self, log_price: Floats) -> Floats:
        return np.minimum(np.maximum(log_price, self.low), self.high)


class ModelForecasts:
    """What one model says."""

    SAVED = Saved(slots=Part(), versions=list[str], arrived=int)

    def __init__(self) -> None:
        self.slots = Slots()
        #: Names of versions by number.
        self.versions: list[str] = []
        #: When the newest forecast came, ms.
        self.arrived = NEVER

    def put(
        self, offer: int, span: ForecastSpan, version: str, curve: LocalCurve, now: int
    ) -> None:
        """Keep a forecast, in the place of the one that came first."""
        slots = self.slots
        if offer >= slots.size:
            slots.grow(offer + 1)
        place = int(np.argmin(slots.arrived[offer]))
        values = (*span, now, self._version(version), *curve)
        for name, value in zip(slots.FIELDS, values, strict=True):
            getattr(slots, name)[offer, place] = value
        self.arrived = max(self.arrived, now)

    def in_force(self, offer: Ints, now: Ints) -> Curves:
        """The newest forecasts that may set prices at `now`, ms, (n,)."""
        kept, known = self._kept(offer)
        until, start = self.slots.until[kept], self.slots.start[kept]
        valid = (until > now[:, None]) & (start - AHEAD <= now[:, None])
        return self._newest(kept, valid & known[:, None])

    def said_of(self, offer: Ints, start: Ints, end: Ints) -> Curves:
        """The newest that came in time for the windows [start, end), ms, (n,)."""
        kept, known = self._kept(offer)
        slots, latest = self.slots, start + (end - start) // LATEST_SHARE
        about = (slots.start[kept] <= start[:, None]) & (slots.end[kept] >= end[:, None])
        about &= slots.length[kept] == (end - start)[:, None]
        about &= slots.arrived[kept] <= latest[:, None]
        return self._newest(kept, about & known[:, None])

    def _kept(self, offer: Ints) -> tuple[Ints, Flags]:
        """Rows of the slots, and where there are any."""
        if not self.slots.size:
            self.slots.grow(1)
        known = offer < self.slots.size
        return np.where(known, offer, 0), known

    def _newest(self, kept: Ints, valid: Flags) -> Curves:
        arrived = np.where(valid, self.slots.arrived[kept], NEVER)
        # of several that came at once, that of the latest windows
        at_last = arrived == np.max(arrived, axis=1)[:, None]
        place = np.argmax(np.where(at_last, self.slots.start[kept], NEVER - 1), axis=1)
        found = arrived[np.arange(len(kept)), place] > NEVER
        columns = [getattr(self.slots, name)[kept, place] for name in Curves._fields[1:]]
        return Curves(found, *columns)

    def _version(self, name: str) -> int:
        """The number of a version; beyond the most that are remembered, the last one's."""
        if name in self.versions:
            return self.versions.index(name)
        if len(self.versions) >= MOST_VERSIONS:
            self.versions[-1] = name
        else:
            self.versions.append(name)
        return len(self.versions) - 1
