"""A request whose lines belong to several partitions is answered once, by all that they know."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from online_models.fold.fold import Fold
from online_models.journal.batch import Batch
from online_models.pricing.explanation.recompute import recompute
from schemas.values.instants import DAY, HOUR
from streams.configuration.settings import Settings
from streams.ingest.border import Border
from streams.ingest.decoder import Decoder
from streams.ingest.order import as_given
from streams.ingest.routing import Router
from streams.journal import codec
from streams.kafka.kafka_record import Record

START = 1_700_006_400_000
POLICY = {
    "policy_id": "p",
    "strategy": [{"kind": "keep"}],
    "guardrails": {"minimum_margin": "20%"},
    "segments": [{"segment": "b2b", "quotes": {"approval_above": "0%"}}],
}


class Shop:
    """The folds of a journal of several partitions, and ingest between them."""

    def __init__(self, partitions: int) -> None:
        settings = Settings(partitions=partitions).fold
        self._folds = {p: Fold(settings) for p in range(partitions)}
        self._settings = settings
        self._decoder, self._router = Decoder(Border(b"key")), Router(partitions)
        self._offsets: dict[str, int] = {}
        self.said: list[tuple[str, dict[str, Any]]] = []

    def send(self, *records: tuple[str, Any, int]) -> None:
        """Fold records, and whatever the partitions tell each other, until nobody says more."""
        waiting = [
            self._record(topic, json.dumps(value).encode(), at) for topic, value, at in records
        ]
        while waiting:
            batch: Batch = self._decoder.decode(as_given(waiting)).batch
            waiting = []
            for partition, part in self._router.split(batch):
                for output in self._folds[partition].step(codec.decode(codec.encode(part))):
                    if output.topic == "quote-lines":
                        waiting.append(self._record(output.topic, output.value, output.time))
                    elif output.topic == "price-quotes":
                        self.said.append((f"{partition}", json.loads(output.value)))
                # every step begins from what was saved
                saved = self._folds[partition].snapshot()
                self._folds[partition] = Fold.restore(saved, self._settings)

    def _record(self, topic: str, value: bytes, at: int) -> Record:
        offset = self._offsets.get(topic, 0)
        self._offsets[topic] = offset + 1
        return Record(topic, 0, offset, None, value, at)


def opened(partitions: int) -> Shop:
    """A shop of six products."""
    shop = Shop(partitions)
    products = [
        ("products", {"sku": sku, "name": sku, "currency": "USD", "price": "10.00", "cost": "5.00",
                      "category": "c"}, START)
        for sku in "abcdef"
    ]  # fmt: skip
    tick = {"kind": "tick", "time": START}
    shop.send(("pricing-policies", POLICY, START), *products, ("pricing-control", tick, START))
    return shop


def run(partitions: int) -> Shop:
    shop = opened(partitions)
    lines = [{"sku": sku, "quantity": 5} for sku in "abcdef"]
    for i in range(4):
        at = START + i * HOUR + 1
        request = {"quote_id": f"q{i}", "currency": "USD", "time": at, "lines": lines}
        if i == 3:
            request["lines"] = [*lines, {"sku": "nobody", "quantity": 1}]
        shop.send(("quote-requests", request, at))
        decision_id = shop.said[-1][1]["decision_id"]
        order = {"kind": "approve", "decision_id": decision_id, "actor": "ann", "time": at}
        shop.send(("pricing-control", order, at))
        outcome = {"quote_id": f"q{i}", "status": "lost", "time": at}
        shop.send(("quote-outcomes", outcome, at))
    later = {"kind": "tick", "time": START + DAY}
    shop.send(("pricing-control", later, START + DAY))
    return shop


@pytest.mark.parametrize("partitions", [2, 8])
def test_a_request_is_answered_once_whatever_the_number_of_partitions(partitions: int) -> None:
    one, several = run(1), run(partitions)
    assert [quote for _, quote in several.said[:-1]] == [quote for _, quote in one.said[:-1]]
    # a partition that has met no product cannot say that one is unknown: it is waited for in vain
    assert several.said[-1][1]["reason"] == one.said[-1][1]["reason"]
    assert {partition for partition, _ in several.said} == {"0"}
    statuses = [quote["status"] for _, quote in one.said]
    assert statuses == ["proposed", "offered"] * 3 + ["declined"]
    assert one.said[-1][1]["reason"] == "no product has the SKU nobody"
    assert [q["expected"]["outcomes"] for _, q in one.said[:-1]] == [0, 0, 1, 1, 2, 2]
    for _, quote in several.said[:-1]:
        assert [line["sku"] for line in quote["lines"]] == list("abcdef")
        for line in quote["lines"]:
            assert recompute(line["explanation"], "USD") == line["unit_price"]
            assert Decimal(line["unit_price"]) >= Decimal("6.25")


@pytest.mark.parametrize("partitions", [1, 8])
def test_a_proposal_that_a_cost_has_overtaken_is_given_up(partitions: int) -> None:
    shop = opened(partitions)
    at = START + HOUR
    lines = [{"sku": sku, "quantity": 5} for sku in "abcdef"]
    request = {"quote_id": "late", "currency": "USD", "time": at, "lines": lines}
    shop.send(("quote-requests", request, at))
    assert shop.said[-1][1]["status"] == "proposed"
    decision_id = shop.said[-1][1]["decision_id"]
    dearer = {"sku": "e", "name": "e", "currency": "USD", "price": "10.00", "cost": "9.90"}
    shop.send(("products", dearer | {"category": "c"}, at + 1))
    shop.send(("pricing-control", {"kind": "tick", "time": at + HOUR}, at + HOUR))
    over = shop.said[-1][1]
    assert (over["quote_id"], over["status"]) == ("late", "expired")
    before = len(shop.said)
    order = {"kind": "approve", "decision_id": decision_id, "actor": "ann", "time": at + HOUR}
    shop.send(("pricing-control", order, at + HOUR))
    assert len(shop.said) == before
