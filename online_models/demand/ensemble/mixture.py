"""Which expert to believe, per category and velocity: exponentiated gradient on the log score.

References: Cesa-Bianchi and Lugosi, "Prediction, Learning, and Games", 2006, ch. 2 and 5;
fixed share: Herbster and Warmuth, "Tracking the best expert", Machine Learning 32 (1998).
"""

from __future__ import annotations

import numpy as np

from online_models.numerics.arrays import Flags, Floats, Ints
from online_models.numerics.linear import row_largest, softmax
from online_models.persistence.kinds import SAME, Array
from online_models.persistence.saved import Saved

#: Step per window's nats, memory per window, and the share every expert always keeps.
LEARNING_RATE = 0.02
FORGETTING = 0.97
SHARE = 0.02
#: Expected units per window that bound the velocity classes.
VELOCITIES = np.array([0.3, 3.0, 30.0])
CLASSES = len(VELOCITIES) + 1
#: One window counts against an expert by at most this many nats.
LARGEST_LOSS = 4.0


class Mixture:
    """Discounted log scores of experts per (category row, velocity class); row 0 pools all.

    Behind the experts of the start stand those that joined since, in their order.
    """

    SAVED = Saved(scores=Array(np.float64, None, SAME), joined=Array(np.float64, None, None))

    def __init__(self, experts: int) -> None:
        self.scores: Floats = np.zeros((CLASSES, experts))
        self.joined: Floats = np.zeros((CLASSES, 0))

    @property
    def experts(self) -> int:
        """How many there are."""
        return int(self.scores.shape[1] + self.joined.shape[1])

    def grow(self, categories: int) -> None:
        """Make room for category rows."""
        missing = categories * CLASSES - len(self.scores)
        if missing > 0:
            self.scores, self.joined = (
                np.concatenate([part, np.zeros((missing, part.shape[1]))])
                for part in (self.scores, self.joined)
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
        velocity = np.searchsorted(VELOCITIES, mean)
        scores = np.append(self.scores, self.joined, axis=1) if self.joined.size else self.scores
        score = scores.take(velocity, axis=0)
        own = scores.take(row * CLASSES + velocity, axis=0)
        score += np.where((row > 0)[:, None], own, 0.0)
        score = np.where(covered, LEARNING_RATE * score, -1e30)
        share = np.where(covered, SHARE, 0.0)
        opinions = covered[:, 0].astype(np.float64)
        for e in range(1, self.experts):
            opinions += covered[:, e]
        weight = softmax(score) * (1.0 - SHARE) + share / np.maximum(opinions, 1.0)[:, None]
        return np.where(covered, weight, 0.0)

    def learn(
        self,
        row: Ints,
        mean: Floats,
        covered: Flags,
        log_scores: Floats,
        kept: float = FORGETTING,
    ) -> None:
        """Add the log scores, (n, experts), of one window; `kept` is what it leaves of the past."""
        best = row_largest(np.where(covered, log_scores, -np.inf))
        loss = np.where(covered, np.maximum(log_scores - best[:, None], -LARGEST_LOSS), 0.0)
        velocity = np.searchsorted(VELOCITIES, mean)
        self.scores *= kept
        self.joined *= kept
        groups, first = len(self.scores), self.scores.shape[1]
        for e in range(self.experts):
            scores, column = (self.scores, e) if e < first else (self.joined, e - first)
            scores[:CLASSES, column] += np.bincount(velocity, loss[:, e], CLASSES)
            own = np.bincount(row * CLASSES + velocity, loss[:, e], groups)
            scores[CLASSES:, column] += own[CLASSES:]

    def enter(self, expert: int) -> None:
        """Give an expert that was silent the scores of the worst of the others: it must rise."""
        others = np.delete(self.scores, expert, axis=1)
        self.scores[:, expert] = np.min(others, axis=1)
