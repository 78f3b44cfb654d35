"""Events that reach the stream hours or days after they happened."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import numpy as np

from online_models.market.events import Arriving, Events

#: Chance per record, and its mean delay (ms, exponential).
CHANCE = 0.02
MEAN_DELAY_MS = 8 * 3_600_000

Stream = TypeVar("Stream", bound=Arriving)


class LateEvents:
    """Delays single records; their event time stays."""

    def soil(self, events: Events, _day: int, rng: np.random.Generator) -> Events:
        """The day with its stragglers, some of which arrive on a later day."""
        return replace(
            events,
            orders=_delayed(events.orders, rng),
            clicks=_delayed(events.clicks, rng),
            quotes=_delayed(events.quotes, rng),
        )


def _delayed(rows: Stream, rng: np.random.Generator) -> Stream:
    records, place = np.unique(rows.record, return_inverse=True)
    late = rng.random(len(records)) < CHANCE
    delay = late * rng.exponential(MEAN_DELAY_MS, len(records)).astype(np.int64)
    return replace(rows, arrival=rows.arrival + delay[place]).in_order()
