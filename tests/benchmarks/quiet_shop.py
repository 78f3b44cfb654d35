"""What a shop costs that is not busy: cores and milliseconds at a few rates of events.

The broker, and either a worker of each role or the default worker, which is both in one process,
at 0, 1, 100 and 1,000 events a second; a tenth are competitors' prices that each move a price of
ours. Beside them, where asked for, Quix Streams in one process at the same rates; a loop that does
nothing but read the same events and write a price for each competitor's price, in transactions,
with our client and with Kafka's in C; and a broker that nobody works on: what sending the events
and reading the prices costs it. The broker has both of Java's compilers, as a shop's has, and time
to use them before anything counts.

python -m tests.benchmarks.quiet_shop [--peers] [--runs N] [--json FILE]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from schemas.topics import PARTITIONS
from streams.configuration.policy_file import load as policies
from streams.configuration.settings import Settings
from streams.kafka.broker import EmbeddedBroker
from streams.pricer.publish_policies import publish
from tests.benchmarks import ours, peer
from tests.benchmarks.cost import Cost
from tests.benchmarks.latency import COMPETITORS, Latency, NoPriceError, Stopwatch
from tests.benchmarks.load import TRAFFIC, Event, create_topics, events, fill, products
from tests.benchmarks.processes import Process, cpu_seconds
from tests.benchmarks.tables import quiet

RATES = (0, 1, 100, 1000)
#: The role of each process.
LAYOUTS = {
    "two processes": ("ingest", "price"),
    "one process": ("all",),
    "two workers": ("all",) * 2,
    "four workers": ("all",) * 4,
}
USUAL = ("two processes", "one process")
PEERS = (peer.QUIX_STREAMS, peer.QUIX_EXACTLY_ONCE, peer.BARE, peer.BARE_IN_C)
#: A rate's latency needs prices: below this many events a second only CPU is measured.
FEWEST = 100
#: Before anything counts: events a second, and seconds. The second compiler waits for much use.
WARM_UP = 1_000, 45
#: The embedded broker does without the second compiler; this variable has Java's last word.
BOTH_COMPILERS = {"_JAVA_OPTIONS": "-XX:TieredStopAtLevel=4"}


def main() -> int:
    """Run all and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_flags(parser)
    parser.add_argument("--peers", action="store_true", help="measure Quix Streams, too")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what was measured")
    args = parser.parse_args()
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    costs = measured(args, peers=args.peers)
    if args.json:
        args.json.write_text(json.dumps({"quiet": list(map(asdict, costs)), "busy": []}, indent=1))
    print(quiet(costs).markdown)
    return 0


def add_flags(parser: argparse.ArgumentParser) -> None:
    """What `measured` reads."""
    parser.add_argument("--runs", type=int, default=1, help="of each; their medians count")
    parser.add_argument("--offers", type=int, default=5_000, help="default 5,000")
    parser.add_argument("--seconds", type=int, default=20, help="of each rate (default 20)")
    parser.add_argument("--rates", type=int, nargs="+", default=RATES, help="events/s")
    parser.add_argument("--delivery", default="exactly-once", help="or at-least-once")
    parser.add_argument("--layouts", nargs="+", choices=LAYOUTS, default=USUAL)
    parser.add_argument("--partitions", type=int, default=PARTITIONS, help="of our topics")


def measured(args: argparse.Namespace, peers: bool) -> list[Cost]:
    """The costs of every run; runs of all take turns, so that what disturbs one disturbs all."""
    if peers:
        peer.install_quix()
    os.environ |= BOTH_COMPILERS
    costs: list[Cost] = []
    for _ in range(args.runs):
        for layout in args.layouts:
            costs += asyncio.run(_measure(layout, args))
        if peers:
            for other in PEERS:
                costs += asyncio.run(_measure_peer(other, args))
            costs += asyncio.run(_measure_broker(args))
    return costs


async def _measure(layout: str, args: argparse.Namespace) -> list[Cost]:
    with EmbeddedBroker() as broker:
        await opened(broker.bootstrap, args.offers, args.partitions)
        workers = {
            f"{role} {i}": ours.worker(
                broker.bootstrap,
                role,
                args.delivery,
                instance=f"{role}-{i}",
                variables={"PRICETIDE_PARTITIONS": str(args.partitions)},
            )
            for i, role in enumerate(LAYOUTS[layout])
        }
        into = {topic: topic for topic in TRAFFIC}
        shop = _Shop(broker, workers, into, "price-changes", args.partitions)
        return await shop.costs(layout, args)


async def opened(bootstrap: str, offers: int, partitions: int = PARTITIONS) -> None:
    """Topics, the policy and the catalogue."""
    await create_topics(bootstrap, partitions=partitions)
    await publish(Settings(bootstrap=bootstrap), policies(ours.policies()))
    await fill(bootstrap, products(offers), partitions=partitions)


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
    partitions: int = PARTITIONS

    async def costs(self, layout: str, args: argparse.Namespace) -> list[Cost]:
        """What each rate costs; the workers are stopped at the end."""
        (pid,) = self.broker.pids
        assert pid is not None
        pids = {role: worker.pid for role, worker in self.workers.items()} | {"broker": pid}
        try:
            await self._latency(*WARM_UP, args.offers)
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
                await fill(bootstrap, [event], self.into.__getitem__, self.partitions)
                await asyncio.sleep(1 / rate)
            if not rate:
                await asyncio.sleep(seconds)
            return None
        probes = (e for e in events(2_000, offers, 1, seed=7) if e.topic == COMPETITORS)
        load = events(seconds * rate, offers, rate, seed=int(_now()))
        stopwatch = Stopwatch(bootstrap, self.into, self.prices, self.partitions)
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


if __name__ == "__main__":
    sys.exit(main())
