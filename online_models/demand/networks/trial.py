"""Whether one forecast is better than another, tested anew at every window.

A gambler bets at even odds that the next mean difference of log scores is positive. If it were not
positive on average, the capital would not grow on average, whenever one looks: the test may be
read after every bucket. A bet that has lost almost all starts over with a small stake, so that a
model that was bad once can still prove itself; a wrong verdict then comes at most once in
ENOUGH / LEAST = 400 windows on average.

References: Waudby-Smith, Ramdas, "Estimating means of bounded random variables by betting", JRSS B
86 (2024); Shin, Ramdas, Rinaldo, "E-detectors: a nonparametric framework for sequential change
detection", 2022.
"""

from __future__ import annotations

import numpy as np

from online_models.numerics.arrays import Floats

#: Differences of mean log scores beyond this (nats a bucket) count as this much: one wild day
#: decides nothing.
BOUND = 0.1
#: Shares of the capital that the bets risk at BOUND; the capital is spread over them equally.
STAKES = (0.05, 0.1, 0.2, 0.4, 0.8)
#: Capital that ends the trial, and the capital with which a lost bet starts over.
ENOUGH = 20.0
LEAST = 0.05


class SequentialTest:
    """A running bet, one difference a window.

    >>> trial = SequentialTest()
    >>> for _ in range(60):
    ...     trial.see(0.03)
    >>> trial.won
    True
    """

    def __init__(self, capital: Floats | None = None) -> None:
        self.capital = np.ones(len(STAKES)) if capital is None else np.array(capital, np.float64)

    def see(self, difference: float) -> None:
        """Bet on one window's difference (nats a bucket); one that is not finite is no window."""
        if difference - difference != 0.0:
            return
        outcome = min(max(difference, -BOUND), BOUND) / BOUND
        self.capital = np.maximum(self.capital * (1.0 + np.array(STAKES) * outcome), LEAST)

    @property
    def wealth(self) -> float:
        """The capital, a multiple of the start."""
        total = 0.0
        for part in self.capital.tolist():
            total += part
        return total / len(STAKES)

    @property
    def won(self) -> bool:
        """Whether the first forecast is better."""
        return self.wealth >= ENOUGH
