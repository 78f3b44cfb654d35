"""What a kind of dirt must do; each file of this folder is one kind."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from online_models.market.events import Events


class Corruption(Protocol):
    """Spoils the record of a day; what really happened, and its profit, stay as they were."""

    def soil(self, events: Events, day: int, rng: np.random.Generator, /) -> Events:
        """The day as the stream tells it."""
        ...
