"""What a shop costs that is not busy: cores and milliseconds at a few rates of events.

The broker, and either a worker of each role or the default worker, which is both in one process,
at 0, 1, 100 and 1,000 events a second; a tenth are competitors' prices that each move a price of
ours. Beside them, where asked for, Quix Streams in one process at the same rates, and a broker
that nobody works on: what sending the events and reading the prices costs it.

python -m tests.benchmarks.quiet_shop [--peers] [--json]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

from rich.console import Console
from rich.table import Table

from streams.configuration.policy_file import load as policies
from streams.configuration.settings import Settings
from streams.kafka.broker import EmbeddedBroker
from streams.pricer.publish_policies import publish
from tests.benchmarks import ours, peer
from tests.benchmarks.latency import RIVALS, Latency, NoPriceError, Stopwatch
from tests.benchmarks.load import TRAFFIC, Event, create_topics, events, fill, products
from tests.benchmarks.processes import Process, cpu_seconds

RATES = (0, 1, 100, 1000)
LAYOUTS = {"two processes": ("ingest", "price"), "one process": ("all",)}
PEERS = (peer.QUIX_STREAMS, peer.QUIX_EXACTLY_ONCE)
#: A rate's latency needs prices: below this many events a second only CPU is measured.
FEWEST = 100


@dataclass
class Cost:
    """Cores of each process, and milliseconds from a competitor's price to ours."""

    layout: str
    per_second: int
    cores: dict[str, float]
    p50_ms: float | None
    p99_ms: float | None


def main() -> int:
    """Run all and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    printed = parser.add_mutually_exclusive_group()
    printed.add_argument("--json", action="store_true", help="print JSON instead of a table")
    printed.add_argument("--markdown", action="store_true", help="print the table for the docs")
    parser.add_argument("--offers", type=int, default=5_000, help="default 5,000")
    parser.add_argument("--seconds", type=int, default=20, help="of each rate (default 20)")
    parser.add_argument("--rates", type=int, nargs="+", default=RATES, help="events/s")
    parser.add_argument("--delivery", default="exactly-once", help="or at-least-once")
    parser.add_argument("--peers", action="store_true", help="measure Quix Streams, too")
    args = parser.parse_args()
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    costs = [cost for layout in LAYOUTS for cost in asyncio.run(_measure(layout, args))]
    if args.peers:
        peer.install_quix()
        costs += [cost for other in PEERS for cost in asyncio.run(_measure_peer(other, args))]
        costs += asyncio.run(_measure_broker(args))
    if args.json:
        print(json.dumps([asdict(cost) for cost in costs], indent=1))
    elif args.markdown:
        print(markdown(costs))
    else:
        show(costs)
    return 0


async def _measure(layout: str, args: argparse.Namespace) -> list[Cost]:
    with EmbeddedBroker() as broker:
        await create_topics(broker.bootstrap)
        await publish(Settings(bootstrap=broker.bootstrap), policies(ours.policies()))
        await fill(broker.bootstrap, products(args.offers))
        roles = LAYOUTS[layout]
        workers = {role: ours.worker(broker.bootstrap, role, args.delivery) for role in roles}
        shop = _Shop(broker, workers, {topic: topic for topic in TRAFFIC}, "price-changes")
        return await shop.costs(layout, args)


async def _measure_peer(other: peer.Peer, args: argparse.Namespace) -> list[Cost]:
    with EmbeddedBroker() as broker:
        await create_topics(broker.bootstrap, [*other.inputs, other.prices])
        (worker,) = await other.start(broker.bootstrap, 1)
        into = {topic: other.named(topic) for topic in TRAFFIC}
        shop = _Shop(broker, {"worker": worker}, into, other.prices)
        return await shop.costs(other.name, args)


async def _measure_broker(args: argparse.Namespace) -> list[Cost]:
    with EmbeddedBroker() as broker:
        await create_topics(broker.bootstrap)
        shop = _Shop(broker, {}, {topic: topic for topic in TRAFFIC}, "price-changes")
        return await shop.costs("nobody", args)


@dataclass
class _Shop:
    """Who works on a broker, and the topics that events go `into` and prices come from."""

    broker: EmbeddedBroker
    workers: Mapping[str, Process]
    into: dict[str, str]
    prices: str

    async def costs(self, layout: str, args: argparse.Namespace) -> list[Cost]:
        """What each rate costs; the workers are stopped at the end."""
        (pid,) = self.broker.pids
        assert pid is not None
        pids = {role: worker.pid for role, worker in self.workers.items()} | {"broker": pid}
        try:
            # Java code is slow at first
            await self._latency(500, 6, args.offers)
            found = []
            for rate in args.rates:
                before, begun = {name: cpu_seconds(pid) for name, pid in pids.items()}, _now()
                latency = await self._latency(rate, args.seconds, args.offers)
                spent = {name: cpu_seconds(pid) - before[name] for name, pid in pids.items()}
                cores = {name: seconds / (_now() - begun) for name, seconds in spent.items()}
                p50, p99 = (None, None) if latency is None else (latency.p50, latency.p99)
                found.append(Cost(layout, rate, cores, p50, p99))
            return found
        finally:
            for worker in self.workers.values():
                worker.stop()

    async def _latency(self, rate: int, seconds: int, offers: int) -> Latency | None:
        bootstrap = self.broker.bootstrap
        if rate < FEWEST:
            for event in _few(rate, seconds, offers):
                await fill(bootstrap, [event], self.into.__getitem__)
                await asyncio.sleep(1 / rate)
            if not rate:
                await asyncio.sleep(seconds)
            return None
        probes = (e for e in events(2_000, offers, 1, seed=7) if e.topic == RIVALS)
        load = events(seconds * rate, offers, rate, seed=int(_now()))
        stopwatch = Stopwatch(bootstrap, self.into, self.prices)
        try:
            return await stopwatch.measure(load, rate, probes if self.workers else ())
        except NoPriceError:
            if self.workers:
                raise
            return None
        finally:
            for worker in self.workers.values():
                worker.require_running()


def _few(rate: int, seconds: int, offers: int) -> Iterator[Event]:
    for event in events(rate * seconds, offers, max(rate, 1), seed=int(_now())):
        wall = time.time_ns() // 1_000_000
        value = event.value.replace(b'"time":%d' % event.time, b'"time":%d' % wall)
        yield event._replace(value=value, time=wall)


def _now() -> float:
    return time.monotonic()


def markdown(costs: list[Cost]) -> str:
    """The table of `docs/performance.md`."""
    lines = [
        "| who | events/s | cores of workers | core of the broker | together | p50 / p99 ms |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for cost in costs:
        broker, total = cost.cores["broker"], sum(cost.cores.values())
        waits = "–" if cost.p50_ms is None else f"{cost.p50_ms:.0f} / {cost.p99_ms:.0f}"
        shares = f"{total - broker:.2f} | {broker:.2f} | {total:.2f}"
        lines.append(f"| {cost.layout} | {cost.per_second:,} | {shares} | {waits} |")
    return "\n".join(lines)


def show(costs: list[Cost]) -> None:
    """Print the table."""
    table = Table(title="A quiet shop")
    for heading in ("", "events/s", "cores", "together", "p50 ms", "p99 ms"):
        table.add_column(heading, justify="right")
    for cost in costs:
        cores = ", ".join(f"{name} {share:.3f}" for name, share in cost.cores.items())
        waits = [f"{ms:.0f}" if ms is not None else "" for ms in (cost.p50_ms, cost.p99_ms)]
        total = f"{sum(cost.cores.values()):.3f}"
        table.add_row(cost.layout, f"{cost.per_second:,}", cores, total, *waits)
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main())
