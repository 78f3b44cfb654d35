"""The Faust agent over `demand-observations`."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from online_models.forecasting.forecaster import Forecaster
from schemas.topics import TOPICS
from streams.configuration.settings import Settings
from streams.forecast.checkpoint import Checkpoint
from streams.forecast.partition import ForecastPartition
from streams.kafka.app import App, die, take_partitions
from streams.kafka.clients import names, producer
from streams.kafka.producer import Producer

logger = logging.getLogger(__name__)

#: Between looks at whether history has been read to its end.
LOOK_SECONDS = 0.5
OBSERVATIONS, FORECASTS = "demand-observations", "demand-forecasts"


class ForecastAgent:
    """Gives each assigned partition its forecasters, and publishes what they say."""

    def __init__(self, app: App, settings: Settings) -> None:
        #: Whether it has the partitions that it was given.
        self.ready = False
        self._app = app
        self._settings = settings
        self._partitions: dict[int, ForecastPartition] = {}
        self._lock = asyncio.Lock()
        self._producer: Producer | None = None
        self._history: asyncio.Task[None] | None = None
        self._topic = names(settings).outer(OBSERVATIONS)
        take_partitions(
            app,
            "forecast",
            self._topic,
            self._forecast,
            revoked=self._revoked,
            assigned=self._assigned,
            shut_down=self._shut_down,
        )

    async def _forecast(self, stream: Any) -> None:
        async for event in stream.noack().events():
            partition = self._partitions.get(event.message.partition)
            if partition is not None:
                await self._publish(partition.feed(event.message.value))
                partition.keep()

    async def _publish(self, forecasts: Sequence[Mapping[str, Any]]) -> None:
        if not forecasts:
            return
        if self._producer is None:
            self._producer = producer(
                self._settings, enable_idempotence=True, compression_type="gzip", linger_ms=20
            )
            await self._producer.start()
        sent = []
        for forecast in forecasts:
            key = (TOPICS[FORECASTS].key_of(forecast) or "").encode()
            value = msgspec.json.encode(forecast)
            sent.append(await self._producer.send(FORECASTS, value, key=key))
        await asyncio.gather(*sent)

    async def _assigned(self, _app: Any, **_: Any) -> None:
        async with self._lock:
            assigned = {tp for tp in self._app.consumer.assignment() if tp.topic == self._topic}
            self._let_go(self._partitions.keys() - {tp.partition for tp in assigned})
            try:
                for tp in sorted(assigned):
                    if tp.partition not in self._partitions:
                        await self._start(tp)
            except Exception as error:
                die("forecasters cannot be started", error)
            if self._history is None or self._history.done():
                self._history = asyncio.create_task(self._end_history())
            self.ready = True

    async def _start(self, tp: Any) -> None:
        settings, consumer = self._settings, self._app.consumer
        forecasters = {
            name: Forecaster(name, table.model, table.by)
            for name, table in settings.forecasters.items()
        }
        checkpoint = Checkpoint(settings.forecasting, settings.app, tp.partition)
        partition = ForecastPartition(forecasters, checkpoint, settings.fold.allowed_lateness_ms)
        partition.end = (await consumer.highwaters(tp)).get(tp) or 0
        place = TopicPartition(tp.topic, tp.partition)
        await consumer._thread.commit({place: partition.position})
        self._partitions[tp.partition] = partition
        logger.info(
            "partition %d: %d of %d records are learnt",
            tp.partition,
            partition.position,
            partition.end,
        )

    async def _end_history(self) -> None:
        """Publish what the last windows lead to where only marks of transactions follow them."""
        while behind := {n: each for n, each in self._partitions.items() if each.reads_history}:
            before = {number: each.position for number, each in behind.items()}
            await asyncio.sleep(LOOK_SECONDS)
            for number, partition in behind.items():
                at = await self._position(number)
                if at < partition.end or partition.position > before[number]:
                    continue
                if self._partitions.get(number) is not partition:
                    continue  # it was taken away meanwhile, or given anew
                try:
                    await self._publish(partition.end_history())
                except Exception as error:
                    die("forecasts cannot be published", error)
                partition.keep()

    async def _position(self, number: int) -> int:
        """Up to where a partition is read; −1 where it was taken away, or Kafka is away."""
        try:
            return await self._app.consumer.position(TopicPartition(self._topic, number)) or 0
        except KafkaError:
            return -1

    async def _revoked(self, _app: Any, revoked: set[Any], **_: Any) -> None:
        async with self._lock:
            self.ready = False
            self._let_go({tp.partition for tp in revoked if tp.topic == self._topic})

    def _let_go(self, numbers: set[int]) -> None:
        for number in numbers:
            if partition := self._partitions.pop(number, None):
                partition.save()

    async def _shut_down(self, _app: Any, **_: Any) -> None:
        if self._history is not None:
            self._history.cancel()
        async with self._lock:
            self._let_go(set(self._partitions))
            if self._producer is not None:
                await self._producer.stop()
