"""What is read of many Avro values at once is what is read of each alone."""

from __future__ import annotations

import io
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fastavro
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.export.avro import avro_schema
from schemas.records.record import RecordError
from schemas.topics import TOPICS
from streams.configuration.settings import Settings
from streams.formats import avro_batches
from streams.formats.avro import Decode, decoder, parsed_schema
from streams.formats.avro_batches import ReadBatch, batch_reader
from streams.formats.avro_program import UntranslatableError, translated
from streams.formats.framing import HEAD_BYTES, frame
from streams.formats.intake import FEWEST
from streams.formats.schema import Schema
from streams.ingest.decoder import Decoder
from streams.ingest.order import as_given
from streams.journal import codec
from streams.recording.entry import Entry
from tests.streams.formats.registry_server import running

ROOT = Path(__file__).parents[3]
WHOLE = st.integers(-(2**63), 2**63 - 1)
#: A schema and its values, of what is no list or record.
LEAVES = st.sampled_from(
    [
        ("null", st.none()),
        ("boolean", st.booleans()),
        ("int", st.integers(-(2**31), 2**31 - 1)),
        ("long", WHOLE),
        ("string", st.text(max_size=9)),
        ({"type": "string", "avro.java.string": "String"}, st.text('\0\n"\\a\x1f\x7fé€𝄞')),
        ({"type": "long", "logicalType": "timestamp-millis"}, WHOLE),
        (["null", "string"], st.none() | st.text(max_size=9)),
        (["long", "null"], st.none() | WHOLE),
    ]
)


def _record(fields: list[tuple[Any, Any]]) -> tuple[Any, Any]:
    declared = [{"name": f"f{i}", "type": kind} for i, (kind, _) in enumerate(fields)]
    values = st.fixed_dictionaries({f"f{i}": value for i, (_, value) in enumerate(fields)})
    return {"type": "record", "fields": declared}, values


def _list(item: tuple[Any, Any]) -> tuple[Any, Any]:
    # a list of nothing is refused
    declared, values = _record([("int", st.integers(0, 9)), item])
    return {"type": "array", "items": declared}, st.lists(values, max_size=3)


def _enum(number: int) -> tuple[Any, Any]:
    symbols = [f"S{i}" for i in range(number)]
    return {"type": "enum", "symbols": symbols}, st.sampled_from(symbols)


def with_names(declared: Any, name: str = "T") -> Any:
    """The schema with a name of its own for each of its records and enums."""
    match declared:
        case {"type": "record", "fields": fields}:
            inner = [
                each | {"type": with_names(each["type"], f"{name}_{i}")}
                for i, each in enumerate(fields)
            ]
            return {"type": "record", "name": name, "fields": inner}
        case {"type": "array", "items": items}:
            return {"type": "array", "items": with_names(items, f"{name}_")}
        case {"type": "enum"}:
            return declared | {"name": name}
    return declared


KINDS = st.recursive(
    LEAVES | st.builds(_enum, st.integers(1, 3)),
    lambda inner: st.builds(_list, inner) | st.lists(inner, max_size=3).map(_record),
    max_leaves=8,
)


def readers(declared: Any) -> tuple[ReadBatch, Decode]:
    parsed = parsed_schema(Schema("AVRO", json.dumps(declared)))
    return batch_reader(translated(parsed.declared, parsed.named), HEAD_BYTES), decoder(parsed)


def written(declared: Any, value: Any) -> bytes:
    """A framed value; times are plain numbers."""
    bare = json.dumps(declared).replace(', "logicalType": "timestamp-millis"', "")
    target = io.BytesIO()
    fastavro.schemaless_writer(target, fastavro.parse_schema(json.loads(bare)), value)
    return frame(1, target.getvalue())


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_values_of_any_schema_become_the_json_that_they_do_alone(data: st.DataObject) -> None:
    kind, values = data.draw(KINDS)
    declared = with_names(kind)
    drawn = data.draw(st.lists(values, min_size=1, max_size=4))
    together, alone = readers(declared)
    payloads = [written(declared, value) for value in drawn]
    found = together(payloads)
    expected = [msgspec.json.encode(alone(each[HEAD_BYTES:])) for each in payloads]
    for value, each, one in zip(drawn, found, expected, strict=True):
        if each is None:
            # it has no opposite, whose digits could be written
            assert str(-(2**63)) in str(value)
        else:
            assert repr(json.loads(each)) == repr(json.loads(one))


@settings(max_examples=150, deadline=None)
@given(st.floats() | st.decimals(-10, 10, places=6).map(float) | st.integers(-9, 9).map(float))
def test_doubles_are_written_so_that_they_are_read_back(number: float) -> None:
    together, _ = readers("double")
    (found,) = together([written("double", number)])
    if found is None:
        assert number != round(number, 6) or not abs(number) < 2**53 / 10**6
    else:
        assert repr(json.loads(found)) == repr(number)


def test_doubles_are_as_short_as_python_has_them() -> None:
    numbers = [0.29, 0.97, -1.5, 8.99, 0.0, -0.0, 3.0, 123456789.25, 0.000001]
    together, _ = readers("double")
    expected = [f"{number:f}".rstrip("0") + "0" * number.is_integer() for number in numbers]
    found = together([written("double", number) for number in numbers])
    assert found == [each.encode() for each in expected]


def test_every_character_is_written_so_that_it_is_read_back() -> None:
    text = "".join(map(chr, range(0x250))) + "€𝄞"
    together, _ = readers("string")
    (found,) = together([written("string", text)])
    assert json.loads(found or b"") == text


GOOD = {
    "event_id": "e-1",
    "order_id": "o-1",
    "time": 1_772_357_400_000,
    "channel": None,
    "segment": None,
    "currency": "EUR",
    "customer_id": "Zoë",
    "personal_prices": None,
    "status": "placed",
    "lines": [
        {"sku": "4711", "quantity": 2, "unit_price": "8.99", "promotion_id": None},
        {"sku": "4712", "quantity": 1, "unit_price": "8.99", "promotion_id": "p"},
    ],
}
ORDERS = avro_schema(TOPICS["orders"])


def spoilt(draw: random.Random, value: bytes) -> bytes:
    """The value with a few bytes changed, cut off, or put in."""
    bytes_ = bytearray(value)
    for _ in range(draw.randint(1, 3)):
        at = draw.randrange(len(bytes_) + 1)
        match draw.randrange(4):
            case 0:
                bytes_[at : at + 1] = draw.choice([b"\x80", b"\xff", b"\0", b"\x01", b"\x7f"])
            case 1:
                del bytes_[at:]
            case 2:
                bytes_[at:at] = draw.randbytes(draw.randint(1, 12))
            case _:
                bytes_[at:at] = b"\xff" * 9 + b"\x01"
    return bytes(bytes_)


def one_by_one(alone: Decode, payload: bytes) -> Any:
    try:
        return alone(payload)
    except RecordError:
        return None


def check_spoilt(number: int, seed: int) -> int:
    """Of so many spoilt values, how many are values all the same."""
    draw = random.Random(seed)
    together, alone = readers(ORDERS)
    good = written(ORDERS, GOOD)
    values = [good[:HEAD_BYTES] + spoilt(draw, good[HEAD_BYTES:]) for _ in range(number)]
    for place in range(0, number, 7):
        values[place] = good
    found = together(values)
    whole = msgspec.json.encode(alone(good[HEAD_BYTES:]))
    for value, each in zip(values, found, strict=True):
        if value == good:
            assert each == whole
        elif each is not None:
            assert json.loads(each) == one_by_one(alone, value[HEAD_BYTES:])
    return sum(
        value != good and each is not None for value, each in zip(values, found, strict=True)
    )


def test_spoilt_values_are_left_out_and_change_nothing_for_their_neighbours() -> None:
    assert 0 < check_spoilt(500, seed=1) < 400


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_spoilt_values_by_the_thousand(seed: int) -> None:
    assert check_spoilt(10_000, seed) > 100


def test_the_same_without_machine_code() -> None:
    code = (
        "from tests.streams.formats import test_avro_batches as it\n"
        "it.test_spoilt_values_are_left_out_and_change_nothing_for_their_neighbours()\n"
        "it.test_doubles_are_as_short_as_python_has_them()\n"
        "it.test_every_character_is_written_so_that_it_is_read_back()\n"
    )
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1"}
    command = [sys.executable, "-W", "error::RuntimeWarning", "-c", code]
    subprocess.run(command, check=True, cwd=ROOT, env=environment, timeout=300)


@pytest.mark.parametrize(
    "kind",
    [
        "bytes",
        "float",
        {"type": "map", "values": "string"},
        {"type": "string", "logicalType": "json"},
        {"type": "int", "logicalType": "date"},
        {"type": "fixed", "name": "F", "size": 2},
        {"type": "record", "name": "R", "fields": [{"name": "r", "type": ["null", "R"]}]},
    ],
    ids=str,
)
def test_what_may_look_otherwise_in_json_is_read_one_by_one(kind: Any) -> None:
    with pytest.raises(UntranslatableError):
        readers(kind)


def test_a_schema_that_names_another_for_ever_is_not_spelled_out() -> None:
    fields: list[Any] = [{"name": "a", "type": ["null", "string"]}]
    for depth in range(16):
        inner = {"type": "record", "name": f"R{depth}", "fields": fields}
        fields = [{"name": "a", "type": inner}, {"name": "b", "type": f"R{depth}"}]
    with pytest.raises(UntranslatableError):
        readers({"type": "record", "name": "R", "fields": fields})


@pytest.mark.parametrize("topic", ["orders", "clickstream", "competitor-prices", "inventory"])
def test_the_busy_topics_are_read_together(topic: str) -> None:
    readers(avro_schema(TOPICS[topic]))


def test_more_json_than_there_is_room_for_is_read_one_by_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    line = {"type": "record", "name": "L", "fields": [{"name": "n" * 90, "type": ["null", "int"]}]}
    declared = {"type": "array", "items": line}
    together, alone = readers(declared)
    payloads = [written(declared, [{"n" * 90: None}] * 2000)] * 3
    assert together(payloads) == [msgspec.json.encode(alone(payloads[0][HEAD_BYTES:]))] * 3
    monkeypatch.setattr(avro_batches, "MOST_BYTES", 1 << 16)
    assert together(payloads) == [None] * 3


def _entry(topic: str, value: bytes, offset: int, key: bytes | None = None) -> Entry:
    return Entry(topic, 0, offset, key, value, 1_772_357_400_000, ())


#: What stands between good orders of one schema, and why it is refused.
BETWEEN: list[tuple[Callable[[bytes], bytes], str]] = [
    (lambda good: good[:-1], "no Avro of its schema"),
    (lambda good: good + b"\0", "bytes are left over"),
    (lambda good: good.replace(b"placed", b"pl\xffced"), "no Avro of its schema"),
    (lambda good: good.replace(b"placed", b"flaced"), "status"),
    (lambda good: frame(9, good), "no schema 9"),
    (lambda good: good[:3], "ends within"),
    (lambda good: b"{", "JSON"),
]


def test_a_mixed_round_gives_the_journal_of_the_same_orders_in_json(tmp_path: Path) -> None:
    with running() as registry:
        number = registry.add("orders-value", ORDERS)
        key = frame(registry.add("orders-key", '"string"'), b"\x02k")
        assert number == 1
        made = Settings(registry=registry.url, registry_cache=tmp_path)
        orders = [GOOD | {"order_id": f"o-{i}", "event_id": f"e-{i}"} for i in range(3 * FEWEST)]
        avro: list[Entry] = []
        plain: list[Entry] = []
        reasons: list[str] = []
        for i, order in enumerate(orders):
            good = written(ORDERS, order)
            if i % 3 == 1:
                spoil, why = BETWEEN[i // 3 % len(BETWEEN)]
                avro.append(_entry("orders", spoil(good), i))
                plain.append(_entry("orders", b"", i))
                reasons.append(why)
            else:
                avro.append(_entry("orders", good, i, key if i % 2 else None))
                plain.append(_entry("orders", json.dumps(order).encode(), i))
        found = Decoder.of(made).decode(as_given(avro))
        expected = Decoder.of(made).decode(as_given(plain))
    assert codec.encode(found.batch) == codec.encode(expected.batch)
    assert [place for place, _ in found.dead] == [place for place, _ in expected.dead]
    for (_, letter), why in zip(found.dead, reasons, strict=True):
        assert why in letter.error
