"""Which expert to believe, per category and velocity: Bayes' rule on what each was worth.

An expert gains what its log probability exceeds the mixture's by, in the mean over a window's rows
that it has an opinion of: what surprises one row surprises its neighbours, so a mean over many rows
is one observation. Where it has no opinion at all, it neither gains nor loses. Rows that do differ
tell more than one: a second mixture follows the gains faster, and which of the two is believed
follows from what each was worth.

The exponential of minus a window's mean loss is concave in the weights. So where all experts have
an opinion, and nothing is forgotten or shared, T windows of one category cost the mixture at most
ln(2 experts) / T nats a row more than the best expert, whatever is sold.

References: Cesa-Bianchi and Lugosi, "Prediction, Learning, and Games", 2006, ch. 3.3, for the
bound; experts without an opinion: Freund, Schapire, Singer, Warmuth, "Using and combining
predictors that specialize", STOC 1997; several rates: van Erven and Koolen, "MetaGrad", NIPS 2016;
fixed share: Herbster and Warmuth, "Tracking the best expert", Machine Learning 32 (1998).
"""

from __future__ import annotations

import numpy as np

from online_models.numerics.arrays import Flags, Floats, Ints
from online_models.numerics.linear import row_largest, softmax
from online_models.numerics.special import exp, log, sum_by
from online_models.persistence.kinds import SAME, Array
from online_models.persistence.saved import Saved

#: What a nat counts for in each of the mixtures that are mixed.
RATES = (1.0, 4.0)
#: Memory per window, and the share that all experts always keep.
FORGETTING = 0.97
SHARE = 0.02
#: Expected units per window that bound the velocity classes.
VELOCITIES = np.array([0.3, 3.0, 30.0])
CLASSES = len(VELOCITIES) + 1
#: One row counts for or against an expert by at most this many nats.
LARGEST_GAIN = 4.0
#: A probability that is as good as none, and its logarithm.
LEAST, LEAST_LOG = 1e-304, -700.0


class Mixture:
    """Discounted gains of experts per (category row, velocity class), nats; row 0 pools all.

    Behind the experts of the start stand those that joined since, in their order.
    """

    SAVED = Saved(
        scores=Array(np.float64, None, SAME),
        joined=Array(np.float64, None, None),
        paces=Array(np.float64, None, len(RATES)),
    )

    def __init__(self, experts: int) -> None:
        self.scores: Floats = np.zeros((CLASSES, experts))
        self.joined: Floats = np.zeros((CLASSES, 0))
        #: The same of the mixtures of each rate.
        self.paces: Floats = np.zeros((CLASSES, len(RATES)))

    @property
    def experts(self) -> int:
        """How many there are."""
        return int(self.scores.shape[1] + self.joined.shape[1])

    def grow(self, categories: int) -> None:
        """Make room for category rows."""
        missing = categories * CLASSES - len(self.scores)
        if missing > 0:
            self.scores, self.joined, self.paces = (
                np.concatenate([part, np.zeros((missing, part.shape[1]))])
                for part in (self.scores, self.joined, self.paces)
            )

    def join(self) -> None:
        """Let another one join, at the worst score of the rest: it must rise."""
        worst = np.min(np.append(self.scores, self.joined, axis=1), axis=1)
        self.joined = np.append(self.joined, worst[:, None], axis=1)

    def leave(self, places: list[int]) -> None:
        """Forget some of those that joined, by their places among them."""
        self.joined = np.delete(self.joined, places, axis=1)

    def weights(self, row: Ints, mean: Floats, covered: Flags) -> Floats:
        """Weights of the experts, (n, experts), 0 where an expert has no opinion.

        `mean` are the leading expert's expected units; `covered` is (n, experts).
        """
        shares, trust = self._shares(_cells(row, mean), covered)
        return _mixed(trust, shares)

    def learn(
        self,
        row: Ints,
        mean: Floats,
        covered: Flags,
        log_scores: Floats,
        kept: float = FORGETTING,
    ) -> None:
        """Add the log scores, (n, experts), of one window; `kept` is what it leaves of the past."""
        cells = _cells(row, mean)
        shares, trust = self._shares(cells, covered)
        best = row_largest(np.where(covered, log_scores, -np.inf))
        likelihood = exp(np.where(covered, log_scores - best[:, None], LEAST_LOG))
        by_rate = np.stack([_summed(weights * likelihood) for weights in shares], axis=1)
        by_rate = np.maximum(by_rate, LEAST)
        whole = _summed(trust * by_rate)
        gains = log_scores - (best + log(whole))[:, None]
        gains = np.where(covered, np.clip(gains, -LARGEST_GAIN, LARGEST_GAIN), 0.0)
        weights = np.ascontiguousarray(_mixed(trust, shares).T)
        gains, spoken = np.ascontiguousarray(gains.T), covered.T.astype(np.float64)
        paces = log(np.ascontiguousarray((by_rate / whole[:, None]).T))
        for part in (self.scores, self.joined, self.paces):
            part *= kept
        first = self.scores.shape[1]
        for cell, least in zip(cells, (0, CLASSES), strict=True):
            rows = np.bincount(cell, minlength=len(self.scores))
            present = np.flatnonzero(rows)
            place = np.zeros(len(rows), np.int64)
            place[present] = np.arange(len(present))
            place, rows = place[cell], rows[present]
            new = present >= least  # of what has no category all is pooled
            found = _mean_gains(place, rows, spoken, gains, weights)[new]
            self.scores[present[new]] += found[:, :first]
            self.joined[present[new]] += found[:, first:]
            for k in range(len(RATES)):
                self.paces[present[new], k] += (sum_by(place, paces[k], len(rows)) / rows)[new]

    def _shares(self, cells: tuple[Ints, Ints], covered: Flags) -> tuple[list[Floats], Floats]:
        """Weights of the experts in the mixture of each rate, (n, experts), and the weights of
        these, (n, rates): of what the whole catalogue and what the category shows, half of each.
        """
        scores = np.append(self.scores, self.joined, axis=1) if self.joined.size else self.scores
        everywhere, own = cells
        score = 0.5 * (scores.take(everywhere, axis=0) + scores.take(own, axis=0))
        pace = 0.5 * (self.paces.take(everywhere, axis=0) + self.paces.take(own, axis=0))
        kept = SHARE / np.maximum(_summed(covered.astype(np.float64)), 1.0)[:, None]
        shares = [
            np.where(
                covered,
                softmax(np.where(covered, rate * score, -1e30)) * (1.0 - SHARE) + kept,
                0.0,
            )
            for rate in RATES
        ]
        return shares, softmax(pace)

    def enter(self, expert: int) -> None:
        """Give an expert that was silent the scores of the worst of the others: it must rise."""
        others = np.delete(self.scores, expert, axis=1)
        self.scores[:, expert] = np.min(others, axis=1)


def _cells(row: Ints, mean: Floats) -> tuple[Ints, Ints]:
    """Where the pool of all and the category keep the gains of each row, (n,) each."""
    velocity = np.searchsorted(VELOCITIES, mean)
    return velocity, row * CLASSES + velocity


def _summed(values: Floats) -> Floats:
    """Sum over the columns in order, (n, k) → (n,)."""
    whole = values[:, 0].copy()
    for k in range(1, values.shape[1]):
        whole += values[:, k]
    return whole


def _mixed(trust: Floats, shares: list[Floats]) -> Floats:
    """Weights of the experts in the mixture of mixtures, (n, experts)."""
    weights = trust[:, 0, None] * shares[0]
    for k in range(1, len(shares)):
        weights = weights + trust[:, k, None] * shares[k]
    return weights


def _mean_gains(place: Ints, rows: Ints, spoken: Floats, gains: Floats, weights: Floats) -> Floats:
    """Mean gains in each cell of so many `rows`, by the rows' place among the cells: (cells,
    experts). The rest is (experts, n); `spoken` is 1 where an expert has an opinion.

    A mixture's mean log is more than the mean logs of its experts make: what those with an opinion
    seem to lose by that together is given back to them, so that nobody wins by silence.
    """
    found, whole = np.zeros((len(rows), len(gains))), np.zeros(len(rows))
    said = np.stack([sum_by(place, one, len(rows)) for one in spoken], axis=1)
    for e in range(len(gains)):
        found[:, e] = sum_by(place, gains[e], len(rows)) / np.maximum(said[:, e], 1.0)
        whole += sum_by(place, weights[e], len(rows)) / rows * exp(found[:, e])
    return np.asarray(np.where(said > 0.0, found - log(whole)[:, None], 0.0))
