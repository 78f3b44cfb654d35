"""One run: a shop, its workers, what goes wrong, and what came of it.

Two runs of a seed are equal where Python orders sets alike: PYTHONHASHSEED=0.
"""

from __future__ import annotations

import asyncio
import gc
import hashlib
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from random import Random

import msgspec
from aiokafka import TopicPartition

from online_models.fold.fold import Fold
from streams.configuration.settings import Settings
from streams.ingest.decoder import INPUTS
from streams.journal import TOPIC as JOURNAL
from streams.pricer.snapshots import codec as snapshots
from streams.pricer.snapshots import store
from streams.torture.simulated.cluster import Committed, SimulatedTopic, StoredRecord
from streams.torture.simulated.faults import newest_snapshot, plan, strike
from streams.torture.simulated.light_fold import LightFold
from streams.torture.simulated.loop import CircleError, Loop
from streams.torture.simulated.result import Fault, RunResult
from streams.torture.simulated.shop import ShopRecord, records
from streams.torture.simulated.verdict import RunVerdict
from streams.torture.simulated.world import Shape, World

#: Seconds in which records are sent and things go wrong, and in which all must be well after them.
TROUBLED, SETTLED = 4.0, 90.0
#: Records of a shop at most.
RECORDS = 40
#: One run in so many prices with the pricer's own fold, which costs a hundred times as much.
WHOLE_FOLD = 50
#: Bytes of a snapshot's part: small, so that there are several.
PART = 250


def run(seed: int) -> RunResult:
    """The run of a seed."""
    with _small_parts(), _collected_after():
        return _run(seed)


def _run(seed: int) -> RunResult:
    draw = Random(seed)
    shape = _shape(draw, whole=seed % WHOLE_FOLD == WHOLE_FOLD - 1)
    sent = records(draw, draw.randint(5, RECORDS), TROUBLED, shape.inputs)
    faults = plan(draw, TROUBLED)
    loop = Loop()
    world = World(loop, draw, shape)
    kept: list[tuple[ShopRecord, SimulatedTopic, StoredRecord]] = []
    wrong: list[str] = []
    try:
        settled = loop.run(_live(world, sent, faults, kept))
    except CircleError as error:
        settled, wrong = True, [f"stuck: {error}"]
    if not settled:
        left = _unread(world) | _unpriced(world, _ends(world))
        wrong.append(f"stuck: {left} after {loop.time():.0f} s; {dict(world.ends)}")
    verdict = RunVerdict(world.cluster, shape.settings, shape.fold)
    wrong += verdict.judge(kept)
    return RunResult(
        seed,
        wrong,
        faults,
        world.ends,
        len(kept),
        verdict.outputs,
        loop.time(),
        _digest(world),
    )


def _shape(draw: Random, *, whole: bool) -> Shape:
    settings = {
        "partitions": draw.choice([1, 2, 3]),
        "delivery": "at-least-once" if draw.random() < 0.15 else "exactly-once",
        "snapshot_seconds": draw.choice([0.3, 1.0, 4.0]),
        "transaction_ms": draw.choice([0, 10, 100]),
    }
    return Shape(
        workers=draw.choice([1, 2, 2, 3]),
        inputs=draw.choice([1, 2]),
        named=draw.random() < 0.5,
        settings=_usual().model_copy(update=settings),
        fold=Fold if whole else LightFold,
    )


@cache
def _usual() -> Settings:
    return Settings(app="shop", bootstrap="simulated:9092", bucket="PT1H")


@contextmanager
def _small_parts() -> Iterator[None]:
    usual, snapshots.PART = snapshots.PART, PART
    try:
        yield
    finally:
        snapshots.PART = usual


@contextmanager
def _collected_after() -> Iterator[None]:
    """Collect what a run leaves once nothing of it is needed: all of it is young and dead then."""
    gc.disable()
    try:
        yield
    finally:
        with warnings.catch_warnings():
            # what a task that has died had just called, and not awaited yet
            warnings.simplefilter("ignore", RuntimeWarning)
            gc.collect(0)
        gc.enable()


async def _live(
    world: World,
    sent: list[ShopRecord],
    faults: list[Fault],
    kept: list[tuple[ShopRecord, SimulatedTopic, StoredRecord]],
) -> bool:
    """Everything that happens; returns whether all was done in the end."""
    loop, watch = world.loop, asyncio.create_task(world.watch())
    for worker in world.workers:
        loop.call_later(world.draw.uniform(0, 0.5), worker.start)
    for record in sent:
        loop.call_at(record.at, _send, world, record, kept)
    for fault in faults:
        loop.call_at(fault.at, strike, world, fault)
    await asyncio.sleep(TROUBLED)
    world.glitches.again = world.glitches.left_out = world.weather.lost = 0.0
    deadline = loop.time() + SETTLED
    while loop.time() < deadline and (len(kept) < len(sent) or _unread(world)):
        await asyncio.sleep(0.2)
    # nobody has to be started again for what is there to be priced
    ends = _ends(world)
    while loop.time() < deadline and _unpriced(world, ends):
        await asyncio.sleep(0.2)
    if _unpriced(world, ends):
        return False
    # ticks would come for ever: those who price go on alone
    for worker in world.workers:
        worker.only_prices = True
        worker.stop()
    while loop.time() < deadline and (_reading(world) or _unpriced(world, _ends(world))):
        await asyncio.sleep(0.2)
    watch.cancel()
    return not _unpriced(world, _ends(world))


def _send(
    world: World, record: ShopRecord, kept: list[tuple[ShopRecord, SimulatedTopic, StoredRecord]]
) -> None:
    topic = world.cluster.topics[record.topic]
    log = topic.logs[record.partition]
    kept.append((record, topic, log.append(world.timestamp(), record.key, record.value)))


def _reading(world: World) -> bool:
    """Whether anybody still writes to the journal."""
    return any(worker.reads for worker in world.workers)


def _unread(world: World) -> dict[str, str]:
    """What ingest has not read yet; an offset in a topic that is gone says nothing of the new."""
    offsets, none = world.cluster.offsets.get("shop-ingest", {}), Committed(0, "")
    behind = {}
    for topic in sorted(INPUTS):
        now = world.cluster.topics[topic]
        for log in now.logs:
            at, says = offsets.get(TopicPartition(topic, log.partition), none)
            if at < log.end or (log.end and not now.id.startswith(says)):
                behind[f"{topic}-{log.partition}"] = f"{at} of {log.end}"
    return behind


def _ends(world: World) -> list[int]:
    """Where the journal ends, by partition."""
    return [log.end for log in world.cluster.topics[JOURNAL].logs]


def _unpriced(world: World, ends: list[int]) -> dict[str, str]:
    """What is in the journal before these ends and not priced yet."""
    offsets, none = world.cluster.offsets.get("shop", {}), Committed(0, "")
    behind = {}
    for log, end in zip(world.cluster.topics[JOURNAL].logs, ends, strict=True):
        at = offsets.get(TopicPartition(JOURNAL, log.partition), none).offset
        if at < end:
            at = max(at, _said(world, log.partition))
        if at < end:
            at = max(at, newest_snapshot(world.cluster, log.partition))
        if at < end:
            behind[f"{JOURNAL}-{log.partition}"] = f"{at} of {end}"
    return behind


def _said(world: World, partition: int) -> int:
    """The position that was committed last beside the outputs."""
    last = b"0"
    for record in world.cluster.log(TopicPartition(store.TOPIC, partition)).committed():
        if record.key == store.POSITION:
            last = record.value or b"0"
    return int(last)


def _digest(world: World) -> str:
    digest = hashlib.sha256()
    for topic in world.cluster.topics.values():
        for log in topic.logs:
            digest.update(msgspec.msgpack.encode(log.history))
    return digest.hexdigest()[:16]
