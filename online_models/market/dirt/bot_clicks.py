"""Bots: bursts of views that buy nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from online_models.market.events import Events

#: Chance per view record, and by what it is multiplied.
CHANCE = 0.003
FACTORS = (30, 300)


class BotClicks:
    """Multiplies single view counts."""

    def soil(self, events: Events, _day: int, rng: np.random.Generator) -> Events:
        """The day with bursts of views."""
        clicks = events.clicks
        hit = rng.random(len(clicks)) < CHANCE
        factor = rng.integers(FACTORS[0], FACTORS[1], len(clicks))
        return replace(
            events, clicks=replace(clicks, count=np.where(hit, clicks.count * factor, clicks.count))
        )
