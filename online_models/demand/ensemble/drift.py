"""Drift: of one offer by a cumulative sum, of a whole category by River's detectors.

An offer raises an alarm where the two-sided cumulative sum of its standardised residuals grows too
large. Where Page and Hinkley's test says that a category's mean residual has left its forecasts,
its levels and elasticities are doubted and so learnt anew sooner; it is made of sums and
comparisons alone, so every machine sees it alike. ADWIN looks at windows of any length and warns;
it uses logarithms, and changes nothing.

References: Page, "Continuous inspection schemes", Biometrika 41 (1954); Siegmund's approximation
of the average run length, as in Montgomery, "Statistical Quality Control", ch. 9; Hinkley,
Biometrika 58 (1971); Bifet and Gavaldà, "Learning from time-changing data with adaptive windowing",
SDM 2007.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from online_models.demand.river import state as river_state
from online_models.demand.river.lean_import import river_module
from online_models.numerics.arrays import Flags, Floats, Ints
from online_models.numerics.special import log, sum_by
from online_models.persistence.kinds import Coded
from online_models.persistence.saved import Saved, attribute

if TYPE_CHECKING:
    from river.drift import ADWIN, PageHinkley
else:
    ADWIN = river_module("drift", "adwin").ADWIN
    PageHinkley = river_module("drift", "page_hinkley").PageHinkley


#: Half the shift, in standard deviations, that is to be found soonest.
REFERENCE = 0.5
#: A single window adds at most this to a sum.
LARGEST_SCORE = 3.0
#: Page–Hinkley in standard deviations of the category's residual: half the shift that is to be
#: found soonest, and the height; a false alarm in some ten thousand windows.
HALF_SHIFT, HEIGHT = 0.5, 8.0
#: ADWIN's confidence, for about as few.
CONFIDENCE = 0.001
#: Variance of a category's residual before any, worth one window: its own soon tells. Of its many
#: offers the mean scatters far less, and a shift by half looks small beside 1.
FIRST_VARIANCE = 1.0
#: Memory of that variance, once there is more to remember.
MEMORY = 0.98


def threshold(days_between_false_alarms: float) -> float:
    """Height h with two-sided average run length (e^b − b − 1), b = h + 1.166.

    >>> round(threshold(465.0), 1)
    5.0
    """
    target = 2.0 * days_between_false_alarms
    b = 1.0
    for _ in range(60):
        b = float(log(2.0 * REFERENCE * REFERENCE * target + b + 1.0))
    return b / (2.0 * REFERENCE) - 1.166


def residual_score(units: Floats, mean: Floats, size: Floats) -> Floats:
    """Residual in standard deviations of the forecast, bounded, (n,)."""
    score = (units - mean) / np.sqrt(mean + mean * mean / size)
    return np.minimum(np.maximum(score, -LARGEST_SCORE), LARGEST_SCORE)


def accumulate(
    up: Floats, down: Floats, score: Floats, height: float
) -> tuple[Floats, Floats, Flags]:
    """New sums and alarms of each row; a sum that raised the alarm starts again at 0."""
    up = np.maximum(up + score - REFERENCE, 0.0)
    down = np.maximum(down - score - REFERENCE, 0.0)
    alarm = (up > height) | (down > height)
    return np.where(alarm, 0.0, up), np.where(alarm, 0.0, down), alarm


class CategoryAlarm(NamedTuple):
    """A detector's alarm for a category row (0: offers without a category)."""

    row: int
    detector: str


class DriftWatch:
    """Detectors per category row, and alarms since they were last asked for."""

    SAVED = Saved(
        graph=attribute("_graph", Coded(river_state.encode, river_state.decode)),
    )
    #: All in the graph.
    DERIVED = ("_detectors", "_variance", "_windows", "_alarms")

    def __init__(self) -> None:
        self._detectors: dict[int, tuple[PageHinkley, ADWIN]] = {}
        self._variance: dict[int, float] = {}
        self._windows: dict[int, int] = {}
        self._alarms: list[CategoryAlarm] = []

    @property
    def _graph(self) -> list[Any]:
        """All of it as one graph of objects."""
        alarms = [tuple(alarm) for alarm in self._alarms]
        return [self._detectors, self._variance, self._windows, alarms]

    @_graph.setter
    def _graph(self, graph: list[Any]) -> None:
        self._detectors, self._variance, self._windows, alarms = graph
        self._alarms = [CategoryAlarm(*alarm) for alarm in alarms]

    def update(self, row: Ints, score: Floats, judged: Flags) -> Ints:
        """Take one window's standardised residuals; returns the category rows that drift."""
        rows = row[judged]
        if not len(rows):
            return np.zeros(0, np.int64)
        size = int(rows.max()) + 1
        number = np.bincount(rows, minlength=size)
        total = sum_by(rows, score[judged], size)
        drifting = []
        for at in np.flatnonzero(number).tolist():
            mean = float(total[at] / number[at])
            scaled = mean / float(np.sqrt(max(self._scatter(at, mean), 1e-4)))
            scaled = min(max(scaled, -LARGEST_SCORE), LARGEST_SCORE)
            if self._alarm(at, scaled):
                drifting.append(at)
        return np.array(drifting, np.int64)

    def _scatter(self, row: int, mean: float) -> float:
        """Variance of a category's residuals before this one, which then counts."""
        variance, windows = self._variance.get(row, FIRST_VARIANCE), self._windows.get(row, 1)
        share = max(1.0 - MEMORY, 1.0 / (windows + 1))
        self._variance[row] = variance + share * (mean * mean - variance)
        self._windows[row] = windows + 1
        return variance

    def _alarm(self, row: int, scaled: float) -> bool:
        found = self._detectors.get(row)
        if found is None:
            test = PageHinkley(delta=HALF_SHIFT, threshold=HEIGHT, alpha=1.0)
            found = self._detectors[row] = test, ADWIN(delta=CONFIDENCE, clock=4)
        for detector in found:
            detector.update(scaled)
            if detector.drift_detected:
                self._alarms.append(CategoryAlarm(row, type(detector).__name__))
        return bool(found[0].drift_detected)

    def drain(self) -> list[CategoryAlarm]:
        """The alarms since the last call."""
        alarms, self._alarms = self._alarms, []
        return alarms
