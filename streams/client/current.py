"""All current prices, read at the start and kept up to date."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

import msgspec
from aiokafka import TopicPartition

from streams.client.prices import Prices
from streams.client.records import Change, Offer
from streams.configuration.settings import Settings
from streams.recording.observing import observing, up_to_now

CHANGES, OFFERS = "price-changes", "price-offers"
WAIT_MS = 200


class CurrentPrices:
    """`prices` holds what is committed when the context begins; `follow` keeps it up to date.

    It belongs to no consumer group, and answers nothing: any number of processes may look.

    Raises
    ------
    RecordingError, TopicsError, KafkaError
        A topic is missing, or no Kafka answers.
    """

    def __init__(self, settings: Settings) -> None:
        self.prices = Prices()
        self._observing = observing(settings, CHANGES, OFFERS)

    async def __aenter__(self) -> Self:
        self._reader, places = await self._observing.__aenter__()
        try:
            async for record in up_to_now(self._reader, places):
                self._take(record)
        except BaseException:
            await self._reader.stop()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._reader.stop()

    async def follow(self) -> None:
        """Take in what comes, until cancelled."""
        while True:
            fetched: dict[TopicPartition, list[Any]] = await self._reader.getmany(
                timeout_ms=WAIT_MS
            )
            for records in fetched.values():
                for record in records:
                    self._take(record)

    def _take(self, record: Any) -> None:
        if record.topic == CHANGES:
            self.prices.take(msgspec.json.decode(record.value, type=Change))
        else:
            self.prices.take_offer(msgspec.json.decode(record.value, type=Offer))
