"""How fast levels drift, measured by whether forecast errors repeat their sign."""

from __future__ import annotations

import numpy as np

from online_models.demand.filter.state import FilterState
from online_models.demand.inputs.observations import DAY, WindowRows
from online_models.numerics.arrays import Flags, Floats
from online_models.numerics.special import exp, log, total
from online_models.persistence.kinds import Array
from online_models.persistence.saved import Saved, attribute

#: Weight of the latest standardised error in an offer's mean of its errors.
LATEST = 0.3
#: Standard deviations per square root of a day between which the drift may lie.
SLOWEST, FASTEST = 0.008, 0.15
_LOWEST, _HIGHEST = float(log(SLOWEST * SLOWEST)), float(log(FASTEST * FASTEST))
#: A step of log variance per unit of the errors' regression on their past: so many at the start,
#: falling like 1 / windows over so many windows to the last, which follows changes for ever.
FIRST_STEP, WINDOWS, LAST_STEP = 1.0, 10.0, 0.1
#: Standardised errors beyond count as this many.
LARGEST_ERROR = 3.0
#: Squared past errors' worth of belief that the drift is right as it is.
BELIEF = 4.0
#: Days from which on windows together count as a day.
WHOLE_DAY = 0.999


class LevelDrift:
    """One rate for all offers of a partition.

    A filter whose levels are too stiff errs on the same side again and again; one whose levels are
    too loose follows noise, and errs on the other side the next time. So the errors' regression on
    a mean of their past is 0 where the drift is right, whatever the size of the noise
    (Mehra, "On the identification of variances and adaptive Kalman filtering", IEEE TAC 15, 1970).
    """

    SAVED = Saved(
        log_variance=Array(np.float64, 1), periods=attribute("windows", Array(np.float64, 1))
    )

    def __init__(self, deviation: float) -> None:
        self.log_variance = np.array([float(log(deviation * deviation))])
        self.windows = np.zeros(1)

    @property
    def variance(self) -> float:
        """Variance that a day adds to a log level."""
        return float(exp(self.log_variance)[0])

    def follow(
        self,
        state: FilterState,
        window: WindowRows,
        error: Floats,
        spread: Floats,
        known: Flags,
    ) -> None:
        """Learn from a window's errors, their variances `spread` and whether each log rate is
        `known`, (n,).

        The errors of a day's hours follow its course, whatever the level: those of shorter windows
        are summed until they are a day's.
        """
        offer = window.seen.offer
        length = int(window.seen.end[0] - window.seen.start[0])
        if length < DAY:
            days = np.full(len(offer), length / DAY)
            sums = state.since[offer] + np.stack([error, spread, days], axis=1)
            sums[~known] = 0.0
            known = sums[:, 2] >= WHOLE_DAY
            state.since[offer] = np.where(known[:, None], 0.0, sums)
            error, spread = sums[:, 0], sums[:, 1]
        rows = offer[known]
        if not len(rows):
            return
        past = state.lasting_error[rows]
        state.lasting_error[rows] = self.learn(past, error[known] / np.sqrt(spread[known]))

    def learn(self, past: Floats, error: Floats) -> Floats:
        """Learn from standardised errors after means of their past, (n,); returns the new means."""
        error = np.minimum(np.maximum(error, -LARGEST_ERROR), LARGEST_ERROR)
        both, square = total(past * error), total(past * past)
        step = max(FIRST_STEP / (1.0 + self.windows[0] / WINDOWS), LAST_STEP)
        moved = self.log_variance[0] + step * both / (square + BELIEF)
        self.log_variance[0] = min(max(moved, _LOWEST), _HIGHEST)
        self.windows[0] += 1.0
        return past + LATEST * (error - past)
