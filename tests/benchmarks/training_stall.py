"""How long a worker's event loop stands still under load, with and without a trainer beside it.

    python -m tests.benchmarks.training_stall [--per-second N]

A real Kafka, a live worker with every role but training, N events a second, and a worker of the
role `train` that learns from what the first one has observed. What the loop itself does is the
longest callback in CPU time. How late wake-ups come also shows what else the machine does: so the
trainer's processes are stopped and continued by turns, and the one is compared with the other.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import logging
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient

from schemas.instants import DAY
from streams.broker import EmbeddedBroker
from streams.policy_file import load as policies
from streams.settings import Settings
from streams.worker.policies import publish
from tests.benchmarks import ours
from tests.benchmarks.latency import RIVALS, Latency, Stopwatch
from tests.benchmarks.load import TRAFFIC, Event, create_topics, events, fill, products
from tests.benchmarks.processes import Process, descendants

OFFERS = 500
DAYS = 60
#: Seconds without a trainer, and the longest with one.
ALONE, BESIDE = 20, 180
#: Seconds that the trainer works, and stands still, by turns; the first of each do not count.
TURN, SETTLING = 3.0, 0.25
#: ms; the longest that training may hold up the loop.
STALL = 50
#: History's events: two a day and offer.
PAST = 60_000


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


async def loaded(bootstrap: str, per_second: int, seconds: int, enough: asyncio.Event) -> Latency:
    """Send the load for `seconds`, or until it is enough."""
    load = itertools.takewhile(
        lambda _: not enough.is_set(), events(seconds * per_second, OFFERS, per_second, seed=5)
    )
    probes = (e for e in events(20_000, OFFERS, 1, seed=7) if e.topic == RIVALS)
    into = {topic: topic for topic in TRAFFIC}
    return await Stopwatch(bootstrap, into, "price-changes").measure(load, per_second, probes)


class Turns:
    """Stops and continues the processes below a trainer's by turns."""

    def __init__(self, trainer: Process) -> None:
        self._trainer = trainer
        #: Whether it worked, and from when to when, by the monotonic clock.
        self.taken: list[tuple[bool, float, float]] = []

    async def take(self) -> None:
        """Take turns until cancelled."""
        working = True
        try:
            while True:
                begun = time.monotonic() + SETTLING
                await asyncio.sleep(TURN)
                self.taken.append((working, begun, time.monotonic()))
                working = not working
                self._send(signal.SIGCONT if working else signal.SIGSTOP)
        finally:
            self._send(signal.SIGCONT)

    def _send(self, what: signal.Signals) -> None:
        for pid in descendants(self._trainer.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, what)


def noted(notes: Path, since: float) -> list[list[Any]]:
    """What a watched loop has noted since then."""
    lines = [json.loads(line) for line in notes.read_text().splitlines()]
    return [line for line in lines if line[1] >= since]


def compared(notes: Path, turns: Turns) -> None:
    """Print how late the loop woke up at the worst in a turn: the trainer at work, and stopped."""
    lines = noted(notes, turns.taken[0][1])
    worst: dict[bool, list[float]] = {True: [], False: []}
    for working, begun, ended in turns.taken:
        late = [line[2] for line in lines if line[0] == "late" and begun <= line[1] < ended]
        worst[working].append(max(late, default=0.0))
    for working, values in worst.items():
        if values:
            middle, most = np.median(values), max(values)
            above = sum(value > STALL for value in values)
            print(
                f"trainer {'at work' if working else 'stopped'}: the latest wake-up of "
                f"{TURN:.0f} s is {middle:.0f} ms late in the middle, {most:.0f} at the most, "
                f"above {STALL} ms in {above} of {len(values)} turns",
                flush=True,
            )


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


async def run(folder: Path, per_second: int) -> None:
    """Load a worker without a trainer, then with one."""
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
            begun = time.monotonic()
            latency = await loaded(bootstrap, per_second, ALONE, asyncio.Event())
            told("alone", notes, begun, latency)
            settings = {"PRICETIDE_TRAINING": str(folder), "PRICETIDE_TRAIN_MODELS": "mlp"}
            begun, trained = time.monotonic(), asyncio.Event()
            trainer = launched(notes_of_trainer, bootstrap, "train", **settings)
            running.append(trainer)
            watch = asyncio.create_task(until_trained(folder, trainer, trained))
            turns = Turns(trainer)
            taking = asyncio.create_task(turns.take())
            latency = await loaded(bootstrap, per_second, BESIDE, trained)
            taking.cancel()
            compared(notes, turns)
            told("beside the trainer", notes, begun, latency)
            told("the trainer's own worker", notes_of_trainer, begun, None)
            how_far = watch.result() if watch.done() else f"not done after {BESIDE} s"
            print(f"trained: {how_far}", flush=True)
            watch.cancel()
            worker.require_running()
        finally:
            for process in running:
                process.stop()


async def until_trained(folder: Path, trainer: Process, trained: asyncio.Event) -> str:
    """Set `trained` once a version is in the registry; returns which."""
    while not (found := list(folder.glob("registry/demand/*/version.json"))):
        trainer.require_running()
        await asyncio.sleep(0.2)
    # its update travels, and is taken up
    await asyncio.sleep(5)
    trained.set()
    return found[0].parent.name


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--per-second", type=int, default=1000)
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(run(Path(name), parser.parse_args().per_second))
