"""How sensitive to prices a customer is, beside all others; customers alike are a cluster.

Purchases say it in two ways. Of what a customer buys without an offer of his own, some is bought
while the public price is low: more than usual, or less. And of what he is offered, he takes more or
less than others would. Both are units beside the units that were to be expected of anybody, at low
prices and at usual ones; the ratio of the two is how much a low price moves him. It is shrunk
towards everybody's as long as little is known (Casella, "An introduction to empirical Bayes data
analysis", The American Statistician 39, 1985).
"""

from __future__ import annotations

from bisect import bisect_right
from typing import NamedTuple

#: Units that what is known of a customer must outweigh.
SHRUNK = 2.0
#: Ratios at which the next cluster begins; the first are least sensitive.
EDGES = (0.5, 0.8, 1.25, 2.0)
CLUSTERS = len(EDGES) + 1
#: What a purchase still weighs after the next review of its customer.
KEPT = 0.99


class Sensitivity(NamedTuple):
    """Units bought at low prices and at usual ones, and how many of each are usual."""

    low: float = 0.0
    low_usual: float = 0.0
    plain: float = 0.0
    plain_usual: float = 0.0

    def bought(self, units: float, low: bool, share_low: float) -> Sensitivity:
        """Units at a public price; of everybody's so many are at low ones (a share)."""
        return Sensitivity(
            self.low + (units if low else 0.0),
            self.low_usual + units * share_low,
            self.plain + (0.0 if low else units),
            self.plain_usual + units * (1.0 - share_low),
        )

    def answered(self, units: float, usual: float, low: bool) -> Sensitivity:
        """Units bought while something was offered (`low`) or was not, and what others buy then."""
        if low:
            return self._replace(low=self.low + units, low_usual=self.low_usual + usual)
        return self._replace(plain=self.plain + units, plain_usual=self.plain_usual + usual)

    def faded(self) -> Sensitivity:
        """The same, a review later."""
        return Sensitivity(*(KEPT * each for each in self))

    @property
    def ratio(self) -> float:
        """How much a low price moves the customer, 1 as it moves everybody.

        >>> Sensitivity().bought(10.0, True, 0.25).ratio > 4.0
        True
        """
        low = (self.low + SHRUNK) / (self.low_usual + SHRUNK)
        return low * (self.plain_usual + SHRUNK) / (self.plain + SHRUNK)

    @property
    def cluster(self) -> int:
        """Of the clusters, 0 is least sensitive.

        >>> Sensitivity().cluster
        2
        """
        return bisect_right(EDGES, self.ratio)
