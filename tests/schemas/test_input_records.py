"""Every input record is lenient where the contract says so, and firm in what it requires."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from schemas.examples import EXAMPLES
from schemas.records.record import LONGEST_MESSAGE, MOST_LEVELS, RecordError
from schemas.topics import TOPICS, decode

INPUTS = [topic.name for topic in TOPICS.values() if topic.direction == "in"]
REQUIRED = {
    "orders": ["order_id", "currency", "lines"],
    "competitor-prices": ["sku", "competitor", "price", "currency"],
    "clickstream": ["sku", "action"],
    "products": ["sku", "name", "currency", "price", "cost", "category"],
    "inventory": ["sku", "on_hand"],
    "promotions": ["promotion_id", "starts_at", "ends_at", "discount"],
    "pricing-policies": ["policy_id"],
    "price-acks": ["decision_id", "sku", "status", "price"],
    "contract-prices": ["contract_id", "sku", "price", "currency", "valid_from"],
    "quote-requests": ["quote_id", "currency", "lines"],
    "quote-outcomes": ["quote_id", "status"],
    "demand-forecasts": ["model", "version", "sku", "bucket_start", "bucket_end", "points"],
    "market-listings": ["listing_id", "category", "condition", "currency", "listed_at"],
    "pricing-control": ["kind", "sku", "price", "actor", "reason"],
}
CASES = [(topic, field) for topic in INPUTS for field in EXAMPLES[topic]]


def encoded(document: Any) -> bytes:
    return json.dumps(document).encode()


def objects(node: Any) -> Iterator[dict[str, Any]]:
    """Every object of a document whose fields are the contract's (not free attributes)."""
    if isinstance(node, dict):
        yield node
        for name, child in node.items():
            if name not in ("attributes", "fees", "channels", "weights"):
                yield from objects(child)
    elif isinstance(node, list):
        for child in node:
            yield from objects(child)


@pytest.mark.parametrize("topic", INPUTS)
def test_the_example_is_read_and_survives_its_own_json(topic: str) -> None:
    record = decode(topic, encoded(EXAMPLES[topic]))
    assert decode(topic, TOPICS[topic].adapter.dump_json(record, by_alias=True)) == record


@pytest.mark.parametrize("topic", INPUTS)
def test_unknown_fields_are_left_out_at_every_level(topic: str) -> None:
    document = copy.deepcopy(EXAMPLES[topic])
    for part in list(objects(document)):
        part["x_new_field"] = {"any": [1, None, "thing"]}
    record = decode(topic, encoded(document))
    assert record == decode(topic, encoded(EXAMPLES[topic]))
    assert b"x_new_field" not in TOPICS[topic].adapter.dump_json(record)


@pytest.mark.parametrize(("topic", "field"), CASES)
@pytest.mark.parametrize("absent", ["null", "missing"])
def test_only_required_fields_must_be_there(topic: str, field: str, absent: str) -> None:
    document = {**EXAMPLES[topic], field: None}
    if absent == "missing":
        del document[field]
    if field in REQUIRED[topic]:
        with pytest.raises(RecordError, match=f"(^|; ){field}: required, but absent"):
            decode(topic, encoded(document))
    elif field == "select" and absent == "null":
        # a selector that was meant and got lost must not select the whole shop
        with pytest.raises(RecordError, match=r"^select: should be an object, not null"):
            decode(topic, encoded(document))
    else:
        record = decode(topic, encoded(document))
        assert field not in record.model_fields_set


@pytest.mark.parametrize("topic", INPUTS)
def test_time_may_be_text_with_any_offset_epoch_or_absent(topic: str) -> None:
    forms = ["2024-05-01T12:00:00Z", "2024-05-01T14:00:00+02:00", 1714564800000]
    records = [decode(topic, encoded({**EXAMPLES[topic], "time": form})) for form in forms]
    assert [record.time for record in records] == [1714564800000] * 3
    assert decode(topic, encoded({**EXAMPLES[topic], "time": None})).time is None


@pytest.mark.parametrize("topic", INPUTS)
@pytest.mark.parametrize("time", ["0001-01-01T00:00:00Z", "9999-01-01T00:00:00Z", 17145648000])
def test_absurd_dates_are_refused_by_name(topic: str, time: Any) -> None:
    with pytest.raises(RecordError, match=r"^time: time out of range"):
        decode(topic, encoded({**EXAMPLES[topic], "time": time}))


@pytest.mark.parametrize("topic", INPUTS)
@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"{} {}", "not JSON"),
        (b"\xef\xbb\xbf{}", "not JSON"),
        (b'{"x": NaN}', "not JSON"),
        (b'{"x": 1e999}', "not JSON"),
        (b'{"x": "\xff"}', "invalid UTF-8 at byte 7"),
        (b'{"x": "\\ud800"}', "not JSON"),
        (b"[" * 200_000, "JSON"),
        (b"[]", "the value should be an object"),
        (b"null", "the value should be an object"),
        (b'"text"', "the value should be an object"),
    ],
)
def test_what_is_no_json_object_is_refused(topic: str, value: bytes, reason: str) -> None:
    with pytest.raises(RecordError, match=reason):
        decode(topic, value)


@pytest.mark.parametrize("topic", INPUTS)
@pytest.mark.parametrize("kind", [[], {}, True])
def test_a_required_field_of_the_wrong_type_is_refused_by_name(topic: str, kind: Any) -> None:
    for field in REQUIRED[topic]:
        with pytest.raises(RecordError, match=f"^{field}"):
            decode(topic, encoded({**EXAMPLES[topic], field: kind}))


def test_a_message_about_a_hostile_value_stays_short() -> None:
    lines = [{"sku": "", "quantity": "x" * 1000, "unit_price": "y" * 1000}] * 1000
    with pytest.raises(RecordError) as caught:
        decode("orders", encoded({**EXAMPLES["orders"], "lines": lines}))
    assert "; and 2992 more" in str(caught.value)
    assert len(str(caught.value)) <= LONGEST_MESSAGE + 50


@pytest.mark.parametrize("topic", INPUTS)
def test_names_are_neither_empty_nor_endless(topic: str) -> None:
    name = next(field for field in REQUIRED[topic] if field not in ("kind", "on_hand"))
    decode(topic, encoded({**EXAMPLES[topic], name: "☕" * 256}))
    for wrong in ("", "☕" * 257):
        with pytest.raises(RecordError, match=f"^{name}: String should have at "):
            decode(topic, encoded({**EXAMPLES[topic], name: wrong}))


def nested(levels: int) -> bytes:
    return encoded(EXAMPLES["products"])[:-1] + b', "x": ' + b"[" * levels + b"]" * levels + b"}"


def test_whether_a_record_is_nested_too_deeply_does_not_depend_on_who_asks() -> None:
    def deeper(frames: int, value: bytes) -> None:
        if frames:
            deeper(frames - 1, value)
        else:
            decode("products", value)

    deepest = nested(MOST_LEVELS - 1)
    deeper(0, deepest)
    deeper(400, deepest)
    for levels in (MOST_LEVELS, 900, 100_000):
        for frames in (0, 400):
            with pytest.raises(RecordError, match="nested too deeply"):
                deeper(frames, nested(levels))


def test_brackets_in_texts_and_many_short_lists_are_no_depth() -> None:
    many = {"name": "[" * 1000, "attributes": {str(i): [i] for i in range(1000)}}
    decode("products", encoded({**EXAMPLES["products"], **many}))
