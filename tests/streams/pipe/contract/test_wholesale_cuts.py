"""Quotes, contracts and breaks come out alike, however the lines are handed over."""

from __future__ import annotations

import json
from typing import Any

from streams.configuration.policy_file import PolicyRecord
from streams.configuration.settings import Settings
from streams.pipe.pipe import Pipe

START = 1_700_006_400_000
DAY = 86_400_000
POLICY = {
    "policy_id": "p",
    "explore": {"kind": "thompson"},
    "strategy": [{"kind": "optimise"}],
    "guardrails": {"minimum_margin": "10%"},
    "coordinate_channels": True,
    "segments": [{"segment": "b2b", "quotes": {}, "optimise_breaks": {}}],
}


def lines() -> list[bytes]:
    found = []

    def put(topic: str, value: Any, at: int) -> None:
        found.append(json.dumps({"topic": topic, "value": value, "timestamp": at}).encode())

    product = {"sku": "a", "name": "A", "currency": "USD", "price": "10.00", "cost": "4.00"}
    put("products", product | {"category": "c", "channels": {"web": {}, "market": {}}}, START)
    put("inventory", {"sku": "a", "on_hand": 90, "time": START}, START)
    contract = {"contract_id": "c", "sku": "a", "price": "8.00", "currency": "USD"}
    put("contract-prices", contract | {"valid_from": START, "customer_id": "Hotel Lake"}, START)
    for day in range(9):
        for i in range(6):
            at = START + day * DAY + i
            asked = [{"sku": "a", "quantity": 30}]
            line = [{"sku": "a", "quantity": (3, 45)[i % 2], "unit_price": "10.00"}]
            order = {"order_id": f"{day}-{i}", "time": at, "currency": "USD", "segment": "b2b"}
            put("orders", order | {"lines": line}, at)
            request = {"quote_id": f"{day}-{i}", "time": at, "currency": "USD", "lines": asked}
            put("quote-requests", request | {"customer_id": ("Hotel Lake", "Hotel Sea")[i % 2]}, at)
            outcome = {"quote_id": f"{day}-{i}", "status": ("won", "lost")[i % 2], "time": at}
            put("quote-outcomes", outcome, at)
        put(
            "pricing-control",
            {"kind": "tick", "time": START + (day + 1) * DAY},
            START + (day + 1) * DAY,
        )
    return found


def pipe() -> Pipe:
    return Pipe(Settings(), [PolicyRecord("p", json.dumps(POLICY).encode())])


def test_line_by_line_is_as_all_at_once() -> None:
    given = lines()
    whole = list(pipe().feed(given))
    single = pipe()
    assert [out for line in given for out in single.feed([line])] == whole
    topics = {json.loads(line)["topic"] for line in whole}
    assert topics >= {"price-quotes", "price-offers"}
    assert not any(b"Hotel" in line for line in whole)
