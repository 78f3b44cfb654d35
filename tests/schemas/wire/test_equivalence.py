"""Fast rows and pydantic records accept the same values, and read the same from them."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.examples import EXAMPLES
from schemas.records.record import RecordError
from schemas.topics import decode
from schemas.values.money import MOST_DIGITS, scaled, to_minor
from schemas.wire.batches import BatchDecoder
from schemas.wire.clickstream import DECODER as CLICKS
from schemas.wire.competitor_prices import DECODER as RIVALS
from schemas.wire.orders import DECODER as ORDERS

DECODERS: dict[str, BatchDecoder[Any]] = {
    "orders": ORDERS,
    "clickstream": CLICKS,
    "competitor-prices": RIVALS,
}

MONEY = st.one_of(
    st.sampled_from(["12.99", "0", "-0", "-0.001", "-1", ".5", "5.", "1e3", "1e13", "1e14", "NaN"]),
    st.sampled_from(["", "1,5", "0.005", "0.0149999999999999999999", "9" * 64, "9" * 65]),
    st.sampled_from([True, None, [], 0, -0.0, -1, 10**13, 10**13 + 1, 10**30, 1e13, 1e300]),
    st.decimals(0, 10**8, places=2).map(str),
    st.decimals(0, 10**8, places=4).map(str),
    st.decimals(0, 10**8, places=3).map(float),
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-5, 10**16),
)
TIME = st.one_of(
    st.sampled_from(["2024-05-01T12:00:00Z", "2024-05-01T12:00:00.250Z", "2024-05-01T12:00:00"]),
    st.sampled_from(["2024-05-01t12:00:60.5+02:00", "1989-12-31T23:59:59Z", "", "2024-05-01"]),
    st.sampled_from(
        [None, True, 0, 1714564800000, 1714564800000.0, 1714564800000.5, 1e300, 10**30]
    ),
)
NAME = st.one_of(st.sampled_from(["", None, 5, True, "a", "☕" * 256, "☕" * 257]), st.text())
COUNT = st.sampled_from([1, 2, 0, -1, 1.0, 2.5, "1", True, None, 10**12, 10**12 + 1, 10**30])
ANY: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, False, 0, 1, "", "x", [], {}, 0.5, 1e300]
)
STATUS = st.sampled_from(["placed", "cancelled", "returned", "shipped", None, 1])
ACTION = st.sampled_from(["view", "cart", "remove", "wishlist", "buy", None])
CURRENCY = st.sampled_from(["USD", "JPY", "KWD", "CLF", "usd", "XXX", "", None, 7])
CONFIDENCE = st.sampled_from([0, 1, 0.5, 1.0, -0.1, 1.1, True, "0.5", None])

LINE = {"sku": NAME, "quantity": COUNT, "unit_price": MONEY, "promotion_id": NAME}
FIELDS: dict[str, dict[str, Any]] = {
    "orders": {
        "event_id": NAME, "order_id": NAME, "time": TIME, "channel": NAME, "segment": NAME,
        "currency": CURRENCY, "customer_id": NAME, "status": STATUS, "lines": ANY, "unknown": ANY,
        "personal_prices": ANY,
    },
    "clickstream": {
        "event_id": NAME, "sku": NAME, "action": ACTION, "time": TIME, "session_id": NAME,
        "customer_id": NAME, "channel": NAME, "segment": NAME, "price_shown": MONEY, "count": COUNT,
        "unknown": ANY,
    },
    "competitor-prices": {
        "event_id": NAME, "sku": NAME, "competitor": NAME, "price": MONEY, "currency": CURRENCY,
        "time": TIME, "shipping": MONEY, "in_stock": ANY, "match_confidence": CONFIDENCE,
        "channel": NAME, "url": NAME, "unknown": ANY,
    },
}  # fmt: skip


@st.composite
def altered(draw: st.DrawFn, topic: str) -> dict[str, Any]:
    """The topic's example with up to three fields changed or removed, lines included."""
    document: dict[str, Any] = json.loads(json.dumps(EXAMPLES[topic]))
    changes = draw(st.lists(st.sampled_from(sorted(FIELDS[topic])), max_size=2, unique=True))
    for field in changes:
        document[field] = draw(FIELDS[topic][field])
    if draw(st.booleans()):
        document.pop(draw(st.sampled_from(sorted(document))))
    if topic == "orders" and "lines" not in changes and "lines" in document:
        for field in draw(st.lists(st.sampled_from(sorted(LINE)), max_size=2, unique=True)):
            document["lines"][0][field] = draw(LINE[field])
    return document


def as_row(topic: str, record: Any) -> dict[str, Any]:
    """What the row of `record` must hold."""
    fields: dict[str, Any] = record.model_dump()
    if topic == "clickstream" and record.price_shown is not None:
        fields["price_shown"] = scaled(record.price_shown, MOST_DIGITS)
    if topic == "competitor-prices":
        fields["price"] = to_minor(record.price, record.currency)
        if record.shipping is not None:
            fields["shipping"] = to_minor(record.shipping, record.currency)
    if topic == "orders":
        fields["lines"] = [
            {**line, "unit_price": to_minor(line["unit_price"], record.currency)}
            for line in fields["lines"]
        ]
    return fields


def as_fields(row: Any) -> Any:
    if isinstance(row, list):
        return [as_fields(item) for item in row]
    if hasattr(row, "__struct_fields__"):
        return {name: as_fields(getattr(row, name)) for name in row.__struct_fields__}
    return row


def verdict(topic: str, value: bytes) -> tuple[Any, str | None]:
    try:
        return decode(topic, value), None
    except RecordError as error:
        return None, str(error)


def agree(topic: str, value: bytes) -> bool:
    """Whether both accept `value`; they must agree on that, on the value, and on the error."""
    batch = DECODERS[topic].decode([value, value])
    record, error = verdict(topic, value)
    assert batch.errors == ({} if error is None else {0: error, 1: error})
    if record is None:
        return False
    assert as_fields(batch.rows[0]) == as_row(topic, record)
    assert as_fields(batch.rows[1]) == as_row(topic, record)
    return True


@settings(max_examples=600)
@pytest.mark.parametrize("topic", DECODERS)
@given(data=st.data())
def test_rows_and_records_agree(topic: str, data: st.DataObject) -> None:
    document = data.draw(altered(topic))
    agree(topic, json.dumps(document, ensure_ascii=data.draw(st.booleans())).encode())


@given(st.decimals(0, 10**11, places=2))
def test_a_price_is_the_same_as_text_and_as_number(price: Decimal) -> None:
    for written in (f'"{price}"', f"{price}"):
        value = b'{"sku":"a","competitor":"b","currency":"USD","price":%b}' % written.encode()
        assert RIVALS.decode_one(value).price == int(price * 100)
        assert agree("competitor-prices", value)


def test_a_price_next_to_nothing_is_nothing_even_where_the_record_decides() -> None:
    value = b'{"sku":"a","action":"view","count":1.0,"price_shown":1.2e-243}'
    assert CLICKS.decode_one(value).price_shown == 0
    assert agree("clickstream", value)


def test_the_last_of_two_equal_names_counts_for_both() -> None:
    assert agree("clickstream", b'{"sku":"a","action":"view","sku":"b"}')
    assert agree("clickstream", b'{"sku":5,"action":"view","sku":"b"}')
    assert not agree("clickstream", b'{"sku":"b","action":"view","sku":5}')
