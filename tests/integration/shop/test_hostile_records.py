"""Records made to end a worker: refused, passed or read; what stands beside is priced."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import json
from typing import Any, NamedTuple

import pytest
from aiokafka import AIOKafkaProducer
from kafka import KafkaProducer, TopicPartition

from tests.integration.shop.kafka_shop import KafkaShop
from tests.integration.shop.traffic import MINUTE, START, TEA
from tests.integration.shop.worker import Worker

pytestmark = pytest.mark.integration

POLICY = {"policy_id": "match", "strategy": [{"kind": "match_competitor"}, {"kind": "keep"}]}
CODECS = ("gzip", "snappy", "lz4", "zstd")
NINE_MEGABYTES = bytes(9_000_000)
#: Bytes of the values of the flood, and of each.
FLOOD, EACH = 200_000_000, 600_000
DEEP = b'{"kind":' + b"[" * 100_000 + b"]" * 100_000 + b"}"


#: Of the prices that a competitor shows, each later than the last.
TIMES = itertools.count(START + MINUTE)


class _NotText(str):
    """A header's name that no encoding gave rise to."""

    def encode(self, *_: object) -> bytes:
        return b"\xff\xfe"


class Sent(NamedTuple):
    """Where a hostile record lies, its value, and what its dead letter's reason must name."""

    place: tuple[str, int, int]
    value: bytes
    reason: str


def competitor(cents: int) -> bytes:
    """A competitor's price for the tea; each moves the tea's own price."""
    value = {"sku": "tea", "competitor": "r", "currency": "USD", "time": next(TIMES)}
    return json.dumps(value | {"price": f"9.{cents:02d}"}).encode()


def tea_price(shop: KafkaShop) -> str:
    """The tea's price as last published."""
    return str(json.loads(shop.read(["price-changes"])[-1].value)["price"])


async def _compressed(shop: KafkaShop, codec: str, topic: str, values: list[bytes]) -> list[Any]:
    producer = AIOKafkaProducer(
        bootstrap_servers=shop.bootstrap, compression_type=codec, max_request_size=10_000_000
    )
    await producer.start()
    try:
        sent = [
            await producer.send(topic, value, partition=0, timestamp_ms=START + MINUTE)
            for value in values
        ]
        return list(await asyncio.gather(*sent))
    finally:
        await producer.stop()


def compressed(shop: KafkaShop, codec: str, topic: str, *values: bytes) -> list[Any]:
    """Write records that a producer compresses; returns where they lie."""
    return asyncio.run(_compressed(shop, codec, topic, list(values)))


def headed(shop: KafkaShop, topic: str, value: bytes) -> Any:
    """Write a record with a header whose name is not UTF-8; returns where it lies."""
    producer = KafkaProducer(bootstrap_servers=shop.bootstrap)
    try:
        headers = [("sound", b"1"), (_NotText("x"), b"2")]
        sent = producer.send(
            topic, value, b"k", headers=headers, partition=0, timestamp_ms=START + MINUTE
        )
        return sent.get(timeout=30)
    finally:
        producer.close()


def aborted(shop: KafkaShop, value: bytes) -> None:
    """Write a competitor's price in a transaction, and take it back; returns when Kafka has marked
    its end, which has an offset of its own.
    """
    producer = KafkaProducer(bootstrap_servers=shop.bootstrap, transactional_id="a-shop")
    try:
        producer.init_transactions()
        producer.begin_transaction()
        sent = producer.send("competitor-prices", value, b"tea", timestamp_ms=START + MINUTE)
        lies = sent.get(timeout=30)
        producer.abort_transaction()
    finally:
        producer.close()
    tp = TopicPartition(lies.topic, lies.partition)
    shop.wait(lambda: shop.ends([lies.topic])[tp] > lies.offset + 1, "marked")


@pytest.fixture(scope="module")
def worker(shop: KafkaShop, start_worker: Any) -> Worker:
    """A worker that has priced the tea at 9.99."""
    worker = start_worker("w0")
    shop.put("pricing-policies", json.dumps(POLICY).encode(), b"match", START)
    shop.put("products", json.dumps(TEA).encode(), b"tea", START).get(timeout=30)
    shop.put("competitor-prices", competitor(99), b"tea", START + MINUTE).get(timeout=30)
    shop.settle(worker)
    assert tea_price(shop) == "9.99"
    return worker


def letters(shop: KafkaShop) -> dict[tuple[str, int, int], tuple[bytes | None, dict[str, str]]]:
    """Dead letters: (topic, partition, offset) of the record → value and headers."""
    found = {}
    for record in shop.read(["dead-letters"]):
        headers = {name: value.decode() for name, value in record.headers}
        place = (headers["source-topic"], int(headers["source-partition"]))
        found[*place, int(headers["source-offset"])] = record.value, headers
    return found


def place(metadata: Any) -> tuple[str, int, int]:
    return metadata.topic, metadata.partition, metadata.offset


@pytest.mark.parametrize("codec", CODECS)
def test_what_a_producer_compresses_is_priced(shop: KafkaShop, worker: Worker, codec: str) -> None:
    cents = 80 - CODECS.index(codec)
    compressed(shop, codec, "competitor-prices", competitor(cents))
    shop.settle(worker)
    assert tea_price(shop) == f"9.{cents:02d}"


def test_a_header_whose_name_is_not_utf_8_is_buried_and_passed(
    shop: KafkaShop, worker: Worker
) -> None:
    value = competitor(1)
    hostile = place(headed(shop, "competitor-prices", value))
    product = place(headed(shop, "products", json.dumps(TEA | {"sku": "mate"}).encode()))
    shop.put("competitor-prices", competitor(70), b"tea", START + MINUTE)
    shop.settle(worker)
    assert tea_price(shop) == "9.70"
    found = letters(shop)
    assert found[hostile][0] == value
    assert "header" in found[hostile][1]["error"]
    assert "UTF-8" in found[product][1]["error"]


def test_a_taken_back_transaction_is_not_priced(shop: KafkaShop, worker: Worker) -> None:
    aborted(shop, competitor(2))
    shop.put("competitor-prices", competitor(69), b"tea", START + MINUTE)
    shop.settle(worker)
    prices = [json.loads(r.value)["price"] for r in shop.read(["price-changes"])]
    assert prices[-1] == "9.69"
    assert "9.02" not in prices


def test_a_partition_that_ends_with_a_taken_back_transaction_is_read_to_its_end(
    shop: KafkaShop, worker: Worker
) -> None:
    aborted(shop, competitor(3))
    shop.settle(worker)
    assert tea_price(shop) == "9.69"


@pytest.mark.parametrize("value", [b"\xff\xfe", b'{"kind": "tick\xff"}', DEEP, b"[" * 100_000])
def test_control_that_is_no_text_or_too_deep_is_buried(
    shop: KafkaShop, worker: Worker, value: bytes
) -> None:
    hostile = place(shop.put("pricing-control", value, None, START).get(timeout=30))
    shop.settle(worker)
    assert letters(shop)[hostile][0] == value


def test_a_record_of_megabytes_leaves_a_letter_to_find_it_by(
    shop: KafkaShop, worker: Worker
) -> None:
    (sent,) = compressed(shop, "gzip", "clickstream", NINE_MEGABYTES)
    shop.settle(worker)
    value, headers = letters(shop)[place(sent)]
    assert value is not None
    assert NINE_MEGABYTES.startswith(value)
    assert len(value) < 10_000
    assert headers["value-bytes"] == "9000000"
    assert headers["value-sha256"] == hashlib.sha256(NINE_MEGABYTES).hexdigest()
    assert worker.process.poll() is None


def test_kilobytes_that_expand_to_megabytes_do_not_fill_the_dead_letters(
    shop: KafkaShop, worker: Worker
) -> None:
    before = len(letters(shop))
    values = [bytes(EACH)] * (FLOOD // EACH)
    sent = compressed(shop, "gzip", "clickstream", *values)
    shop.put("competitor-prices", competitor(68), b"tea", START + MINUTE)
    shop.settle(worker)
    assert tea_price(shop) == "9.68"
    found = letters(shop)
    assert len(found) == before + len(values)
    flooded = [found[place(each)][0] or b"" for each in sent]
    assert sum(map(len, flooded)) < FLOOD // 10


def test_the_worker_stops_as_if_nothing_had_been(shop: KafkaShop, worker: Worker) -> None:
    assert worker.stop() == 0, worker.tail()
    assert "CRITICAL" not in worker.text()
