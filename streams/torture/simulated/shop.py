"""A small shop's records, sound and unsound, and when they are sent."""

from __future__ import annotations

import json
from random import Random
from typing import Any, NamedTuple

from streams.torture.simulated.light_fold import POISON

SKUS = ("tea", "mate", "coffee")
#: Partitions of each input topic; broadcast ones have one.
BUSY = ("orders", "clickstream", "competitor-prices", "products", "inventory")


class ShopRecord(NamedTuple):
    """A record for an input topic at a time, seconds since the run began; `skus` are those that it
    concerns, () for the whole shop, None where it cannot be used.
    """

    at: float
    topic: str
    partition: int
    value: bytes
    key: bytes | None
    skus: tuple[str, ...] | None


def records(draw: Random, number: int, seconds: float, partitions: int) -> list[ShopRecord]:
    """The catalogue, and so many records spread over some seconds."""
    sent = [_product(0.0, sku, draw.randrange(partitions)) for sku in SKUS]
    for i in range(number):
        # shops send in bursts
        at = draw.uniform(0.2, seconds) if i % 3 else sent[-1].at
        sent.append(_draw(draw, i, at, draw.randrange(partitions)))
    return sorted(sent, key=lambda record: record.at)


def _product(at: float, sku: str, partition: int) -> ShopRecord:
    value = {"sku": sku, "name": sku, "currency": "USD", "price": "10.00", "cost": 5}
    return _sent(at, "products", partition, value | {"category": "drinks"}, (sku,))


def _draw(draw: Random, i: int, at: float, partition: int) -> ShopRecord:
    kind, sku = draw.random(), draw.choice(SKUS)
    if kind < 0.3:
        skus = (sku,) if draw.random() < 0.7 else tuple(draw.sample(SKUS, 2))
        lines = [{"sku": s, "quantity": 1, "unit_price": "10.00"} for s in skus]
        value: dict[str, Any] = {"order_id": f"o{i}", "currency": "USD", "lines": lines}
        return _sent(at, "orders", partition, value, skus)
    if kind < 0.5:
        return _sent(at, "clickstream", partition, {"sku": sku, "action": "view"}, (sku,))
    if kind < 0.75:
        price = f"{draw.randint(800, 1200) / 100:.2f}"
        value = {"sku": sku, "competitor": "r", "price": price, "currency": "USD"}
        return _sent(at, "competitor-prices", partition, value, (sku,))
    if kind < 0.8:
        value = {"sku": sku, "on_hand": draw.randrange(40)}
        return _sent(at, "inventory", partition, value, (sku,))
    if kind < 0.85:
        value = {"kind": "pause", "actor": "a", "reason": "r", "select": {"skus": [sku]}}
        return _sent(at, "pricing-control", 0, value, ())
    if kind < 0.9:
        value = {"policy_id": f"p{i}", "strategy": [{"kind": "keep"}]}
        return _sent(at, "pricing-policies", 0, value, (), key=f"p{i}".encode())
    if kind < 0.95:
        junk = draw.choice([b"", b"\xff", b"{", b"null", b'{"sku": 5}'])
        return ShopRecord(at, draw.choice(BUSY), partition, junk, None, None)
    return _sent(at, "clickstream", partition, {"sku": POISON, "action": "view"}, (POISON,))


def _sent(
    at: float,
    topic: str,
    partition: int,
    value: dict[str, Any],
    skus: tuple[str, ...],
    key: bytes | None = None,
) -> ShopRecord:
    name = key or (skus[0].encode() if skus else None)
    return ShopRecord(at, topic, partition, json.dumps(value).encode(), name, skus)
