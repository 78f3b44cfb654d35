"""The matcher: charges what we charge, within its own limits."""

from __future__ import annotations

import numpy as np

from online_models.market.arrays import Floats

#: It follows between these shares of its own first price.
LIMITS = (0.8, 1.08)
#: Chance that it reviews an offer on a day.
REVIEW = 0.5


class Match:
    """Follows our price when it reviews an offer."""

    reacts = True

    def respond(
        self, own: Floats, theirs: Floats, first: Floats, rng: np.random.Generator
    ) -> Floats:
        """Ours where reviewed, its own of today elsewhere."""
        reviewed = rng.random(len(own)) < REVIEW
        return np.where(reviewed, self.settled(own, theirs, first), theirs)

    def settled(self, own: Floats, _theirs: Floats, first: Floats) -> Floats:
        """Our price within the limits."""
        return np.clip(own, LIMITS[0] * first, LIMITS[1] * first)
