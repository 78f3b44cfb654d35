"""Personal offers on several partitions: however cut, and never more than a customer may get."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from streams.configuration.settings import Settings
from streams.ingest.border import Border
from streams.ingest.decoder import Decoder
from streams.ingest.order import as_given
from streams.ingest.routing import Router
from streams.journal import codec
from streams.kafka.kafka_record import Record
from tests.online_models.fold.test_recommending import pieces

HOUR = 3_600_000
DAY = 24 * HOUR
START = 1_700_006_400_000 // DAY * DAY
SEGMENT = {
    "segment": "b2c",
    "personalise": True,
    "personal_discount": "30%",
    "optimise_personal": {"every": "P2D", "offers": 2, "explore": "10%", "budget": "10%"},
}


def records(days: int) -> list[tuple[str, Any, int]]:
    """Orders of ten customers for twelve products at low prices, and a withdrawal in the end."""
    policy = {"policy_id": "p", "strategy": [{"kind": "keep"}], "segments": [SEGMENT]}
    found: list[tuple[str, Any, int]] = [("pricing-policies", policy, START)]
    for i in range(12):
        product = {"sku": f"s{i}", "name": "S", "currency": "USD", "price": "10.00", "cost": "4.00"}
        found.append(("products", product | {"category": f"c{i % 2}"}, START))
    for day in range(days):
        for who in range(10):
            at = START + day * DAY + HOUR + who
            lines = [
                {"sku": f"s{(who + day + i) % 12}", "quantity": 1 + i % 2, "unit_price": "8.50"}
                for i in range(4)
            ]
            order = {"order_id": f"{day}-{who}", "time": at, "currency": "USD", "lines": lines}
            found.append(
                ("orders", order | {"customer_id": f"c{who}", "personal_prices": True}, at)
            )
        for part in range(1, 4):
            at = START + day * DAY + part * 8 * HOUR
            found.append(("pricing-control", {"kind": "tick", "time": at}, at))
    forget = {"kind": "forget_customer", "customer_id": "c3", "actor": "me"}
    found.append(("pricing-control", forget, START + days * DAY))
    return found


def play(
    new_fold: Callable[[Any], Any], partitions: int, cut: int
) -> tuple[list[dict[str, Any]], list[Any]]:
    """The personal offers of all partitions, in their order, and the folds then."""
    settings = Settings(partitions=partitions).fold
    own = [settings.of_partition(p) for p in range(partitions)]
    folds = [new_fold(each) for each in own]
    decoder, router = Decoder(Border(b"key")), Router(partitions)
    offsets: Counter[str] = Counter()
    given = []
    for topic, value, at in records(9):
        given.append(Record(topic, 0, offsets[topic], None, json.dumps(value).encode(), at))
        offsets[topic] += 1
    said: list[list[dict[str, Any]]] = [[] for _ in folds]
    for partition, part in router.split(decoder.decode(as_given(given)).batch):
        for piece in pieces(codec.decode(codec.encode(part)), cut):
            for output in folds[partition].step(piece):
                if output.topic == "price-offers":
                    said[partition].append(json.loads(output.value))
            if cut < 10**9:
                saved = folds[partition].snapshot()
                folds[partition] = type(folds[partition]).restore(saved, own[partition])
    return [offer for each in said for offer in each], folds


@pytest.mark.parametrize("partitions", [1, 4])
def test_a_journal_may_be_cut_and_a_worker_restarted_anywhere(
    new_fold: Any, partitions: int
) -> None:
    whole, _ = play(new_fold, partitions, 10**9)
    assert len(whole) > 15
    assert play(new_fold, partitions, 40)[0] == whole


def test_all_partitions_together_make_no_more_offers_than_allowed(new_fold: Any) -> None:
    offers, _ = play(new_fold, 4, 10**9)
    made = [offer for offer in offers if "propensity" in offer]
    at_once = Counter((offer["customer"], offer["valid_until"]) for offer in made)
    assert max(at_once.values()) == 2
    served: dict[Any, set[str]] = {}
    for offer in made:
        served.setdefault((offer["customer"], offer["valid_until"]), set()).add(offer["sku"])
    assert any(len(skus) == 2 for skus in served.values())


@pytest.mark.parametrize("partitions", [1, 4])
def test_nothing_of_a_customer_is_kept_who_withdraws(new_fold: Any, partitions: int) -> None:
    customer = Border(b"key").customer["c3"]
    _, folds = play(new_fold, partitions, 10**9)
    kept = [repr(fold.snapshot()["pricing"]["personal"]) for fold in folds]
    assert not any(str(customer) in each for each in kept)
    assert any(str(Border(b"key").customer["c4"]) in each for each in kept)
