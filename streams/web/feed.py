"""From the output topics to the board: their latest past at the start, and then as they come."""

from __future__ import annotations

from streams.configuration.settings import Settings
from streams.recording.observing import observing
from streams.web.board import Board

#: Records per partition that are read back at the start; None for all. Of changes, which are
#: compacted, there is one per offer and then some.
BACK = {
    "price-changes": None,
    "price-decisions": 5000,
    "pricing-alerts": 500,
    "dead-letters": 500,
}
WAIT_MS = 200


class Feed:
    """Follows what is committed."""

    def __init__(self, settings: Settings, board: Board) -> None:
        self._settings = settings
        self._board = board

    async def run(self) -> None:
        """Follow until cancelled; RecordingError where a topic is missing, KafkaError."""
        async with observing(self._settings, *BACK) as (consumer, places):
            begins = await consumer.beginning_offsets(places)
            ends = await consumer.end_offsets(places)
            for place in places:
                back = BACK[place.topic]
                begin = begins[place]
                consumer.seek(place, begin if back is None else max(begin, ends[place] - back))
            while True:
                fetched = await consumer.getmany(timeout_ms=WAIT_MS)
                for records in fetched.values():
                    for record in records:
                        self._board.take(record.topic, record.value, record.headers)
