"""Records that lack a field they need."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

import numpy as np

from online_models.market.events import AMOUNT, NOTHING, PRICE, SKU, Arriving, Events

#: Chance per record.
CHANCE = 0.004

Stream = TypeVar("Stream", bound=Arriving)


class MissingFields:
    """Takes the SKU, the price or the amount out of single records."""

    def soil(self, events: Events, _day: int, rng: np.random.Generator) -> Events:
        """The day with broken records."""
        return replace(
            events,
            orders=_broken(events.orders, (SKU, PRICE, AMOUNT), rng),
            clicks=_broken(events.clicks, (SKU,), rng),
            quotes=_broken(events.quotes, (SKU, PRICE), rng),
        )


def _broken(rows: Stream, kinds: tuple[int, ...], rng: np.random.Generator) -> Stream:
    records, place = np.unique(rows.record, return_inverse=True)
    kind = np.array(kinds, dtype=np.int64)[rng.integers(0, len(kinds), len(records))]
    broken = rng.random(len(records)) < CHANCE
    return replace(rows, missing=np.where(broken, kind, NOTHING)[place])
