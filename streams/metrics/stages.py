"""Where events wait on their way to a price: a histogram for each stage of the way, in its order.

One that is long tells where to look: at who sends (`READ`), at the processor (`INGEST`, and the
fold), at the broker (`JOURNAL`, `TRANSACTION`), or at what is done at a time (`WAIT`, `GATHER`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from streams.metrics.instruments import STAGE

READ = STAGE.labels("read")
INGEST = STAGE.labels("ingest")
JOURNAL = STAGE.labels("journal")
WAIT = STAGE.labels("wait")
GATHER = STAGE.labels("gather")
TRANSACTION = STAGE.labels("transaction")


def taken(fetched: Mapping[Any, Sequence[Any]], read_at: int, seconds: float) -> None:
    """What was read at a time, ms, has been handed to the journal's producer after `seconds`."""
    if fetched:
        oldest = min(records[0].timestamp for records in fetched.values())
        READ.observe(max(read_at - oldest, 0) / 1000)
        INGEST.observe(seconds)
