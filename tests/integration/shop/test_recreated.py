"""Input topics that are deleted and made anew: what they hold then is priced, once."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from kafka import TopicPartition

from tests.integration.shop.kafka_shop import KafkaShop
from tests.integration.shop.traffic import MINUTE, START, TEA
from tests.integration.shop.truth import assert_exactly
from tests.integration.shop.worker import Worker

pytestmark = pytest.mark.integration

POLICY = {"policy_id": "match", "strategy": [{"kind": "match_competitor"}, {"kind": "keep"}]}
ROUND = 20


def send_prices(shop: KafkaShop, first: int, number: int = ROUND) -> str:
    """Competitors' prices for the tea, each of which moves its price; returns the last."""
    for i in range(first, first + number):
        value = {"sku": "tea", "competitor": "r", "currency": "USD", "time": START + MINUTE * i}
        value |= {"price": f"{8 + i / 100:.2f}"}
        shop.put("competitor-prices", json.dumps(value).encode(), b"tea", START + MINUTE * i)
    shop.producer.flush()
    return str(value["price"])


def prices(shop: KafkaShop) -> list[str]:
    return [json.loads(record.value)["price"] for record in shop.read(["price-changes"])]


def test_a_topic_made_anew_loses_nothing(
    shop: KafkaShop, start_worker: Callable[..., Worker], expected: Callable[[], list[object]]
) -> None:
    worker = start_worker("w0")
    shop.put("pricing-policies", json.dumps(POLICY).encode(), b"match", START)
    shop.put("products", json.dumps(TEA).encode(), b"tea", START).get(timeout=30)
    last = send_prices(shop, 1)
    shop.settle(worker)
    assert prices(shop)[-1] == last
    # while a worker runs; at once, it has more records than before
    shop.recreate(["competitor-prices"])
    last = send_prices(shop, 1 + ROUND, 2 * ROUND)
    shop.wait(lambda: prices(shop)[-1] == last, "priced", worker)
    # and while none does
    assert worker.stop() == 0, worker.tail()
    shop.recreate(["competitor-prices"])
    last = send_prices(shop, 1 + 3 * ROUND)
    worker.start()
    shop.wait(lambda: prices(shop)[-1] == last, "priced", worker)
    assert worker.stop() == 0, worker.tail()
    assert "competitor-prices was made anew" in worker.text()
    changes = [json.loads(record.value) for record in shop.read(["price-changes"])]
    assert [change["price"] for change in changes] == sorted({c["price"] for c in changes})
    assert len(changes) == 4 * ROUND
    assert {change["cause"]["topic"] for change in changes} == {"competitor-prices"}
    assert_exactly(shop.published(), expected())


def test_a_product_in_a_wrong_currency_buries_nothing_once_the_record_in_the_right_one_is_gone(
    shop: KafkaShop, start_worker: Callable[..., Worker]
) -> None:
    worker = start_worker("w1")
    time = START + MINUTE * 5 * ROUND
    wrong = json.dumps(TEA | {"currency": "EUR", "price": "5.00"}).encode()
    lies = shop.put("products", wrong, b"tea", time).get(timeout=30)
    shop.settle(worker)
    assert worker.stop() == 0, worker.tail()
    # as compaction or retention would leave it
    shop.delete_before({TopicPartition("products", lies.partition): lies.offset})
    worker.start()
    last = send_prices(shop, 6 * ROUND)
    shop.wait(lambda: prices(shop)[-1] == last, "priced", worker)
    corrected = json.dumps(TEA | {"name": "Green tea"}).encode()
    shop.put("products", corrected, b"tea", time + MINUTE).get(timeout=30)
    shop.settle(worker)
    assert worker.stop() == 0, worker.tail()
    buried = [dict(letter.headers) for letter in shop.read(["dead-letters"])]
    assert {(each["source-topic"], each["source-offset"]) for each in buried} <= {
        (b"products", b"%d" % lies.offset)
    }
