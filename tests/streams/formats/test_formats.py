"""Records in every form are the same records."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import fastavro
import pytest

from schemas.export.avro import avro_schema
from schemas.topics import TOPICS
from streams.configuration.settings import Settings
from streams.formats.avro import encoder
from streams.formats.framing import frame
from streams.formats.intake import InputFormats
from streams.formats.outgoing import OutputFormats
from streams.formats.registry import RegistryAwayError, SchemaRegistry
from streams.ingest.dead_letters import written
from streams.ingest.decoder import Decoder
from streams.ingest.order import as_given
from streams.journal import codec
from streams.recording.entry import Entry, Headers
from tests.streams.formats.registry_server import RegistryServer, running
from tests.streams.mapping.test_mapping import NATIVE, NOW

ROOT = Path(__file__).parents[3]
#: Values as a producer in Avro has them.
AVRO = {
    **NATIVE,
    "orders": NATIVE["orders"] | {"time": NOW},
    "inventory": NATIVE["inventory"] | {"time": NOW},
}


@pytest.fixture
def registry() -> Iterator[RegistryServer]:
    with running() as server:
        yield server


@pytest.fixture
def settings(registry: RegistryServer, tmp_path: Path) -> Settings:
    return Settings(registry=registry.url, registry_cache=tmp_path)


def entry(topic: str, value: bytes | None, headers: Headers = ()) -> Entry:
    return Entry(topic, 0, 0, None, value, NOW, headers)


def journal(settings: Settings, entries: list[Entry]) -> bytes:
    decoded = Decoder.of(settings).decode(as_given(entries))
    assert decoded.dead == []
    return codec.encode(decoded.batch)


def avro(schema: Any, value: Any) -> bytes:
    target = io.BytesIO()
    fastavro.schemaless_writer(target, fastavro.parse_schema(schema), value)
    return target.getvalue()


def in_avro(registry: RegistryServer, topic: str, value: Any) -> bytes:
    schema = avro_schema(TOPICS[topic])
    return frame(registry.add(f"{topic}-value", schema), avro(schema, value))


def test_the_same_shop_in_every_form_gives_the_same_journal_bytes(
    registry: RegistryServer, settings: Settings
) -> None:
    native = journal(settings, [entry(t, json.dumps(v).encode()) for t, v in NATIVE.items()])
    number = registry.add("any-value", '{"type": "object"}', "JSON")
    event = {"specversion": "1.0", "id": "1", "source": "/shop", "type": "x"}
    structured = (("content-type", b"application/cloudevents+json; charset=utf-8"),)
    binary = (("ce_specversion", b"1.0"), ("ce_id", b"1"), ("content-type", b"application/json"))
    forms = {
        "avro": [entry(t, in_avro(registry, t, v)) for t, v in AVRO.items()],
        "json": [entry(t, frame(number, json.dumps(v).encode())) for t, v in NATIVE.items()],
        "structured": [
            entry(t, json.dumps(event | {"data": v}).encode(), structured)
            for t, v in NATIVE.items()
        ],
        "binary": [entry(t, json.dumps(v).encode(), binary) for t, v in NATIVE.items()],
        "avro in an event": [entry(t, in_avro(registry, t, v), binary) for t, v in AVRO.items()],
    }
    for form, entries in forms.items():
        assert journal(settings, entries) == native, form


def test_decimals_and_dates_of_a_producers_own_schema_are_read(
    registry: RegistryServer, settings: Settings
) -> None:
    money = {"type": "bytes", "logicalType": "decimal", "precision": 10, "scale": 2}
    moment = {"type": "long", "logicalType": "timestamp-micros"}
    fields = [("sku", "string"), ("competitor", "string"), ("price", money), ("time", moment)]
    named = [{"name": name, "type": kind} for name, kind in [*fields, ("currency", "string")]]
    schema = {"type": "record", "name": "Rival", "fields": named}
    price = {
        "sku": "4711",
        "competitor": "bean",
        "price": Decimal("8.79"),
        "time": datetime.fromtimestamp(NOW / 1000, UTC),
        "currency": "EUR",
    }
    value = frame(registry.add("rivals-value", schema), avro(schema, price))
    native = {**price, "price": "8.79", "time": "2026-03-01T09:30:00Z"}
    assert journal(settings, [entry("competitor-prices", value)]) == journal(
        settings, [entry("competitor-prices", json.dumps(native).encode())]
    )


def test_schemas_are_asked_for_once_and_outlive_the_registry(tmp_path: Path) -> None:
    with running() as registry:
        settings = Settings(registry=registry.url, registry_cache=tmp_path)
        value = in_avro(registry, "orders", AVRO["orders"])
        for _ in range(2):
            journal(settings, [entry("orders", value), entry("orders", value)])
        assert registry.asked == ["/schemas/ids/1"]
    journal(settings, [entry("orders", value)])
    with pytest.raises(RegistryAwayError):
        journal(settings, [entry("orders", frame(2, b"x"))])


def test_schemas_that_name_others_are_resolved(
    registry: RegistryServer, settings: Settings
) -> None:
    line = {
        "type": "record",
        "name": "shop.Line",
        "fields": [
            {"name": "sku", "type": "string"},
            {"name": "quantity", "type": "long"},
            {"name": "unit_price", "type": "string"},
        ],
    }
    fields = [
        {"name": "order_id", "type": "string"},
        {"name": "currency", "type": "string"},
        {"name": "lines", "type": {"type": "array", "items": "shop.Line"}},
    ]
    order = {"type": "record", "name": "shop.Order", "fields": fields}
    registry.add("line", line)
    named = [{"name": "shop.Line", "subject": "line", "version": 1}]
    number = registry.add("orders-value", order, references=named)
    lines_field = {"name": "lines", "type": {"type": "array", "items": line}}
    whole = order | {"fields": [*fields[:2], lines_field]}
    lines = [{"sku": "4711", "quantity": 2, "unit_price": "8.99"}]
    value = {"order_id": "o-1", "currency": "EUR", "lines": lines}
    assert journal(settings, [entry("orders", frame(number, avro(whole, value)))])


BOMB = {
    "type": "record",
    "name": "Bomb",
    "fields": [{"name": "lines", "type": {"type": "array", "items": "null"}}],
}


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (b"\0", "ends within the number"),
        (frame(99, b"x"), "no schema 99"),
        (frame(1, b""), "no Avro of its schema"),
        (frame(1, b"\xff" * 400), "no Avro of its schema"),
        (frame(2, b"\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01"), "items that take no byte"),
        (frame(3, b"x"), "PROTOBUF, which is not read"),
        (frame(4, b"{"), "JSON"),
        (frame(5, b"x"), "its schema cannot be used"),
    ],
)
def test_rubbish_is_refused_with_a_reason_and_its_customers_stay_hidden(
    registry: RegistryServer, settings: Settings, value: bytes, error: str
) -> None:
    registry.add("a", avro_schema(TOPICS["orders"]))
    registry.add("b", BOMB)
    registry.add("c", 'syntax = "proto3";', "PROTOBUF")
    registry.add("d", "{}", "JSON")
    registry.add("e", {"type": "nonsense"})
    decoder = Decoder.of(settings)
    ((_, letter),) = decoder.decode(as_given([entry("orders", value)])).dead
    assert error in letter.error
    assert letter.record.value == value
    kept = written(letter, lambda _: "hashed").value
    assert kept == value[:5]


@pytest.mark.parametrize(
    ("content", "value"),
    [
        (b"application/cloudevents+json", b"{}"),
        (b"application/cloudevents+json", b"\xff"),
        (b"application/cloudevents+json", b'{"specversion": "1.0", "data_base64": 5}'),
        (b"application/cloudevents+avro", b"x"),
        (b"application/cloudevents-batch+json", b"[]"),
    ],
)
def test_broken_events_are_refused(content: bytes, value: bytes) -> None:
    given = entry("orders", value, (("content-type", content),))
    assert len(Decoder.of(Settings()).decode(as_given([given])).dead) == 1


def test_without_a_registry_a_record_of_one_says_so() -> None:
    dead = Decoder.of(Settings()).decode(as_given([entry("orders", frame(1, b"x"))])).dead
    assert "no registry is set" in dead[0][1].error


def test_a_map_finds_the_attributes_of_an_event() -> None:
    table = {"orders": {"fields": {"event_id": "ce.id", "order_id": "number"}}}
    binary = (("ce_specversion", b"1.0"), ("ce_id", b"e-7"))
    intake = InputFormats.of(Settings(topics=table))
    (record,) = intake.convert("orders", [entry("orders", b'{"number": "5"}', binary)])
    taken = json.loads(record.value or b"")
    assert (taken["event_id"], taken["order_id"]) == ("e-7", "5")


CHANGE = {
    "decision_id": "d",
    "revision": 1,
    "sku": "4711",
    "channel": "web",
    "price": "8.79",
    "previous_price": None,
    "currency": "EUR",
    "effective_at": "2026-03-01T09:30:00Z",
    "time": "2026-03-01T09:30:00Z",
    "reason": "x",
    "policy_id": "p",
    "policy_version": 1,
    "model_version": "m",
    "lowest_prior_price_30d": None,
    "cause": {"topic": "orders", "partition": 0, "offset": 5},
}


async def _round_trip(settings: Settings) -> Any:
    outgoing = OutputFormats(settings)
    await outgoing.register()
    value = json.dumps(CHANGE).encode()
    sent = outgoing.write("price-changes", b"4711|web", value, NOW)
    back = entry("price-changes", sent.value, sent.headers)
    (taken,) = InputFormats.of(settings).convert("price-changes", [back])
    return sent, json.loads(taken.value or b"")


@pytest.mark.parametrize(
    "form", ["json", "json-schema", "avro", "cloudevents", "cloudevents-binary"]
)
def test_outputs_in_every_form_read_back_the_same(
    registry: RegistryServer, tmp_path: Path, form: str
) -> None:
    settings = Settings(registry=registry.url, registry_cache=tmp_path, output_format=form)
    sent, taken = asyncio.run(_round_trip(settings))
    assert {k: v for k, v in taken.items() if v is not None or k in CHANGE} == CHANGE
    if form in ("avro", "json-schema"):
        assert "price-changes-value" in registry.subjects
    if form == "cloudevents-binary":
        assert dict(sent.headers)["ce_subject"] == b"4711|web"


def test_a_worker_starts_on_kept_numbers_while_the_registry_is_away(tmp_path: Path) -> None:
    with running() as registry:
        settings = Settings(registry=registry.url, registry_cache=tmp_path, output_format="avro")
        asyncio.run(OutputFormats(settings).register())
    asyncio.run(OutputFormats(settings).register())
    other = SchemaRegistry(settings.registry or "", None, None, None)
    with pytest.raises(RegistryAwayError):
        other.register("x", "AVRO", "{}")


@pytest.mark.parametrize(
    "path", sorted((ROOT / "schemas/generated/avro").glob("*.avsc")), ids=lambda path: path.stem
)
def test_generated_schemas_are_avro_to_a_real_parser(path: Path) -> None:
    fastavro.parse_schema(json.loads(path.read_text(encoding="utf-8")))


def test_what_is_open_in_a_record_is_written_as_json_text() -> None:
    steps = [
        {"rule": "cost_plus", "input": None, "output": "8.00", "detail": {"cost": "4.10"}},
        {"rule": "margin", "input": "8.00", "output": "8.79", "detail": "as it was"},
    ]
    expected = {"units": 1, "revenue": "1.00", "profit": "1.00", "lower": "0.50", "upper": "2.00"}
    decision = {
        **CHANGE,
        "outcome": "changed",
        "explanation": steps,
        "propensity": 1,
        "expected": expected,
    }
    declared = avro_schema(TOPICS["price-decisions"])
    written_as = encoder(declared)(decision)
    back: Any = fastavro.schemaless_reader(
        io.BytesIO(written_as), fastavro.parse_schema(declared), None
    )
    assert [step["detail"] for step in back["explanation"]] == [{"cost": "4.10"}, "as it was"]
