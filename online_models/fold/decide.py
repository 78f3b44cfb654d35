"""Prices are decided, and what is shown from now on is noted."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from online_models.fold.shown import update_signals
from online_models.fold.state import State
from online_models.journal.batch import Batch
from online_models.journal.outputs import Output
from online_models.pricing import decide as pricer
from online_models.pricing.state.causes import Causes

Ints = NDArray[np.int64]
#: An output with the place of the event that led to it.
Placed = tuple[int, Output]


def decide(
    state: State, batch: Batch, rows: Ints, now: Ints, places: Ints, causes: Causes | None = None
) -> list[Placed]:
    """Decide the prices of distinct offers at `now`, each at its place among the events, and where
    nothing else is said caused by the event there.
    """
    placed: list[Placed] = []
    if not state.settings.observe_only:
        at = places.tolist()
        decided = pricer.decide(state.pricing, rows, now, causes or caused(batch, places))
        placed = [(at[i], output) for i, output in decided]
    update_signals(state, rows, now)
    return placed


def caused(batch: Batch, places: Ints, timed: bool = False) -> Causes:
    """The events at these places as causes; `timed`: nothing but time has passed."""
    source = batch.source[places]
    partitions = np.array([source.partition for source in batch.sources] or [0], dtype=np.int64)
    return Causes(
        [source.topic_name for source in batch.sources],
        source.astype(np.int64),
        partitions[source],
        batch.offset[places],
        (np.ones if timed else np.zeros)(len(places), dtype=np.bool_),
    )
