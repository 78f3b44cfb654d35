"""Whether training holds up a worker's event loop that works beside it.

    python -m tests.benchmarks.training_stall [--per-second N] [--rounds N]

A real Kafka, a live worker with every role but training, N events a second, and a worker of the
role `train` that learns from what the first one has observed. A wake-up of the loop that comes late
shows whatever the machine does. So three things take turns, in a new order each round: the trainer
works, a busy loop works that is as nice as the trainer, and both stand still. What training costs
is the difference within rounds; the busy loop tells how much of it any work beside would cost. What
the loop itself does is the longest callback in CPU time.

It takes about a minute to set up (three beside other work), and `rounds` times 4 s. Beside other
work the differences hold; that no wake-up is later than 50 ms can be seen on a quiet machine only.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import logging
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient

from schemas.values.instants import DAY
from streams.configuration.policy_file import load as policies
from streams.configuration.settings import Settings
from streams.kafka.broker import EmbeddedBroker
from streams.pricer.publish_policies import publish
from streams.trainer.child import NICENESS
from tests.benchmarks import ours
from tests.benchmarks.latency import COMPETITORS, Latency, Stopwatch
from tests.benchmarks.load import TRAFFIC, Event, create_topics, events, fill, products
from tests.benchmarks.processes import Process, cpu_seconds, descendants

OFFERS = 500
DAYS = 60
#: History's events: two a day and offer.
PAST = 60_000
#: More than the trainer gets through while it is watched.
MODELS = "mlp,gru,cnn,belief"
#: Seconds of a turn; the first do not count. And of the load alone, before.
TURN, SETTLING, ALONE = 1.2, 0.2, 15
#: Seconds until the trainer is at its trials, at the most.
BEGUN_WITHIN = 300.0
#: ms; the longest that training may hold up the loop.
STALL = 50
#: Share of a core below which the trainer has not worked: then nothing is shown.
WORKED = 0.05
STILL, TRAINER, BUSY = "nothing", "trainer", "busy loop"


class Turn(NamedTuple):
    """What worked beside the worker, from when to when (monotonic), and the CPU seconds it took."""

    who: str
    begun: float
    ended: float
    cpu: float


def past() -> Iterator[Event]:
    """`DAYS` days of traffic that end now."""
    end = time.time_ns() // 1_000_000
    first, step = end - DAYS * DAY, DAYS * DAY // PAST
    for i, event in enumerate(events(PAST, OFFERS, 1000, seed=3)):
        now = first + i * step
        value = event.value.replace(b'"time":%d' % event.time, b'"time":%d' % now)
        yield event._replace(value=value, time=now)


def launched(notes: Path, bootstrap: str, role: str, **variables: str) -> Process:
    """A worker whose loop is watched."""
    command = [sys.executable, "-m", "tests.benchmarks.loop_watch", str(notes), "worker"]
    command += ["--bootstrap", bootstrap, "--role", role, "--log", "warning"]
    return Process(command, {"PRICETIDE_INSTANCE": role, **variables})


def busy_loop() -> Process:
    """Work that is no training."""
    code = f"import os\nos.nice({NICENESS})\nwhile True: pass"
    return Process([sys.executable, "-c", code])


async def settled(bootstrap: str) -> None:
    """Wait until all that was sent is priced."""
    topics = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    groups = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await asyncio.gather(topics.start(), groups.start())
    try:
        for group, partitions in ("pricetide-ingest", ours.INPUTS), ("pricetide", ours.JOURNAL):
            end = sum((await topics.end_offsets(partitions)).values())
            while await ours.committed(groups, group, partitions) < end:
                await asyncio.sleep(0.1)
    finally:
        await asyncio.gather(topics.stop(), groups.close())


async def loaded(bootstrap: str, per_second: int, enough: asyncio.Event) -> Latency:
    """Send the load until it is enough."""
    endless = (events(60 * per_second, OFFERS, per_second, seed=s) for s in itertools.count(5))
    load = itertools.takewhile(
        lambda _: not enough.is_set(), itertools.chain.from_iterable(endless)
    )
    probes = (e for e in events(20_000, OFFERS, 1, seed=7) if e.topic == COMPETITORS)
    into = {topic: topic for topic in TRAFFIC}
    return await Stopwatch(bootstrap, into, "price-changes").measure(load, per_second, probes)


async def turns(trainer: Process, busy: Process, rounds: int) -> list[Turn]:
    """Let each work in turn, the others stopped; ends early where the trainer has ended."""
    taken: list[Turn] = []
    order, generator = [STILL, TRAINER, BUSY], random.Random(1)
    halted: set[int] = set()
    try:
        for _ in range(rounds):
            generator.shuffle(order)
            for who in order:
                training = descendants(trainer.pid)
                if not training:
                    return taken
                working = {STILL: [], TRAINER: training, BUSY: [busy.pid]}[who]
                _send(signal.SIGSTOP, {busy.pid, *training} - set(working))
                # a process that was born meanwhile
                _send(signal.SIGSTOP, {busy.pid, *descendants(trainer.pid)} - set(working))
                halted = {busy.pid, *training}
                _send(signal.SIGCONT, working)
                await asyncio.sleep(SETTLING)
                begun, before = time.monotonic(), _cpu(working)
                await asyncio.sleep(TURN - SETTLING)
                taken.append(Turn(who, begun, time.monotonic(), _cpu(working) - before))
    finally:
        _send(signal.SIGCONT, halted)
    return taken


def _send(what: signal.Signals, to: Sequence[int] | set[int]) -> None:
    for pid in to:
        with suppress(ProcessLookupError):
            os.kill(pid, what)


def _cpu(pids: Sequence[int]) -> float:
    found = 0.0
    for pid in pids:
        with suppress(FileNotFoundError):
            found += cpu_seconds(pid)
    return found


def noted(notes: Path, since: float) -> list[list[Any]]:
    """What a watched loop has noted since then."""
    lines = [json.loads(line) for line in notes.read_text().splitlines()]
    return [line for line in lines if line[1] >= since]


def compared(notes: Path, taken: Sequence[Turn]) -> None:
    """Print how late the loop woke up in the turns of each, and the differences within rounds."""
    lines = [line for line in noted(notes, taken[0].begun) if line[0] == "late"]
    worst: dict[str, list[float]] = {STILL: [], TRAINER: [], BUSY: []}
    lag: dict[str, list[float]] = {who: [] for who in worst}
    cpu: Counter[str] = Counter()
    seconds = 0.0
    for turn in taken[: len(taken) // 3 * 3]:
        late = [line[2] for line in lines if turn.begun <= line[1] < turn.ended]
        worst[turn.who].append(max(late, default=0.0))
        lag[turn.who].append(sum(late) / (turn.ended - turn.begun))
        cpu[turn.who] += turn.cpu
        seconds += (turn.ended - turn.begun) / 3
    for who, values in worst.items():
        above = sum(value > STALL for value in values)
        print(
            f"{who:9} {100 * cpu[who] / seconds:3.0f} % of a core; wake-ups late by "
            f"{np.median(lag[who]):4.0f} ms a second of all its loops; the latest of a turn by "
            f"{np.median(values):5.1f} ms in the middle, {max(values):5.1f} at the most, "
            f"above {STALL} in {above} of {len(values)}",
            flush=True,
        )
    for one, other in ((TRAINER, STILL), (BUSY, STILL), (TRAINER, BUSY)):
        print(
            f"{one} against {other}: {difference(lag[one], lag[other])} ms a second, "
            f"the latest {difference(worst[one], worst[other])} ms",
            flush=True,
        )
    if cpu[TRAINER] < WORKED * seconds:
        raise RuntimeError("the trainer hardly got to work: this machine has no time left for it")


def difference(ones: Sequence[float], others: Sequence[float]) -> str:
    """The median difference within rounds, and its 95 % bootstrap interval."""
    found = np.array(ones) - np.array(others)
    drawn = np.random.default_rng(0).choice(found, (2000, len(found)))
    low, high = np.percentile(np.median(drawn, axis=1), [2.5, 97.5])
    return f"{np.median(found):+.1f} ({low:+.1f} to {high:+.1f})"


def told(name: str, notes: Path, since: float, latency: Latency | None) -> None:
    """Print what held the loop up since then."""
    busy = [line for line in noted(notes, since) if line[0] == "busy"]
    longest: Counter[str] = Counter()
    for _, _, ms, what in busy:
        longest[what] = max(longest[what], ms)
    most = "; ".join(f"{what} {ms:.0f} ms" for what, ms in longest.most_common(3))
    waits = f"; price p50 {latency.p50:.0f}, p99 {latency.p99:.0f} ms" if latency else ""
    print(
        f"{name:28} {time.monotonic() - since:4.0f} s: longest callbacks in CPU: "
        f"{most or 'none above 5 ms'}{waits}",
        flush=True,
    )


async def training(folder: Path, trainer: Process) -> None:
    """Wait until the trainer is at its trials."""
    deadline = time.monotonic() + BEGUN_WITHIN
    while not list(folder.glob("runs/*/dataset.npz")):
        trainer.require_running()
        if time.monotonic() > deadline:
            raise TimeoutError(f"the trainer has not begun after {BEGUN_WITHIN:.0f} s")
        await asyncio.sleep(0.2)


async def run(folder: Path, per_second: int, rounds: int) -> None:
    """Load a worker without a trainer, then with one that takes turns."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    with EmbeddedBroker() as broker:
        bootstrap = broker.bootstrap
        await create_topics(bootstrap)
        await publish(Settings(bootstrap=bootstrap), policies(ours.policies()))
        await fill(bootstrap, products(OFFERS))
        await fill(bootstrap, past())
        notes, notes_of_trainer = folder / "worker", folder / "trainer"
        worker = launched(notes, bootstrap, "all")
        running = [worker]
        try:
            await settled(bootstrap)
            begun, enough = time.monotonic(), asyncio.Event()
            asyncio.get_running_loop().call_later(ALONE, enough.set)
            told("alone", notes, begun, await loaded(bootstrap, per_second, enough))
            variables = {"PRICETIDE_TRAINING": str(folder), "PRICETIDE_TRAIN_MODELS": MODELS}
            trainer = launched(notes_of_trainer, bootstrap, "train", **variables)
            running.append(trainer)
            await training(folder, trainer)
            busy = busy_loop()
            running.append(busy)
            begun, enough = time.monotonic(), asyncio.Event()
            load = asyncio.create_task(loaded(bootstrap, per_second, enough))
            taken = await turns(trainer, busy, rounds)
            enough.set()
            latency = await load
            compared(notes, taken)
            told("beside the trainer", notes, begun, latency)
            told("the trainer's own worker", notes_of_trainer, begun, None)
            worker.require_running()
        finally:
            for process in running:
                process.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--per-second", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=20)
    with tempfile.TemporaryDirectory() as name:
        options = parser.parse_args()
        asyncio.run(run(Path(name), options.per_second, options.rounds))
