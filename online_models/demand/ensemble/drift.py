"""Drift alarms per offer: a two-sided cumulative sum of the standardised residual.

References: Page, "Continuous inspection schemes", Biometrika 41 (1954); Siegmund's approximation
of the average run length, as in Montgomery, "Statistical Quality Control", ch. 9.
"""

from __future__ import annotations

import numpy as np

from online_models.numerics.arrays import Flags, Floats
from online_models.numerics.special import log

#: Half the shift, in standard deviations, that is to be found soonest.
REFERENCE = 0.5
#: A single window adds at most this to the sum.
LARGEST_SCORE = 3.0


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
