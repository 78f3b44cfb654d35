"""What a worker costs by the number of offers, and by the number of workers and partitions.

    python -m tests.benchmarks.shop_sizes [--into docs/sizing.md]

Each row is a broker of its own, and the default worker, exactly once: started, given a thousand
events a second, killed, started again; and, on another broker, as many events as it can take, for
which a broker that has just begun has Java's first compiler alone. A million offers are not
measured: the line through the two largest numbers says what they need. Takes twenty minutes.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
import time
from dataclasses import astuple, dataclass
from pathlib import Path

from streams.kafka.broker import EmbeddedBroker
from tests.benchmarks import ours, quiet_shop
from tests.benchmarks.latency import COMPETITORS, Stopwatch
from tests.benchmarks.load import TRAFFIC, events
from tests.benchmarks.processes import Process, cpu_seconds, peak_memory
from tests.benchmarks.tables import Table, found, put, spread

OFFERS = (100, 10_000, 100_000)
LARGEST = 1_000_000
#: Layouts of `quiet_shop`, and partitions.
WORKERS = ("one process", "two workers", "four workers")
PARTITIONS = (8, 16, 32)
PER_SECOND, SECONDS = 1_000, 15
#: Waiting events of the measurement of full load.
WAITING = 1_500_000
MIB = 1 << 20
BY_OFFERS = (
    "offers",
    "memory MiB",
    "start s",
    "start after a kill s",
    "cores at 1,000 events/s",
    "p50 ms",
    "p99 ms",
    "events/s at most",
)
BY_WORKERS = ("workers", "partitions", "cores at 1,000 events/s", "p50 ms", "p99 ms")


@dataclass
class Size:
    """What one worker took with so many `offers`; seconds from its start to its first price, and
    cores of it and its broker at PER_SECOND events a second.
    """

    offers: int
    mebibytes: float
    start_seconds: float
    restart_seconds: float
    cores: float
    p50_ms: float
    p99_ms: float
    at_most: float


def main() -> int:
    """Measure, and print both tables, or put them into a page that has them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--into", type=Path, metavar="PAGE")
    args = parser.parse_args()
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    page = "" if args.into is None else args.into.read_text()
    at_most = {offers: asyncio.run(_at_most(offers)) for offers in OFFERS}
    os.environ |= quiet_shop.BOTH_COMPILERS
    sizes = [asyncio.run(_size(offers, most)) for offers, most in at_most.items()]
    for table in (by_offers(sizes), _by_workers()):
        print(table.markdown, end="\n\n", flush=True)
        if found(page, table.head):
            page = put(page, table)
    if args.into is not None:
        args.into.write_text(page)
    return 0


def by_offers(sizes: list[Size]) -> Table:
    """A row for each number of offers, and one for the largest by the slope of the last two."""
    rows = [[f"{size.offers:,}", *_cells(size)] for size in sizes]
    small, large = sizes[-2:]
    further = (LARGEST - large.offers) / (large.offers - small.offers)
    ends = (
        high + (high - low) * further
        for low, high in zip(astuple(small), astuple(large), strict=True)
    )
    memory, start, restart = _cells(Size(*ends))[:3]
    reckoned = [f"{LARGEST:,} (reckoned)", memory, start, restart, *["–"] * 4]
    return Table(BY_OFFERS, [*rows, reckoned])


def _cells(size: Size) -> list[str]:
    waits = [spread([wait], 0) for wait in (size.p50_ms, size.p99_ms)]
    starts = [spread([each], 1) for each in (size.start_seconds, size.restart_seconds)]
    at_most = spread([round(size.at_most, -3)], 0)
    return [spread([size.mebibytes], 0), *starts, spread([size.cores], 2), *waits, at_most]


def _by_workers() -> Table:
    rows = []
    for layout in WORKERS:
        for partitions in PARTITIONS:
            parser = argparse.ArgumentParser()
            quiet_shop.add_flags(parser)
            flags = ["--layouts", layout, "--partitions", str(partitions)]
            pace = ["--rates", str(PER_SECOND), "--seconds", str(SECONDS)]
            (cost,) = quiet_shop.measured(parser.parse_args([*flags, *pace]), peers=False)
            number = len(quiet_shop.LAYOUTS[layout])
            waits = [spread([wait], 0) for wait in (cost.p50_ms, cost.p99_ms)]
            cores = spread([sum(cost.cores.values())], 2)
            rows.append([str(number), str(partitions), cores, *waits])
    return Table(BY_WORKERS, rows)


async def _at_most(offers: int) -> float:
    with EmbeddedBroker() as broker:
        await quiet_shop.opened(broker.bootstrap, offers)
        (pid,) = broker.pids
        assert pid is not None
        done = await ours.throughput(broker.bootstrap, pid, WAITING, offers, ("all",))
    return done.rate


async def _size(offers: int, at_most: float) -> Size:
    with EmbeddedBroker() as broker:
        await quiet_shop.opened(broker.bootstrap, offers)
        (pid,) = broker.pids
        assert pid is not None
        worker, start = await _first_price(broker.bootstrap, offers)
        try:
            await _latency(broker.bootstrap, offers, *quiet_shop.WARM_UP)
            pids = (worker.pid, pid)
            before, begun = sum(map(cpu_seconds, pids)), time.monotonic()
            waits = await _latency(broker.bootstrap, offers, PER_SECOND, SECONDS)
            spent, lasted = sum(map(cpu_seconds, pids)) - before, time.monotonic() - begun
            memory = peak_memory(worker.pid)
        finally:
            worker.kill()
        worker, restart = await _first_price(broker.bootstrap, offers)
        worker.stop()
    return Size(offers, memory / MIB, start, restart, spent / lasted, *waits, at_most)


async def _first_price(bootstrap: str, offers: int) -> tuple[Process, float]:
    """A worker that prices, and the seconds from its start to its first price."""
    begun = time.monotonic()
    worker = ours.worker(bootstrap, "all")
    # a price that is known already would move nothing
    fresh = events(10_000, offers, 1, seed=time.monotonic_ns())
    probes = (event for event in fresh if event.topic == COMPETITORS)
    return worker, await _stopwatch(bootstrap).first_price(probes) - begun


async def _latency(
    bootstrap: str, offers: int, per_second: int, seconds: int
) -> tuple[float, float]:
    load = events(seconds * per_second, offers, per_second, seed=int(time.monotonic()))
    waits = await _stopwatch(bootstrap).measure(load, per_second, ())
    return waits.p50, waits.p99


def _stopwatch(bootstrap: str) -> Stopwatch:
    return Stopwatch(bootstrap, {topic: topic for topic in TRAFFIC}, "price-changes")


if __name__ == "__main__":
    sys.exit(main())
