"""Input topics to journal: the loop of a worker's ingest."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from aiokafka import ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import CommitFailedError
from mode import Service

from online_models.journal.batch import Batch, SourcePartition
from streams.configuration.settings import Settings
from streams.ingest.clock.alignment import to_hold
from streams.ingest.clock.broker_clock import BrokerClock
from streams.ingest.clock.tick_gate import TickGate
from streams.ingest.clock.watch import ClockWatch
from streams.ingest.clock.watermarks import Watermarks
from streams.ingest.connections import input_consumer, journal_producer, start_reading
from streams.ingest.currency.feed import CurrencyFeed
from streams.ingest.decoder import INPUTS, PRODUCTS, Decoder
from streams.ingest.flood import Flood
from streams.ingest.holding import PATIENCE, Holding
from streams.ingest.hot import HOT
from streams.ingest.incarnations import Incarnations
from streams.ingest.order import by_timestamp
from streams.ingest.positions import Positions
from streams.ingest.routing import Router
from streams.ingest.unread import reading
from streams.ingest.writer import HandOn, Writer
from streams.journal.tail import tail
from streams.kafka.app import die
from streams.kafka.closing import STOP_SECONDS, abandon, within
from streams.kafka.errors import FORBIDDEN, UNANSWERED
from streams.kafka.surroundings import monotonic
from streams.metrics import instruments, stages

logger = logging.getLogger(__name__)

#: Records per round: enough that the cost of a round is spread thin, few enough for a round to
#: take a few tens of ms.
ROUND = 4000
#: ms a round waits for records; also how often an idle shop's time is looked at.
WAIT_MS = 200
#: Seconds between looks at which sources have nothing more to read.
LOOK_SECONDS = 0.2
#: The same while some wait for others.
HOLD_SECONDS = 0.02
#: Journal records on their way before reading waits for them.
IN_FLIGHT = 256
#: Seconds before ingest begins anew after an error of Kafka's.
RETRY_SECONDS = 1.0
#: Seconds for the last round when the worker stops.
LAST_SECONDS = 5.0


class Ingest(Service, ConsumerRebalanceListener):  # type: ignore[misc]
    """Reads, decodes, routes and writes in rounds; at least once, in order per source."""

    def __init__(self, settings: Settings, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.hand_on: HandOn | None = None  # is given what is written to the journal
        self._settings = settings
        self._decoder = Decoder.of(settings)
        self._border = border = self._decoder.border
        self._clock = BrokerClock()
        self._router = Router(settings.partitions)
        self._look_at = 0.0
        # well within the allowed lateness: no window closes on what is yet to come
        self._lead = settings.fold.allowed_lateness_ms // 2
        self._feed = CurrencyFeed(settings, border.currencies, self._decoder.intake)
        self._flood = Flood()
        self._incarnations = Incarnations(settings, INPUTS)
        # of what is read, either all is written or none of its offsets is known
        self._writing = asyncio.Lock()
        self._flushing = asyncio.Lock()
        self._forget()
        for topic in INPUTS:
            instruments.announce(topic)
        self._opening: asyncio.Task[None] | None = None
        self._opened: list[Callable[[], Coroutine[Any, Any, Any]]] = []
        self._resting = asyncio.Event()
        self._resting.set()

    def _forget(self) -> None:
        """What has been read and not committed will be read again."""
        self._holding = Holding()
        self._positions = Positions(monotonic())
        self._unnamed: set[TopicPartition] = set()

    async def on_start(self) -> None:
        """Connect; know every product's currency before the first order is judged."""
        if not await self._opens():
            await self._begin_anew()

    async def _opens(self) -> bool:
        """Open; False where Kafka does not answer. It may be broken off."""
        self._opening = asyncio.create_task(self._open())
        await asyncio.wait([self._opening])
        error = None if self._opening.cancelled() else self._opening.exception()
        if error is not None:
            if isinstance(error, FORBIDDEN) or not isinstance(error, UNANSWERED):
                raise error
            logger.warning("ingest waits for Kafka: %r", error)
        return error is None

    async def _open(self) -> None:
        self._producer = journal_producer(self._settings)
        self._writer = Writer(
            self._producer, self._flood, self._border.customer.text, self._clock, self._settings
        )
        self._writer.hand_on = self.hand_on
        self._watch = ClockWatch(self._clock, self._writer, self._producer)
        self._consumer = input_consumer(self._settings)
        self._opened = [self._consumer.stop]
        await self._incarnations.look()
        await self._producer.start()
        await self._watch.begin()
        self._opened.append(self._feed.stop)
        await self._feed.start(self._incarnations.topic_id(PRODUCTS))
        self._watermarks = Watermarks((await tail(self._settings)).tick)
        self._consumer.subscribe(sorted(INPUTS), listener=self)
        self._gate = TickGate(self._consumer, self._decoder.intake)
        await start_reading(self._consumer, self._settings)

    async def on_stop(self) -> None:
        """Finish the round, write it down, leave the group; a start under way is broken off."""
        if self._opening is not None:
            self._opening.cancel()
            await asyncio.wait([self._opening])
        try:
            await asyncio.wait_for(self._finish(), LAST_SECONDS)
        except UNANSWERED as error:
            # whoever takes over reads it again from where the last commit was
            logger.warning("ingest leaves the rest to the next worker: %r", error)
        await self._close()

    async def _finish(self) -> None:
        await self._resting.wait()
        if self._positions:
            await self._flush()

    async def _close(self) -> None:
        await asyncio.gather(*[within(close(), STOP_SECONDS) for close in self._opened])
        if self._opened:
            await abandon(self._producer)
        self._opened = []
        self._incarnations.close()

    @property
    def ready(self) -> bool:
        """Whether it reads, and knows the time."""
        return not self._resting.is_set() and self._clock.agrees

    async def on_partitions_revoked(self, revoked: Sequence[TopicPartition]) -> None:
        """Whoever reads on from here finds everything before committed."""
        try:
            if revoked:
                await self._flush()
        except UNANSWERED as error:
            self._writer.failed = error
        except Exception as error:
            # the consumer would go on as if nothing had happened
            die("ingest failed", error)

    async def on_partitions_assigned(self, assigned: Sequence[TopicPartition]) -> None:
        """Time is set by the sources that are read here."""
        sources = {SourcePartition(tp.topic, tp.partition) for tp in assigned if tp.topic in HOT}
        self._watermarks.assign(sources, self._clock.now())
        self._gate.forget()
        # nothing is read before its source has its name, and the busy topics wait for the others
        self._unnamed = set(assigned)
        self._consumer.pause(*assigned)
        try:
            commits = await self._incarnations.assign(self._consumer, assigned)
        except UNANSWERED as error:
            self._writer.failed = error
        else:
            self._positions.assigned(commits)
            self._unnamed.clear()
            self._consumer.resume(*[tp for tp in assigned if tp.topic not in HOT])

    @Service.task  # type: ignore[untyped-decorator]
    async def _run(self) -> None:
        try:
            while not self.should_stop:
                try:
                    await self._rounds()
                except FORBIDDEN:
                    raise
                except UNANSWERED as error:
                    logger.warning("ingest begins anew: %r", error)
                    await self._begin_anew()
        except Exception as error:
            die("ingest failed", error)

    async def _rounds(self) -> None:
        self._resting.clear()
        try:
            while not self.should_stop:
                await self._round()
        finally:
            self._resting.set()

    async def _begin_anew(self) -> None:
        """Read on from what was last committed; the fold skips what the journal has already."""
        while not self.should_stop:
            await self._close()
            self._forget()
            await self.sleep(RETRY_SECONDS)
            if await self._opens():
                return

    async def _round(self) -> None:
        self._writer.require_sound()
        if anew := self._incarnations.made_anew(self._consumer):
            await self._begin_topics_anew(anew)
        wait = PATIENCE * 1000 if self._holding or self._gate.held else WAIT_MS
        read = await self._consumer.getmany(timeout_ms=int(wait), max_records=ROUND)
        begun = monotonic()
        await self._decoder.intake.prepare(read.values())
        fetched = await self._of_known_topics(await self._gate.admit(read))
        wall = self._clock.now()
        self._border.now = wall if self._clock.known else None
        runs = by_timestamp({SourcePartition(*tp): records for tp, records in fetched.items()})
        decoded = self._decoder.decode(runs)
        batch = await self._timed(decoded.batch, wall)
        batch.sources = list(map(self._incarnations.source, batch.sources))
        async with self._writing:
            now = monotonic()
            for partition, part in self._router.parts(batch):
                await self._writer.write(partition, self._holding.add(partition, part, now))
            for partition, batches in self._holding.due(now):
                await self._writer.write(partition, batches)
            await self._writer.bury(letter for _, letter in decoded.dead)
            for tp, records in fetched.items():
                instruments.INPUT_RECORDS.labels(tp.topic).inc(len(records))
            self._positions.written(fetched, wall)
        stages.taken(fetched, wall, monotonic() - begun)
        if self._positions.due(monotonic()) or len(self._writer.sent) > IN_FLIGHT:
            await self._flush()

    async def _of_known_topics(
        self, fetched: dict[TopicPartition, Sequence[Any]]
    ) -> dict[TopicPartition, Sequence[Any]]:
        if anew := await self._incarnations.look_again(fetched):
            await self._begin_topics_anew(anew)
        return {tp: records for tp, records in fetched.items() if tp not in anew}

    async def _begin_topics_anew(self, anew: Sequence[TopicPartition]) -> None:
        await self._flush()
        self._positions.begin_anew(anew)
        await self._incarnations.begin_anew(self._consumer, anew)
        if any(tp.topic == PRODUCTS for tp in anew):
            await self._feed.read_anew(self._incarnations.topic_id(PRODUCTS))

    async def _timed(self, batch: Batch, wall: int) -> Batch:
        self._watermarks.observe(batch, wall)
        if monotonic() >= self._look_at:
            await self._look(wall)
            seconds = HOLD_SECONDS if self._consumer.paused() else LOOK_SECONDS
            self._look_at = monotonic() + seconds
        await self._watch.look()
        return self._watermarks.ticked(batch, wall) if self._clock.agrees else batch

    async def _look(self, wall: int) -> None:
        """See which partitions are read to their end, and let the others catch up."""
        assigned = self._consumer.assignment()
        flooding = self._flood.held(monotonic())
        instruments.FLOODING.set(len(flooding))
        read = await reading(self._consumer)
        self._positions.at_end(read.ends)
        behind = read.behind - flooding
        for tp in assigned:
            if tp.topic in HOT and tp not in behind:
                self._watermarks.caught_up(SourcePartition(tp.topic, tp.partition), wall)
        await self._gate.look()
        await self._incarnations.gaps.look(self._consumer)
        hold = to_hold(self._positions.timestamps, behind, assigned, self._lead)
        hold |= self._gate.held | flooding | self._unnamed
        paused = self._consumer.paused()
        self._consumer.pause(*(hold - paused))
        self._consumer.resume(*(paused - hold))

    async def _flush(self) -> None:
        """Wait until the journal has everything, then let the input go.

        One at a time: an offset may be committed only when the writes before it have arrived, also
        those that another flush is waiting for.
        """
        async with self._flushing:
            async with self._writing:
                for partition, batches in self._holding.all():
                    await self._writer.write(partition, batches)
                sent, self._writer.sent = self._writer.sent, []
                positions = self._positions.take()
            await self._writer.arrive(sent)
            mine = self._incarnations.commits(positions, self._consumer.assignment())
            try:
                if mine:
                    await self._consumer.commit(mine)
            except CommitFailedError as error:
                # whoever reads there now takes up where the last commit was, and the fold skips
                logger.warning("events will come again: %s", error)
            self._positions.committed(positions, monotonic())
