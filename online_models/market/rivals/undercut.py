"""The undercutter: always a little below us, down to its floor."""

from __future__ import annotations

import numpy as np

from online_models.market.arrays import Floats

#: It asks this share of our price …
UNDERCUT = 0.97
#: … between these shares of its own first price.
LIMITS = (0.75, 1.05)
#: Chance that it reviews an offer on a day.
REVIEW = 0.7


class Undercut:
    """Asks less than we do when it reviews an offer."""

    reacts = True

    def respond(
        self, own: Floats, theirs: Floats, first: Floats, rng: np.random.Generator
    ) -> Floats:
        """Below ours where reviewed, its own of today elsewhere."""
        reviewed = rng.random(len(own)) < REVIEW
        return np.where(reviewed, self.settled(own, theirs, first), theirs)

    def settled(self, own: Floats, _theirs: Floats, first: Floats) -> Floats:
        """A little below our price, within the limits."""
        return np.clip(UNDERCUT * own, LIMITS[0] * first, LIMITS[1] * first)
