"""No dead letter, header or line of a log says who a refused record is about."""

from __future__ import annotations

import json

import pytest

from streams.ingest.border import Border
from streams.ingest.dead_letters import describe, written
from streams.ingest.decoder import Decoder
from streams.ingest.hidden_names import hide
from streams.ingest.order import as_given
from streams.kafka.kafka_record import Record

START = 1_700_006_400_000
ORDER = {"order_id": "o", "time": START, "currency": "USD"}
LINES = [{"sku": "a", "quantity": 1, "unit_price": "1"}]


@pytest.mark.parametrize(
    ("topic", "value"),
    [
        ("orders", json.dumps(ORDER | {"customer_id": 4711, "lines": LINES}).encode()),
        ("orders", json.dumps(ORDER | {"customer_id": "id-4711", "lines": []}).encode()),
        ("orders", json.dumps(ORDER | {"customer_id": ["4711"], "lines": []}).encode()),
        ("orders", b'{"order_id": "o", "customer_id": "id-4711'),
        ("orders", b'{"\\u0063ustomer_id" : "id \\" 4711", "lines": []}'),
        ("clickstream", b'{"sku":"a","action":"stare","session_id":"4711","time":0}'),
        ("pricing-control", b'{"kind":"forget_customer","customer_id":4711,"actor":"anna"}'),
        ("pricing-control", b'{"kind":"forget_customer","customer":"4711"}'),
        ("pricing-control", b'{"kind":"forget_customer","Customer-Id":{"id":4711}}'),
    ],
)
def test_a_refused_record_names_nobody(topic: str, value: bytes) -> None:
    border = Border(b"secret")
    record = Record(topic, 0, 0, b"k", value, START)
    ((_, letter),) = Decoder(border).decode(as_given([record])).dead
    kept = written(letter, border.customer.text)
    assert b"4711" not in (kept.value or b"")
    assert not any(b"4711" in text for _, text in kept.headers)
    assert "4711" not in describe(letter)


def test_what_names_nobody_stays_as_it_is() -> None:
    for value in (b'{"sku": "customer_id", "n": 1}', b'"customer_id"', b'{"customer_id": null}'):
        assert hide(value, lambda name: "hidden") == value


def test_equal_names_are_hidden_equally_and_only_by_the_key() -> None:
    value = b'{"customer_id": "anna"}'
    one, other = Border(b"one").customer.text, Border(b"other").customer.text
    assert hide(value, one) == hide(value, one) != hide(value, other)
