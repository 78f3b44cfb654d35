"""What a rival must tell; each file of this folder is one way to behave."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from online_models.market.arrays import Floats


class Behaviour(Protocol):
    """How a rival sets its prices; all prices in minor units, `first` its own at the start.

    reacts: its prices depend on ours.
    """

    reacts: bool

    def respond(
        self, own: Floats, theirs: Floats, first: Floats, rng: np.random.Generator, /
    ) -> Floats:
        """The rival's prices tomorrow, shape (n,), having seen `own` today."""
        ...

    def settled(self, own: Floats, theirs: Floats, first: Floats, /) -> Floats:
        """Where its prices come to rest if `own` (shape (…, n)) stays put.

        A rival that never rests answers with its prices of today.
        """
        ...
