"""The sleeper: hardly ever touches its prices."""

from __future__ import annotations

import numpy as np

from online_models.market.arrays import Floats

#: Chance a day that it wakes for an offer, and the spread (log) of its new price.
WAKES = 0.01
SPREAD = 0.08


class Sleep:
    """Keeps its prices, and now and then sets a new one about its first."""

    reacts = False

    def respond(
        self, own: Floats, theirs: Floats, first: Floats, rng: np.random.Generator
    ) -> Floats:
        """Today's, but for the few that it reconsiders."""
        awake = rng.random(len(own)) < WAKES
        return np.where(awake, first * np.exp(rng.normal(0.0, SPREAD, len(own))), theirs)

    def settled(self, own: Floats, theirs: Floats, _first: Floats) -> Floats:
        """Its prices of today."""
        return np.broadcast_to(theirs, own.shape)
