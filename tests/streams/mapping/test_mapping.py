"""A merchant's own fields become the contract's, before anything decodes them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from streams.configuration.settings import Settings
from streams.formats.intake import InputFormats
from streams.ingest.decoder import Decoder
from streams.ingest.order import as_given
from streams.journal import codec
from streams.kafka.kafka_record import Record

NOW = 1_772_357_400_000
ORDER_MAP = {
    "order_id": "id",
    "time": {"from": "created", "time": "%d.%m.%Y %H:%M", "zone": "Europe/Berlin"},
    "currency": {"constant": "EUR"},
    "customer_id": "buyer.number",
    "lines": "items",
    "sku": "article",
    "quantity": "pieces",
    "unit_price": {"from": "price.cents", "minor_units": True},
}
NATIVE = {
    "orders": {
        "order_id": "o-1",
        "time": "2026-03-01T09:30:00Z",
        "currency": "EUR",
        "customer_id": "c-9",
        "personal_prices": True,
        "lines": [{"sku": "4711", "quantity": 2, "unit_price": "8.99"}],
    },
    "products": {
        "sku": "4711",
        "name": "Arabica",
        "currency": "EUR",
        "price": "8.99",
        "cost": "4.10",
        "category": "food/coffee",
    },
    "inventory": {"sku": "4711", "time": "2026-03-01T09:30:00Z", "on_hand": 3},
}
OWN = {
    "orders": {
        "id": "o-1",
        "created": "01.03.2026 10:30",
        "buyer": {"number": "c-9"},
        "personal_prices": True,
        "items": [{"article": "4711", "pieces": 2, "price": {"cents": 899}}],
    },
    "products": {
        "number": "4711",
        "name": "Arabica",
        "waehrung": "EUR",
        "vk": 8.99,
        "cost": "4.10",
        "category": "food/coffee",
        "extra": None,
    },
    "inventory": {"sku": "4711", "at": 1772357400, "left": 3},
}
MAPS: dict[str, Any] = {
    "orders": {"fields": ORDER_MAP},
    "products": {"fields": {"sku": "number", "currency": "waehrung", "price": "vk"}},
    "inventory": {"fields": {"on_hand": "left", "time": {"from": "at", "time": "seconds"}}},
}


def journal(settings: Settings, values: dict[str, Any]) -> bytes:
    records = [
        Record(topic, 0, 0, None, json.dumps(values[topic]).encode(), NOW)
        for topic in sorted(values, reverse=True)  # products are known before their orders
    ]
    decoded = Decoder.of(settings).decode(as_given(records))
    assert decoded.dead == []
    return codec.encode(decoded.batch)


def test_mapped_and_native_records_give_the_same_journal_bytes() -> None:
    assert journal(Settings(topics=MAPS), OWN) == journal(Settings(), NATIVE)


def test_a_mapped_policy_is_told_of_what_it_misspells_and_not_of_the_merchants_own_fields() -> None:
    settings = Settings(topics={"pricing-policies": {"fields": {"policy_id": "id"}}})
    own = {"id": "p", "owner": "Ada", "guardrails": {"minimun_price": "9"}}
    (fact,) = codec.decode(journal(settings, {"pricing-policies": own})).facts
    assert json.loads(fact.value or b"")["unknown_fields"] == [
        "guardrails.minimun_price: no such field; perhaps minimum_price?"
    ]


def test_the_journal_does_not_depend_on_how_a_producer_writes_json() -> None:
    other = {topic: dict(reversed(value.items())) for topic, value in NATIVE.items()}
    other["products"] |= {"price": 8.99, "brand": None, "unknown": {"a": [1]}}
    assert journal(Settings(), other) == journal(Settings(), NATIVE)


def refused(value: dict[str, Any], fields: dict[str, Any]) -> Any:
    raw = json.dumps(value).encode()
    decoder = Decoder.of(Settings(topics={"orders": {"fields": fields}}))
    ((_, letter),) = decoder.decode(as_given([Record("orders", 0, 7, None, raw, NOW)])).dead
    assert letter.record.value == raw
    return letter


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"created": "tomorrow"}, "time (from created): should be a time like"),
        ({"created": 5}, "time (from created): should be text like"),
        ({"items": [{"article": "a", "pieces": 1, "price": {"cents": 8.5}}]}, "whole minor units"),
        ({"items": [{"article": "a", "pieces": 1}]}, "lines[0].unit_price: required, but absent"),
        ({"items": "none"}, "lines: should be a list"),
        ({"id": None}, "order_id"),
    ],
)
def test_what_does_not_map_is_refused_with_the_field_and_buried_as_it_was_sent(
    change: dict[str, Any], error: str
) -> None:
    assert error in refused(OWN["orders"] | change, ORDER_MAP).error


def test_minor_units_need_a_currency_and_may_name_it() -> None:
    fields = {name: source for name, source in ORDER_MAP.items() if name != "currency"}
    assert "no currency" in refused(OWN["orders"], fields).error
    named = fields | {"unit_price": {"from": "price.cents", "minor_units": "JPY"}}
    intake = InputFormats(Settings(topics={"orders": {"fields": named}}).topics)
    value = json.dumps(OWN["orders"]).encode()
    (record,) = intake.convert("orders", [Record("orders", 0, 0, None, value, NOW)])
    assert json.loads(record.value or b"")["lines"][0]["unit_price"] == "899"


def test_a_mapped_customer_is_hidden_in_dead_letters() -> None:
    from streams.ingest.dead_letters import written

    fields = ORDER_MAP | {"customer_id": "Buyer_No"}
    letter = refused(OWN["orders"] | {"Buyer_No": "secret", "id": 5}, fields)
    assert b"secret" not in (written(letter, lambda _: "hashed").value or b"")


@pytest.mark.parametrize("value", [b"\xff", b"{", b"[1]", b"null", b'"x"', b"[" * 5000])
def test_rubbish_is_refused_and_ends_nothing(value: bytes) -> None:
    decoder = Decoder.of(Settings(topics=MAPS))
    decoded = decoder.decode(as_given([Record("orders", 0, 0, None, value, NOW)]))
    assert [letter.record.value for _, letter in decoded.dead] == [value]


@pytest.mark.parametrize(
    ("tables", "error"),
    [
        ({"ordrs": {}}, "no topic 'ordrs'; perhaps orders"),
        ({"orders": {"naem": "x"}}, "naem: no such setting; perhaps name"),
        ({"orders": {"name": "a b"}}, "no name that Kafka takes"),
        ({"orders": {"name": "products"}}, "both called products"),
        ({"orders": {"fields": {"order_idd": "id"}}}, "no field 'order_idd'; perhaps order_id"),
        ({"orders": {"fields": {"order_id": {"form": "id"}}}}, "form: no such setting"),
        ({"orders": {"fields": {"order_id": {}}}}, "either from or constant"),
        ({"orders": {"fields": {"time": {"from": "t", "zone": "Moon"}}}}, "no IANA time zone"),
        ({"orders": {"fields": {"time": {"from": "t", "time": "%d.%m."}}}}, "day, month and year"),
        ({"orders": {"fields": {"unit_price": {"from": "p", "minor_units": "XX"}}}}, "XX"),
    ],
)
def test_a_table_that_cannot_be_is_refused_by_name(tables: dict[str, Any], error: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Settings(topics=tables)
    assert error in str(caught.value)


def test_topics_of_variables_are_named_with_underscores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRICETIDE_TOPICS__COMPETITOR_PRICES__NAME", "rivals.v2")
    assert Settings().topics["competitor-prices"].name == "rivals.v2"
