"""A round of decisions: prices in, outputs out, and what is shown from now on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from online_models.fold.batch import Batch
from online_models.fold.listing import show
from online_models.fold.state import State
from online_models.outputs import Output
from online_models.pricing.pricing import Causes

Ints = NDArray[np.int64]
#: An output with the place of the event that led to it.
Placed = tuple[int, Output]


def decide(
    state: State, batch: Batch, rows: Ints, now: Ints, places: Ints, timed: bool = False
) -> list[Placed]:
    """Decide the prices of distinct offers at `now`, each caused by the event at its place.

    `timed`: nothing but time has passed.
    """
    if state.settings.observe_only:
        show(state, rows, now)
        return []
    causes = Causes(
        [source.topic for source in batch.sources],
        batch.source[places].astype(np.int64),
        np.array([s.partition for s in batch.sources] or [0], dtype=np.int64)[batch.source[places]],
        batch.offset[places],
        np.full(len(rows), timed),
    )
    decided = state.pricing.decide(rows, now, causes)
    show(state, rows, now)
    at = places.tolist()
    return [(at[i], output) for i, output in decided]
