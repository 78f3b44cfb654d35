"""How far a batch reads each of its sources."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from online_models.numerics.compiled import compiled

#: Above every offset.
NO_OFFSET = np.iinfo(np.int64).max


@compiled
def offset_ranges(
    source: NDArray[np.int32], offset: NDArray[np.int64], sources: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The lowest and the highest offset of each source, (sources,), of events (n,) whose `source`
    is an index (−1: none); NO_OFFSET and −1 where a source has no event.
    """
    low, high = np.full(sources, NO_OFFSET), np.full(sources, np.int64(-1))
    for i in range(len(source)):
        at = source[i]
        if at >= 0:
            low[at] = min(low[at], offset[i])
            high[at] = max(high[at], offset[i])
    return low, high
