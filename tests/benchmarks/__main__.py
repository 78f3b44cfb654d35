"""The benchmark: the same job for us, for textbook Faust and for Quix Streams, in one run.

Orders, clicks and competitor prices in; state per offer kept; a price record out for each
competitor price. Everything runs on this machine, on a Kafka of its own, in one process and in two.

What a shop costs that is not busy is measured beside it (`tests.benchmarks.quiet_shop`). Medians of
some runs count; `tests.benchmarks.tables` puts what `--json` writes into the docs.

python -m tests.benchmarks [--runs N] [--no-peers] [--json FILE]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console

from streams.kafka.broker import EmbeddedBroker
from tests.benchmarks import ours, peer, quiet_shop
from tests.benchmarks.latency import COMPETITORS, Latency, Stopwatch
from tests.benchmarks.load import TRAFFIC, create_topics, events
from tests.benchmarks.processes import Process
from tests.benchmarks.result import Result
from tests.benchmarks.tables import busy, quiet

PER_SECOND = 1000


def main() -> int:
    """Run all and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    quiet_shop.add_flags(parser)
    parser.set_defaults(runs=5)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what was measured")
    parser.add_argument("--events", type=int, default=400_000, help="for us (default 400,000)")
    parser.add_argument("--no-peers", action="store_true", help="measure us alone")
    args = parser.parse_args()
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    console = Console(stderr=True)
    results = [one for _ in range(args.runs) for one in asyncio.run(_run(args, console))]
    costs = quiet_shop.measured(args, peers=not args.no_peers)
    if args.json:
        measured = {"quiet": list(map(asdict, costs)), "busy": list(map(asdict, results))}
        args.json.write_text(json.dumps(measured, indent=1))
    print(busy(results).markdown, quiet(costs).markdown, sep="\n\n")
    return 0


async def _run(args: argparse.Namespace, console: Console) -> list[Result]:
    found = await _throughput(args, console)
    alone = await _throughput(args, console, ("all",))
    latencies = {d: await _our_latency(d, args, console) for d in ("exactly-once", "at-least-once")}
    results = [
        Result.of(
            "pricetide, exactly-once",
            latencies["exactly-once"],
            found.rate,
            found.cpu,
            found.events,
        ),
        Result(
            "pricetide, exactly-once, one process",
            alone.events,
            alone.rate,
            cpu_seconds=alone.cpu,
        ),
        Result.of("pricetide, at-least-once", latencies["at-least-once"]),
    ]
    if args.no_peers:
        return results
    others = (peer.FAUST, 20_000), (peer.QUIX_STREAMS, 100_000), (peer.QUIX_EXACTLY_ONCE, 100_000)
    for other, number in others:
        try:
            results += [await _peer(other, n, number, args, console) for n in peer.PROCESSES]
        except peer.MissingError as error:
            console.print(f"[yellow]{error}")
            results.append(Result(other.name, note="not installed"))
    return results


async def _throughput(
    args: argparse.Namespace, console: Console, roles: Sequence[str] = ours.EACH_ROLE
) -> ours.Throughput:
    with EmbeddedBroker() as broker:
        await quiet_shop.opened(broker.bootstrap, args.offers)
        console.print(f"pricetide: {args.events:,} events that wait in Kafka …")
        (pid,) = broker.pids
        assert pid is not None
        return await ours.throughput(broker.bootstrap, pid, args.events, args.offers, roles)


async def _our_latency(delivery: str, args: argparse.Namespace, console: Console) -> Latency:
    # its own Kafka: between the events that waited and the present lie years of buckets
    with EmbeddedBroker() as broker:
        await quiet_shop.opened(broker.bootstrap, args.offers)
        console.print(f"pricetide: latency at {PER_SECOND:,} events/s, {delivery} …")
        workers = [ours.worker(broker.bootstrap, role, delivery) for role in ("ingest", "price")]
        into = {topic: topic for topic in TRAFFIC}
        return await _latency(broker.bootstrap, workers, into, "price-changes", args)


async def _peer(
    other: peer.Peer, processes: int, number: int, args: argparse.Namespace, console: Console
) -> Result:
    if other is not peer.FAUST:
        peer.install_quix()
    name = f"{other.name}, {processes} process{'es' if processes > 1 else ''}"
    with EmbeddedBroker() as broker:
        await create_topics(broker.bootstrap, [*other.inputs, other.prices])
        console.print(f"{name}: {number:,} events that wait in Kafka …")
        load = events(number, args.offers, ours.EVENT_RATE)
        found = await peer.rate(other, broker.bootstrap, load, processes)
        console.print(f"{name}: latency at {PER_SECOND:,} events/s …")
        into = {topic: other.named(topic) for topic in TRAFFIC}
        running = await other.start(broker.bootstrap, processes)
        latency = await _latency(broker.bootstrap, running, into, other.prices, args)
    return Result.of(name, latency, found.rate, {"workers": found.cpu}, found.events)


async def _latency(
    bootstrap: str,
    processes: list[Process],
    into: dict[str, str],
    prices: str,
    args: argparse.Namespace,
) -> Latency:
    try:
        probes = (e for e in events(2_000, args.offers, 1, seed=7) if e.topic == COMPETITORS)
        load = events(args.seconds * PER_SECOND, args.offers, PER_SECOND, seed=5)
        found = await Stopwatch(bootstrap, into, prices).measure(load, PER_SECOND, probes)
        for process in processes:
            process.require_running()
        return found
    finally:
        for process in processes:
            process.stop()


if __name__ == "__main__":
    sys.exit(main())
