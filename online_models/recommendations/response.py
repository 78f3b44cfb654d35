"""What showing an offer adds to the probability that it is taken, learnt from what was and was not
shown.

Of candidates alike, some are shown and some are not: the people held out are shown none, and each
place shows its second choice now and then. So the difference between the two is the effect of
showing, whatever the estimate of what would be bought anyway is worth. It is counted over that
estimate, as two curves on a grid of its logarithm (linear splines, so that a candidate counts at
the two points that it lies between), and over single offers, each shrunk to the curves.

References: Radcliffe and Surry, "Real-world uplift modelling with significance-based uplift trees",
2011, for why the effect and not the probability is what pays; Casella, "An introduction to
empirical Bayes data analysis", 1985, for the shrinkage.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from online_models.numerics.elementary import log_one
from online_models.persistence.kinds import Array
from online_models.persistence.saved import Saved, attribute

#: What led to a recommendation: an order, or something put into a basket.
ORDER, BASKET = 0, 1
#: Grid of the probability that an offer is taken anyway: 2⁻¹¹, 2⁻¹⁰, … 1.
POINTS = 12
_LOG_2 = log_one(2.0)
#: Candidates that a point's own counts must outweigh; for each of a point's prior, showing raises
#: the odds by half.
_PRIOR = 30.0
_PRIOR_ODDS = 1.5
#: Additional takers that an offer's own response must outweigh, candidates that its own level must,
#: and how far above the usual a response may be believed to be.
_SHRUNK, _SHRUNK_LEVEL, _MOST = 2.0, 50.0, 4.0
#: Offers of which the response is remembered.
MOST_OFFERS = 50_000


class OfferResponse(NamedTuple):
    """Of an offer: how often it was shown, how many more took it then than is usual where it is not
    shown, how many more are usual where it is; how often it was not, and how many more took it.
    """

    shown: float = 0.0
    excess: float = 0.0
    usual: float = 0.0
    withheld: float = 0.0
    level: float = 0.0


class Response:
    """The two curves of each kind of recommendation, and the offers."""

    SAVED = Saved(
        number=Array(np.float64, 2, 2, POINTS),
        taken=Array(np.float64, 2, 2, POINTS),
        offers=attribute("_offers", dict[int, OfferResponse]),
    )

    def __init__(self) -> None:
        #: Candidates and takers by (kind, shown or not, point).
        self.number: NDArray[np.float64] = np.zeros((2, 2, POINTS))
        self.taken: NDArray[np.float64] = np.zeros((2, 2, POINTS))
        self._offers: dict[int, OfferResponse] = {}

    def probability(self, kind: int, anyway: float, shown: bool) -> float:
        """That a candidate is taken, which the baskets give `anyway`."""
        low, share = _place(anyway)
        found = (1.0 - share) * self._at(kind, shown, low)
        return found + share * self._at(kind, shown, low + 1) if share > 0.0 else found

    def expected(self, kind: int, item: int, anyway: float) -> tuple[float, float]:
        """(probability that the offer is taken where it is shown, and where it is not)."""
        without = self.probability(kind, anyway, False)
        usual = max(self.probability(kind, anyway, True) - without, 0.0)
        own = self._offers.get(item)
        if own is None:
            return min(without + usual, 1.0), without
        level = own.level / (own.withheld + _SHRUNK_LEVEL)
        excess = own.excess - own.shown * level
        factor = min(max((excess + _SHRUNK) / (own.usual + _SHRUNK), 0.0), _MOST)
        return min(without + factor * usual, 1.0), without

    def learn(self, kind: int, item: int, anyway: float, shown: bool, taken: bool) -> None:
        """What became of a candidate."""
        without = self.probability(kind, anyway, False)
        more = float(taken) - without
        own = self._offers.pop(item, OfferResponse())
        if shown:
            usual = max(self.probability(kind, anyway, True) - without, 0.0)
            own = own._replace(
                shown=own.shown + 1.0, excess=own.excess + more, usual=own.usual + usual
            )
        else:
            own = own._replace(withheld=own.withheld + 1.0, level=own.level + more)
        self._offers[item] = own
        if len(self._offers) > MOST_OFFERS:
            del self._offers[next(iter(self._offers))]
        low, share = _place(anyway)
        for point, weight in ((low, 1.0 - share), (low + 1, share)):
            if weight > 0.0:
                self.number[kind, int(shown), point] += weight
                self.taken[kind, int(shown), point] += weight * float(taken)

    def _at(self, kind: int, shown: bool, point: int) -> float:
        prior = 2.0 ** (point - POINTS + 1)
        prior = min(prior, 0.9)
        if shown:
            prior = _PRIOR_ODDS * prior / (1.0 + (_PRIOR_ODDS - 1.0) * prior)
        number = float(self.number[kind, int(shown), point])
        taken = float(self.taken[kind, int(shown), point])
        return (taken + _PRIOR * prior) / (number + _PRIOR)


def _place(anyway: float) -> tuple[int, float]:
    """The point of the grid at or below a probability, and how far it is to the next."""
    if anyway <= 2.0 ** (1 - POINTS):
        return 0, 0.0
    at = log_one(min(anyway, 1.0)) / _LOG_2 + (POINTS - 1)
    low = min(int(at), POINTS - 1)
    return low, 0.0 if low == POINTS - 1 else at - low
