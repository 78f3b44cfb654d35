"""CPU time of a decision: one offer after one competitor's price, and 100,000 offers at once.

    python -m tests.benchmarks.decision_cost [--profile]

The policy is the README's with a fall-back to `optimise`; the demand models are the real ones.
"""

from __future__ import annotations

import argparse
import cProfile
import gc
import math
import pstats
import time
from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np

from online_models.demand.filter.state import ELASTICITY, LEVEL
from online_models.fold.fold import Fold
from online_models.fold.state import FoldSettings
from online_models.journal.batch import FORCED, Batch, BatchBuilder, Fact, Kind, SourcePartition
from online_models.pricing.decide import decide
from online_models.pricing.state.causes import Causes
from schemas.values.instants import DAY, HOUR
from streams.commands.run.worker import COLLECTIONS

START = 20_000 * DAY
OFFERS = 100_000
SINGLES = 2_000
#: Days decided; the least time counts.
DAYS = 4
POLICY = {
    "policy_id": "coffee",
    "version": 1,
    "priority": 10,
    "select": {"categories": ["food/coffee"]},
    "strategy": [
        {"kind": "match_competitor", "which": "lowest", "offset": "-0.01", "max_age": "PT24H"},
        {"kind": "optimise"},
    ],
    "guardrails": {
        "minimum_margin": "5%",
        "reference_band": "30%",
        "max_step_up": "7%",
        "max_step_down": "10%",
        "price_endings": [".99", ".49"],
    },
}


def fact(
    rows: BatchBuilder, topic: str, value: dict[str, Any], sku: str | None, offset: int
) -> None:
    """One slow record."""
    detail = rows.fact(Fact(topic, sku, msgspec.json.encode(value)))
    at = rows.text(sku)
    rows.add(Kind.FACT, START, SourcePartition(topic, 0), offset=offset, sku=at, detail=detail)


def shop(offers: int, category: str = "food/coffee") -> Fold:
    """A fold with products at 4 to 44 euros, and the policy."""
    rng = np.random.default_rng(0)
    rows = BatchBuilder()
    fact(rows, "pricing-policies", POLICY, None, 0)
    for i, price in enumerate(rng.integers(400, 4400, offers).tolist()):
        value = {
            "sku": f"s{i}",
            "name": f"s{i}",
            "currency": "EUR",
            "price": f"{price / 100:.2f}",
            "cost": f"{price / 200:.2f}",
            "category": category,
            "tax_rate": "7%",
        }
        fact(rows, "products", value, f"s{i}", i)
    rows.add(Kind.TICK, START, flag=FORCED)
    fold = Fold(FoldSettings())
    fold.step(rows.batch())
    # each offer sells by its own curve, so that hardly two forecasts are written alike
    state = fold.state.demand.filter.state
    state.mean[:, LEVEL] += rng.normal(0.0, 1.0, len(state.mean))
    state.mean[:, ELASTICITY] += rng.normal(0.0, 0.3, len(state.mean))
    return fold


def competitors(fold: Fold, number: int, offset: int, seed: int) -> Iterator[Batch]:
    """Batches of one competitor's price each."""
    rng = np.random.default_rng(seed)
    catalogue = fold.state.catalogue
    names = catalogue.sku_names.names
    for i in range(number):
        sku = int(rng.integers(min(len(names), 1000)))
        price = int(fold.state.pricing.ledger.price[sku] * rng.uniform(0.93, 1.02))
        rows = BatchBuilder()
        rows.add(
            Kind.COMPETITOR_PRICE,
            START + HOUR + (offset + i) * 10_000,
            SourcePartition("competitor-prices", 0),
            offset=offset + i,
            sku=rows.text(names[sku]),
            currency=rows.text("EUR"),
            amount=price,
            detail=rows.text("competitor"),
            flag=1,
        )
        yield rows.batch()


def singles(fold: Fold, offset: int = 0) -> tuple[float, int]:
    """CPU seconds of one step with one competitor's price, and the decisions made."""
    batches = list(competitors(fold, SINGLES, offset, offset))
    before = time.process_time()
    outputs = sum(len(fold.step(batch)) for batch in batches)
    return (time.process_time() - before) / SINGLES, outputs


def everything(fold: Fold, now: int) -> float:
    """CPU seconds of deciding every offer, with its records written out."""
    pricing = fold.state.pricing
    rows = np.arange(pricing.ledger.size)
    full = np.ones(len(rows), dtype=np.int64)
    causes = Causes(["competitor-prices"], full * 0, full * 0, full)
    before = time.process_time()
    decide(pricing, rows, full * now, causes)
    return time.process_time() - before


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--profile", choices=["one", "all"])
    args = parser.parse_args()
    gc.set_threshold(*COLLECTIONS)
    profile = cProfile.Profile(time.process_time)
    small = shop(1000)
    singles(small)
    if args.profile == "one":
        profile.enable()
    cost, outputs = singles(small, SINGLES)
    profile.disable()
    print(f"one competitor's price: {cost * 1e6:,.0f} µs a step ({outputs} records)")
    for kind in ("food/coffee", "other"):
        large, seconds = shop(OFFERS, kind), math.inf
        for day in range(DAYS):
            if args.profile == "all" and day == DAYS - 1:
                profile.enable()
            seconds = min(seconds, everything(large, START + (day + 1) * DAY))
            profile.disable()
        named = "policy" if kind == "food/coffee" else "built-in default"
        print(f"{OFFERS:,} offers, {named}: {OFFERS / seconds:,.0f} decisions/s of CPU")
        if args.profile == "all":
            break
    if args.profile:
        pstats.Stats(profile).sort_stats("tottime").print_stats(40)
        pstats.Stats(profile).sort_stats("cumtime").print_stats(90)


if __name__ == "__main__":
    main()
