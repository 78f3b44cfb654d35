"""The same event twice, with the same identity."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import numpy as np

from online_models.market.events import Arriving, Events

#: Chance per record, and the longest time until its repetition (ms).
CHANCE = 0.01
LONGEST_MS = 3_600_000

Stream = TypeVar("Stream", bound=Arriving)


class Duplicates:
    """Repeats single records a little later."""

    def soil(self, events: Events, _day: int, rng: np.random.Generator) -> Events:
        """The day with repetitions."""
        return replace(
            events,
            orders=_repeated(events.orders, rng),
            clicks=_repeated(events.clicks, rng),
            quotes=_repeated(events.quotes, rng),
        )


def _repeated(rows: Stream, rng: np.random.Generator) -> Stream:
    records, place = np.unique(rows.record, return_inverse=True)
    repeated = (rng.random(len(records)) < CHANCE)[place]
    delay = rng.integers(1, LONGEST_MS, len(records))[place]
    twins = replace(rows, arrival=rows.arrival + delay).take(repeated)
    return rows.joined([rows, twins]).in_order()
