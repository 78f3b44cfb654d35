"""Records of a shop as large as asked for, as the console's follower reads them from the topics."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from itertools import count

import msgspec

from streams.web.store.intake.record import Taken

START = 1_700_000_000_000
DAY = 86_400_000
RULES = ("minimum_margin", "reference_band", "max_step_down", "max_step_up", "price_endings")


def sku(number: int) -> str:
    return f"item-{number}"


def product(number: int) -> Taken:
    value = {
        "sku": sku(number),
        "name": f"Item {number} of the catalogue",
        "currency": "EUR",
        "price": "10.00",
        "cost": "6.00",
        "category": f"c/{number % 50}",
        "brand": f"brand {number % 200}",
    }
    return Taken("products", 0, number, None, msgspec.json.encode(value), START)


def decision(number: int, turn: int) -> Taken:
    waits = number % 20 == 0
    step = [
        {"rule": rule, "input": "9.89", "output": "9.89", "detail": {"minimum": "8.00"}}
        for rule in RULES
    ]
    raw = {"elasticity": -2.5, "elasticity_deviation": 0.4, "maximise": "profit", "ruled": "it"}
    value = {
        "decision_id": f"{number:012x}-{turn}",
        "revision": turn,
        "sku": sku(number),
        "channel": "web",
        "price": "9.89",
        "previous_price": "10.00",
        "currency": "EUR",
        "effective_at": "2023-11-20T00:00:00Z",
        "time": "2023-11-20T00:00:00Z",
        "outcome": "proposed" if waits else "changed",
        "reason": "approval_required" if waits else "optimise",
        "policy_id": "usual",
        "policy_version": 1,
        "model_version": "online",
        "lowest_prior_price_30d": "9.50",
        "cause": {"topic": "tick", "partition": 0, "offset": -1},
        "explanation": [
            {"rule": "optimise", "input": None, "output": "9.89", "detail": raw},
            *step,
        ],
        "propensity": 1,
        "expected": {
            "units": 66.1,
            "revenue": "2283.47",
            "profit": "496.41",
            "lower": "107.29",
            "upper": "1294.87",
        },
        "expected_kept": {
            "units": 60.7,
            "revenue": "2404.17",
            "profit": "494.98",
            "lower": "106.99",
            "upper": "1290.99",
        },
    }
    return Taken("price-decisions", 0, number, None, msgspec.json.encode(value), START)


def change(number: int) -> Taken:
    value = msgspec.json.decode(decision(number, 1).value or b"")
    return Taken("price-changes", 0, number, None, msgspec.json.encode(value), START)


def observation(number: int, day: int) -> Taken:
    value = {
        "sku": sku(number),
        "channel": "web",
        "bucket_start": START + day * DAY,
        "bucket_end": START + (day + 1) * DAY,
        "units": number % 7,
        "views": 40,
        "price": "10.00",
        "competitor_price": "9.90",
        "stocked_out": False,
        "currency": "EUR",
    }
    for name in ("bucket_start", "bucket_end"):
        seconds = int(value[name]) // 1000  # type: ignore[call-overload]
        value[name] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
    return Taken("demand-observations", 0, number, None, msgspec.json.encode(value), START)


def policy() -> Taken:
    value = msgspec.json.encode({"policy_id": "usual"})
    return Taken("pricing-policies", 0, 0, None, value, START)


def told(number: int) -> Iterator[Taken]:
    """What a shop of so many offers tells, on and on: a decision of each, then a day of sales."""
    yield policy()
    yield from map(product, range(number))
    yield from map(change, range(number))
    for turn in count(1000):
        yield from (decision(offer, turn) for offer in range(number))
        yield from (observation(offer, turn - 1000) for offer in range(number))


def rounds_of(records: Iterable[Taken], size: int) -> Iterator[list[Taken]]:
    """The records in rounds, as a follower takes them."""
    batch: list[Taken] = []
    for record in records:
        batch.append(record)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
