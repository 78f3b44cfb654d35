"""Weekday and hour-of-day factors per category, shrunk to the catalogue's."""

from __future__ import annotations

import numpy as np

from online_models.numerics.arrays import Floats, Ints
from online_models.numerics.special import column_sums, log, power
from online_models.persistence.kinds import Array
from online_models.persistence.saved import Saved
from schemas.values.instants import DAY, HOUR

SLOTS = 7 + 24
#: 1970-01-01 was a Thursday; Monday is 0.
_EPOCH_WEEKDAY = 3
#: Expected units' worth of belief in the catalogue's factor for a category's.
_CATEGORY_WEIGHT = 1500.0
#: Days' worth of belief in 1 for the catalogue's: one day is one draw, however much it sells.
_DAYS_WEIGHT = 1.5
_COUNT_WEIGHT = 30.0


class Calendar:
    """Multiplicative factors of demand, as discounted observed and expected units per slot.

    Slots 0–6 are weekdays, for windows of half a day to one and a half; longer windows have no
    factor. Slots 7–30 are hours of the day, on top of the weekday, for shorter windows.
    """

    SAVED = Saved(
        observed=Array(np.float64, None, SLOTS),
        expected=Array(np.float64, None, SLOTS),
        times=Array(np.float64, SLOTS),
        day=Array(np.int64, 1),
    )
    DERIVED = ("log_factors",)

    def __init__(self, forgetting: float, utc_offset_ms: int) -> None:
        self.forgetting = forgetting
        self.utc_offset_ms = utc_offset_ms
        self.observed: Floats = np.zeros((1, SLOTS))
        self.expected: Floats = np.zeros((1, SLOTS))
        self.log_factors: Floats = np.zeros((1, SLOTS))
        #: Discounted number of days that each slot has been seen.
        self.times: Floats = np.zeros(SLOTS)
        self.day = np.zeros(1, np.int64)

    def include(self, rows: int) -> None:
        """Make room for category rows (row 0 is the catalogue)."""
        missing = rows - len(self.observed)
        if missing > 0:
            self.observed = np.vstack([self.observed, np.zeros((missing, SLOTS))])
            self.expected = np.vstack([self.expected, np.zeros((missing, SLOTS))])
            extra = np.repeat(self.log_factors[:1], missing, axis=0)
            self.log_factors = np.vstack([self.log_factors, extra])

    def slots(self, start: Ints, length: Ints) -> tuple[Ints, Ints]:
        """Weekday slot and hour slot per row, −1 where the window has none."""
        middle = start + length // 2 + self.utc_offset_ms
        weekday = (middle // DAY + _EPOCH_WEEKDAY) % 7
        hour = 7 + middle % DAY // HOUR
        weekday = np.where(length > DAY + DAY // 2, -1, weekday)
        return weekday, np.where(length < DAY // 2, hour, -1)

    def log_factor(self, row: Ints, start: Ints, length: Ints) -> Floats:
        """Log of the calendar's factor per window, shape (n,)."""
        weekday, hour = self.slots(start, length)
        value = np.where(weekday >= 0, self.log_factors[row, np.maximum(weekday, 0)], 0.0)
        return value + np.where(hour >= 0, self.log_factors[row, np.maximum(hour, 0)], 0.0)

    def learn(self, row: Ints, start: Ints, length: Ints, units: Floats, plain: Floats) -> None:
        """Add one window; `units` are clipped ones, `plain` the forecast without the factor."""
        today = int(start[0] + self.utc_offset_ms) // DAY
        if today > self.day[0]:
            kept = power(self.forgetting, min(today - int(self.day[0]), 365))
            self.observed *= kept
            self.expected *= kept
            self.times *= kept
            self.day[0] = today
        for slot, unit in zip(self.slots(start, length), (DAY, HOUR), strict=True):
            used = slot >= 0
            if used.any():
                first = int(np.argmax(used))
                self.times[slot[first]] += min(int(length[first]) / unit, 1.0)
                flat = row[used] * SLOTS + slot[used]
                cells = self.observed.size
                seen = np.bincount(flat, weights=units[used], minlength=cells)
                due = np.bincount(flat, weights=plain[used], minlength=cells)
                self.observed += seen.reshape(self.observed.shape)
                self.expected += due.reshape(self.expected.shape)
        self._renew()

    def restored(self) -> None:
        """Find the factors."""
        self._renew()

    def _renew(self) -> None:
        observed, expected = column_sums(self.observed), column_sums(self.expected)
        whole = power(
            (observed + _COUNT_WEIGHT) / (expected + _COUNT_WEIGHT),
            self.times / (self.times + _DAYS_WEIGHT),
        )
        factors = (self.observed + _CATEGORY_WEIGHT * whole) / (self.expected + _CATEGORY_WEIGHT)
        factors[0] = whole
        logs = log(np.minimum(np.maximum(factors, 0.05), 20.0))
        for block in (slice(0, 7), slice(7, SLOTS)):
            width = logs[:, block].shape[1]
            centre = np.add.accumulate(logs[:, block], axis=1)[:, -1:] / width
            logs[:, block] -= centre
        self.log_factors = logs
