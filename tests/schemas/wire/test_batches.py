"""A batch decodes to one row per value, whatever its values try."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schemas.examples import EXAMPLES
from schemas.wire.batches import BatchDecoder
from schemas.wire.clickstream import DECODER as CLICKS
from schemas.wire.competitor_prices import DECODER as RIVALS
from schemas.wire.orders import DECODER as ORDERS

VIEW = b'{"sku":"a","action":"view"}'
DECODERS: dict[str, BatchDecoder[Any]] = {
    "orders": ORDERS,
    "clickstream": CLICKS,
    "competitor-prices": RIVALS,
}


def view(sku: str, **fields: Any) -> bytes:
    return json.dumps({"sku": sku, "action": "view", **fields}).encode()


@pytest.mark.parametrize("topic", DECODERS)
def test_the_example_is_decoded(topic: str) -> None:
    batch = DECODERS[topic].decode([json.dumps(EXAMPLES[topic]).encode()] * 3)
    assert batch.errors == {}
    assert [row and row.event_id for row in batch.rows] == [EXAMPLES[topic]["event_id"]] * 3


def test_rows_are_settled_to_exact_values() -> None:
    order = ORDERS.decode_one(json.dumps(EXAMPLES["orders"]).encode())
    assert order.time == 1714564800000
    assert [line.unit_price for line in order.lines] == [1299, 350]
    competitor = RIVALS.decode_one(json.dumps(EXAMPLES["competitor-prices"]).encode())
    assert (competitor.price, competitor.shipping, competitor.time) == (1250, 390, 1714564800250)
    click = CLICKS.decode_one(json.dumps(EXAMPLES["clickstream"]).encode())
    assert click.price_shown == 129900


def test_defaults_fill_what_is_absent_or_null() -> None:
    click = CLICKS.decode_one(view("a", channel=None, count=None, time=None))
    assert (click.channel, click.count, click.time) == ("web", 1, None)


def test_an_empty_batch_has_no_rows() -> None:
    assert CLICKS.decode([]).rows == []


@pytest.mark.parametrize(
    "values",
    [
        [b'{"sku":"a","action":"view"},{"sku":"b","action":"view"}', b""],
        [b'{"sku":"a","action":"view"}\n{"sku":"b","action":"view"}', b" "],
        [b'{"sku":"a"', b',"action":"view"}'],
        [b'{"sku":"a"', b',"action":"view"}', VIEW + b"\n" + VIEW],
        [b'{"sku":"a",', b'"action":"view"}', VIEW + VIEW],
        [b'{"sku":"a","action":"view","x":[{}', b'{}]}', VIEW + VIEW],
        [b'{"sku":"a","action":"view","x":"}', b'{"}', VIEW + VIEW],
        [b'{"sku":"a","action":"view","x":"}\n{"}', VIEW + VIEW],
        [b"{}],[{}", VIEW],
        [VIEW + VIEW, b"{}"],
        [VIEW + VIEW, b"{}", VIEW],
    ],
)  # fmt: skip
def test_no_value_reaches_into_its_neighbour(values: list[bytes]) -> None:
    """Each value alone is broken or a record; together they must be judged the same."""
    batch = CLICKS.decode(values)
    for index, value in enumerate(values):
        assert (index in batch.errors) == (value != VIEW)
        assert (batch.rows[index] is None) == (value != VIEW)


pieces = st.sampled_from(
    [b"{", b"}", b'"', b",", b"\n", b"[", b"]", b":", b" ", b"\\", VIEW, b'"x"', b'{"sku":"a"',
     b',"action":"view"}', b'{"sku":"a","action":"view","x":[', b'{"sku":"a","action":"view","x":"',
     b"]}", b'"}', b"\xff", b"\xc3", b"1"]
)  # fmt: skip


@given(st.lists(st.lists(pieces, max_size=4).map(b"".join), max_size=5))
@example([VIEW + b"\n" + VIEW, VIEW])
def test_a_batch_is_judged_as_its_values_one_by_one(values: list[bytes]) -> None:
    batch = CLICKS.decode(values)
    singles = [CLICKS.decode([value]) for value in values]
    assert batch.rows == [single.rows[0] for single in singles]
    assert batch.errors == {
        index: single.errors[0] for index, single in enumerate(singles) if single.errors
    }


def test_one_bad_value_costs_only_itself_and_is_named() -> None:
    values = [view(f"s{index}") for index in range(50)]
    values[17] = view("s17", count=0)
    values[31] = b"\xff"
    batch = CLICKS.decode(values)
    assert batch.errors == {
        17: "count: should be greater than or equal to 1",
        31: "invalid UTF-8 at byte 0",
    }
    assert [index for index, row in enumerate(batch.rows) if row is None] == [17, 31]
    assert batch.rows[49] is not None
    assert batch.rows[49].sku == "s49"


def test_a_missing_value_is_an_error() -> None:
    batch = CLICKS.decode([VIEW, None])
    assert batch.errors == {1: "no value"}
    assert batch.rows[0] is not None


def test_indented_json_is_read_too() -> None:
    values = [json.dumps(EXAMPLES["orders"], indent=2).encode() + b"\n"] * 3
    batch = ORDERS.decode(values)
    assert batch.errors == {}
    assert len(batch.rows) == 3


def test_a_nested_error_names_its_path() -> None:
    order = {**EXAMPLES["orders"], "lines": [{"sku": "a", "quantity": -1, "unit_price": "1"}]}
    batch = ORDERS.decode([json.dumps(order).encode()])
    assert batch.errors == {
        0: "lines[0].quantity: should be greater than or equal to 1",
    }
