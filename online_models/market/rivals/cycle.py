"""The cycler: falls day by day, then jumps back to the top (Edgeworth's cycle)."""

from __future__ import annotations

import numpy as np

from online_models.market.arrays import Floats

#: Daily fall; the floor at which it gives up; the top to which it returns (shares of its first).
FALL = 0.985
FLOOR = 0.82
TOP = 1.06
#: The fall of a day varies by this spread (log).
JITTER = 0.005


class Cycle:
    """Its prices move whatever we do."""

    reacts = False

    def respond(
        self, own: Floats, theirs: Floats, first: Floats, rng: np.random.Generator
    ) -> Floats:
        """Fallen, or back at the top."""
        fallen = theirs * FALL * np.exp(rng.normal(0.0, JITTER, len(own)))
        return np.where(fallen < FLOOR * first, TOP * first, fallen)

    def settled(self, own: Floats, theirs: Floats, _first: Floats) -> Floats:
        """It never rests: its prices of today."""
        return np.broadcast_to(theirs, own.shape)
