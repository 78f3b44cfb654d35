"""Input topics to journal: the loop of a worker's ingest."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import CommitFailedError
from mode import Service

from online_models.journal.batch import Batch, SourcePartition
from streams.configuration.settings import Settings
from streams.ingest.alignment import to_hold
from streams.ingest.border import Border
from streams.ingest.currency_feed import CurrencyFeed
from streams.ingest.dead_letters import HEAD, LARGEST_WHOLE, describe, written
from streams.ingest.dead_letters import TOPIC as DEAD_LETTERS
from streams.ingest.decoder import INPUTS, Decoded, Decoder
from streams.ingest.flood import Flood
from streams.ingest.holding import PATIENCE, Holding
from streams.ingest.hot import HOT
from streams.ingest.order import by_timestamp
from streams.ingest.parsed import hand_on_parsed
from streams.ingest.routing import Router, pieces
from streams.ingest.tick_gate import TickGate
from streams.ingest.watermarks import Watermarks, with_ticks
from streams.journal import TOPIC as JOURNAL
from streams.journal import codec
from streams.journal.tail import last_tick
from streams.kafka.app import die
from streams.kafka.clients import BATCH, LARGEST_REQUEST, client
from streams.metrics import instruments

logger = logging.getLogger(__name__)

#: Records per round: enough that the cost of a round is spread thin, few enough for a round to
#: take a few tens of ms.
ROUND = 4000
#: ms a round waits for records; also how often an idle shop's time is looked at.
WAIT_MS = 200
#: The broker gathers for some ms what a round reads, unless there is plenty: a round costs a
#: millisecond or two however few its events.
FETCH_WAIT_MS = 8
PLENTY = 1 << 16
#: Seconds between commits of the input offsets. A crash repeats what came since, and the fold
#: skips it.
COMMIT_SECONDS = 0.5
#: Bytes of a journal record. Most have a few tens of thousands; only facts can be large.
LARGEST_BATCH = LARGEST_REQUEST // 2
#: Seconds between looks at which sources have nothing more to read.
LOOK_SECONDS = 0.2
#: The same while some wait for others.
HOLD_SECONDS = 0.02
#: Journal records on their way before reading waits for them.
IN_FLIGHT = 256


class Ingest(Service, ConsumerRebalanceListener):  # type: ignore[misc]
    """Reads, decodes, routes and writes in rounds; at least once, in order per source."""

    def __init__(self, settings: Settings, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._settings = settings
        border = Border(settings.customer_key.get_secret_value().encode(), settings.rates)
        self._decoder = Decoder(border)
        self._router = Router(settings.partitions)
        self._look_at = 0.0
        # well within the allowed lateness: no bucket closes on what is yet to come
        self._lead = settings.fold.allowed_lateness // 2
        self._feed = CurrencyFeed(settings, border.currencies)
        self._holding = Holding()
        self._flood = Flood()
        # of what is read, either all is written or none of its offsets is known
        self._writing = asyncio.Lock()
        self._flushing = asyncio.Lock()
        self._sent: list[asyncio.Future[Any]] = []
        self._positions: dict[TopicPartition, int] = {}
        self._timestamps: dict[TopicPartition, int] = {}
        self._committed_at = time.monotonic()
        for topic in INPUTS:
            instruments.announce(topic)
        self._opening: asyncio.Task[None] | None = None
        self._opened: list[Callable[[], Awaitable[Any]]] = []
        self._resting = asyncio.Event()
        self._resting.set()

    async def on_start(self) -> None:
        """Connect; know every product's currency before the first order is judged."""
        self._opening = asyncio.create_task(self._open())
        await asyncio.wait([self._opening])
        if not self._opening.cancelled():
            self._opening.result()

    async def _open(self) -> None:
        options = client(self._settings)
        group = f"{self._settings.app}-ingest"
        instance = self._settings.instance
        self._producer = AIOKafkaProducer(
            **options,
            enable_idempotence=True,
            linger_ms=0,
            max_batch_size=BATCH,
            max_request_size=LARGEST_REQUEST,
        )
        self._consumer = AIOKafkaConsumer(
            **options,
            group_id=group,
            group_instance_id=f"{group}-{instance}" if instance else None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            fetch_max_wait_ms=FETCH_WAIT_MS,
            fetch_min_bytes=PLENTY,
            max_partition_fetch_bytes=1 << 20,
            session_timeout_ms=6000,
            heartbeat_interval_ms=1000,
            check_crcs=False,
        )
        self._opened = [self._consumer.stop, self._producer.stop]
        await self._producer.start()
        await self._feed.start()
        self._opened.append(self._feed.stop)
        self._watermarks = Watermarks(await last_tick(self._settings))
        self._consumer.subscribe(sorted(INPUTS), listener=self)
        self._gate = TickGate(self._consumer)
        await self._consumer.start()
        hand_on_parsed(self._consumer)

    async def on_stop(self) -> None:
        """Finish the round, write it down, leave the group; a start that is under way is broken
        off.
        """
        if self._opening is not None:
            self._opening.cancel()
            await asyncio.wait([self._opening])
        await asyncio.wait_for(self._resting.wait(), timeout=5)
        if self._positions:
            await self._flush()
        await asyncio.gather(*[close() for close in self._opened])

    @property
    def ready(self) -> bool:
        """Whether it reads."""
        return not self._resting.is_set()

    async def on_partitions_revoked(self, revoked: Sequence[TopicPartition]) -> None:
        """Whoever reads on from here finds everything before committed."""
        try:
            if revoked:
                await self._flush()
        except Exception as error:
            # the consumer would go on as if nothing had happened
            die("ingest failed", error)

    async def on_partitions_assigned(self, assigned: Sequence[TopicPartition]) -> None:
        """Time is told by the sources that are read here."""
        sources = {SourcePartition(tp.topic, tp.partition) for tp in assigned if tp.topic in HOT}
        self._watermarks.assign(sources, _wall())
        self._gate.forget()
        self._consumer.pause(*[tp for tp in assigned if tp.topic in HOT])

    @Service.task  # type: ignore[untyped-decorator]
    async def _run(self) -> None:
        self._resting.clear()
        try:
            while not self.should_stop:
                await self._round()
        except Exception as error:
            die("ingest failed", error)
        finally:
            self._resting.set()

    async def _round(self) -> None:
        wait = PATIENCE * 1000 if self._holding or self._gate.held else WAIT_MS
        read = await self._consumer.getmany(timeout_ms=int(wait), max_records=ROUND)
        fetched = await self._gate.admit(read)
        wall = _wall()
        runs = by_timestamp({SourcePartition(*tp): records for tp, records in fetched.items()})
        decoded = self._decoder.decode(runs)
        batch = await self._timed(decoded.batch, wall)
        async with self._writing:
            now = time.monotonic()
            for partition, part in self._router.parts(batch):
                await self._write(partition, self._holding.add(partition, part, now))
            for partition, batches in self._holding.due(now):
                await self._write(partition, batches)
            await self._bury(decoded)
            for tp, records in fetched.items():
                instruments.INPUT_RECORDS.labels(tp.topic).inc(len(records))
                last = records[-1]
                self._positions[tp] = last.offset + 1
                self._timestamps[tp] = max(last.timestamp, self._timestamps.get(tp, 0))
        due = time.monotonic() - self._committed_at >= COMMIT_SECONDS
        if due or len(self._sent) > IN_FLIGHT:
            await self._flush()

    async def _write(self, partition: int, batches: Iterable[Batch]) -> None:
        for batch in batches:
            for value in pieces(batch, codec.encode, LARGEST_BATCH):
                self._sent.append(await self._producer.send(JOURNAL, value, partition=partition))

    async def _timed(self, batch: Batch, wall: int) -> Batch:
        self._watermarks.observe(batch, wall)
        if time.monotonic() >= self._look_at:
            await self._look(wall)
            seconds = HOLD_SECONDS if self._consumer.paused() else LOOK_SECONDS
            self._look_at = time.monotonic() + seconds
        due = self._watermarks.tick(wall)
        if due is None:
            return batch
        now, marks = due
        instruments.EVENT_TIME.set(now / 1000)
        return with_ticks(batch, [len(batch)], [now], marks)

    async def _look(self, wall: int) -> None:
        """See which partitions are read to their end, and let the others catch up."""
        assigned = self._consumer.assignment()
        unread, lag = set(), dict.fromkeys(INPUTS, 0)
        flooding = self._flood.held(time.monotonic())
        instruments.FLOODING.set(len(flooding))
        for tp in assigned:
            # what an open transaction holds back is not there yet
            end = self._consumer.last_stable_offset(tp)
            position = None if end is None else await self._consumer.position(tp)
            behind = position is None or position < end
            if behind:
                lag[tp.topic] += 0 if position is None else end - position
            if behind and tp not in flooding:
                unread.add(tp)
            elif tp.topic in HOT:
                self._watermarks.caught_up(SourcePartition(tp.topic, tp.partition), wall)
        for topic, records in lag.items():
            instruments.INPUT_LAG.labels(topic).set(records)
        await self._gate.look()
        hold = to_hold(self._timestamps, unread, assigned, self._lead) | self._gate.held | flooding
        paused = self._consumer.paused()
        self._consumer.pause(*(hold - paused))
        self._consumer.resume(*(paused - hold))

    async def _bury(self, decoded: Decoded) -> None:
        now = time.monotonic()
        for _, letter in decoded.dead:
            record = letter.record
            instruments.DEAD_LETTERS.labels(record.topic).inc()
            size = len(record.key or b"") + len(record.value or b"")
            source = TopicPartition(record.topic, record.partition)
            whole = self._flood.refuse(source, size, describe(letter), now)
            key, value, headers = written(letter, LARGEST_WHOLE if whole else HEAD)
            sent = await self._producer.send(DEAD_LETTERS, value, key=key, headers=headers)
            self._sent.append(sent)

    async def _flush(self) -> None:
        """Wait until the journal has everything, then let the input go.

        One at a time: an offset may be committed only when the writes before it have arrived, also
        those that another flush is waiting for.
        """
        async with self._flushing:
            async with self._writing:
                for partition, batches in self._holding.all():
                    await self._write(partition, batches)
                sent, self._sent = self._sent, []
                positions, self._positions = self._positions, {}
            await asyncio.gather(*sent)
            owned = self._consumer.assignment()
            mine = {tp: offset for tp, offset in positions.items() if tp in owned}
            try:
                if mine:
                    await self._consumer.commit(mine)
            except CommitFailedError as error:
                # whoever reads there now takes up where the last commit was, and the fold skips
                logger.warning("events will come again: %s", error)
            self._committed_at = time.monotonic()


def _wall() -> int:
    return time.time_ns() // 1_000_000
