"""A catalogue of 100,000 offers in one process: memory, a day's close, snapshot and recovery.

    python -m tests.benchmarks.large_catalogue [--offers N]

Seconds are CPU time, memory the peak of the process.
"""

from __future__ import annotations

import argparse
import resource
import time

import numpy as np

from online_models.fold.fold import Fold
from online_models.fold.state import FoldSettings
from online_models.journal.batch import FORCED, Batch, BatchBuilder, Kind, SourcePartition
from schemas.values.instants import DAY, HOUR
from streams.pricer.snapshots.codec import decode, decode_part, encode
from tests.benchmarks.decision_cost import START, shop

#: Enough for the first buckets to close after the allowed lateness.
DAYS = 3
MIB = 1 << 20


def orders(names: list[str], day: int, number: int) -> Batch:
    """A day's order lines of one unit each."""
    draw = np.random.default_rng(day)
    rows = BatchBuilder()
    channel, currency = rows.text("web"), rows.text("EUR")
    times = np.sort(draw.integers(0, DAY - HOUR, number)).tolist()
    skus = draw.integers(0, len(names), number).tolist()
    for i, (at, sku) in enumerate(zip(times, skus, strict=True)):
        offset = day * number + i
        rows.add(
            Kind.ORDER,
            START + day * DAY + HOUR + at,
            SourcePartition("orders", 0),
            offset=offset,
            sku=rows.text(names[sku]),
            channel=channel,
            currency=currency,
            amount=1999,
            quantity=1,
        )
    return rows.batch()


def tick(time_: int) -> Batch:
    """A tick of event time."""
    rows = BatchBuilder()
    rows.add(Kind.TICK, time_, flag=FORCED)
    return rows.batch()


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--offers", type=int, default=100_000)
    args = parser.parse_args()
    before = time.process_time()

    def seconds(what: str) -> None:
        nonlocal before
        now = time.process_time()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MIB
        print(f"{what}: {now - before:.2f} s, {peak:,.0f} MiB at most so far", flush=True)
        before = time.process_time()

    fold = shop(args.offers)
    names = fold.state.catalogue.sku_names.names
    seconds(f"{args.offers:,} products")
    for day in range(DAYS):
        batch = orders(names, day, args.offers)
        before = time.process_time()
        fold.step(batch)
        seconds(f"day {day + 1}: {args.offers:,} order lines")
        outputs = fold.step(tick(START + (day + 1) * DAY + HOUR))
        seconds(f"day {day + 1}: closed with {len(outputs):,} records out")
    parts = encode(fold.snapshot(), 7)
    seconds(f"snapshot of {sum(map(len, parts)) / MIB:,.1f} MiB")
    again = Fold.restore(decode([decode_part(part) for part in parts]), FoldSettings())
    seconds("recovery")
    after = tick(START + (DAYS + 1) * DAY + HOUR)
    if [o.value for o in again.step(after)] != [o.value for o in fold.step(after)]:
        raise SystemExit("what was restored goes on differently")


if __name__ == "__main__":
    main()
