"""The month of the recorded shop gives one journal, in whatever form producers send it."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import fastavro
import pytest

from online_models.fold.fold import Fold
from schemas.export.avro import avro_schema
from schemas.topics import TOPICS
from streams.configuration.settings import Settings
from streams.formats.framing import frame
from streams.ingest.decoder import Decoder
from streams.ingest.order import as_given
from streams.journal import codec
from streams.pipe.lines import of_output
from streams.quarantine.entries import Quarantine
from streams.quarantine.guard import Guard
from streams.recording.entry import Entry, Headers
from tests.recordings.test_golden import FOLDER
from tests.streams.formats.registry_server import RegistryServer, running

#: Without two orders to all of the shop: Avro cannot leave out what they select (docs/feeding.md).
SHOP = [
    line
    for line in map(json.loads, (FOLDER / "shop.jsonl").read_bytes().splitlines())
    if (line["value"] or {}).get("kind") not in ("pause", "resume")
]
#: Records of each journal record.
ROUND = 400
EVENT = {"specversion": "1.0", "id": "1", "source": "/shop", "type": "x"}
BINARY: Headers = tuple((f"ce_{name}", text.encode()) for name, text in EVENT.items())
STRUCTURED: Headers = (("content-type", b"application/cloudevents+json"),)
Formed = Callable[[RegistryServer, str, Any], tuple[bytes, Headers]]


def plain(value: Any) -> bytes:
    return json.dumps(value).encode()


def in_json_of_a_registry(registry: RegistryServer, topic: str, value: Any) -> bytes:
    return frame(registry.add(f"{topic}-json", '{"type": "object"}', "JSON"), plain(value))


@cache
def writer(registry: RegistryServer, topic: str) -> Callable[[Any], bytes]:
    declared = avro_schema(TOPICS[topic])
    number, parsed = registry.add(f"{topic}-value", declared), fastavro.parse_schema(declared)

    def write(value: Any) -> bytes:
        target = io.BytesIO()
        fastavro.schemaless_writer(target, parsed, value)
        return frame(number, target.getvalue())

    return write


def in_avro(registry: RegistryServer, topic: str, value: Any) -> bytes:
    return writer(registry, topic)(value)


def of_the_merchants(topic: str, value: Any) -> bytes:
    """The record under names of the merchant's own, a level down."""
    own = {f"own_{name}": each for name, each in value.items()}
    if topic == "orders":
        lines = [{f"its_{name}": each for name, each in line.items()} for line in value["lines"]]
        own["own_lines"] = lines
    return plain({"payload": own})


#: How a producer sends a value: its bytes, and headers.
FORMS: dict[str, Formed] = {
    "native": lambda registry, topic, value: (plain(value), ()),
    "mapped": lambda registry, topic, value: (of_the_merchants(topic, value), ()),
    "avro": lambda registry, topic, value: (in_avro(registry, topic, value), ()),
    "json-schema": lambda registry, topic, value: (
        in_json_of_a_registry(registry, topic, value),
        (),
    ),
    "cloudevents": lambda registry, topic, value: (plain(EVENT | {"data": value}), STRUCTURED),
    "cloudevents-binary": lambda registry, topic, value: (plain(value), BINARY),
}


def maps() -> dict[str, Any]:
    """A field map for each topic: every field that any record of it has."""
    names: dict[str, dict[str, str]] = {}
    for line in SHOP:
        fields = names.setdefault(line["topic"], {})
        fields |= {name: f"payload.own_{name}" for name in line["value"] or ()}
        for item in (line["value"] or {}).get("lines", ()):
            fields |= {f"lines.{name}": f"its_{name}" for name in item}
    return {topic: {"fields": fields} for topic, fields in names.items()}


@pytest.fixture(scope="module")
def registry() -> Iterator[RegistryServer]:
    with running() as server:
        yield server


def journal(form: str, registry: RegistryServer, folder: Path) -> tuple[list[bytes], list[int]]:
    """The values of the journal's records, and which lines are refused."""
    settings = Settings(
        registry=registry.url,
        registry_cache=folder,
        topics=maps() if form == "mapped" else {},
    )
    decoder = Decoder.of(settings)
    entries, offsets = [], dict[str, int]()
    for line in SHOP:
        topic, value = line["topic"], line["value"]
        offset = offsets[topic] = offsets.get(topic, -1) + 1
        written, headers = FORMS[form](registry, topic, value) if value else (None, ())
        key = line["key"] and line["key"].encode()
        entries.append(Entry(topic, 0, offset, key, written, -1, headers))
    values, refused = [], []
    for start in range(0, len(entries), ROUND):
        decoded = decoder.decode(as_given(entries[start : start + ROUND]))
        refused += [start + place for place, _ in decoded.dead]
        values.append(codec.encode(decoded.batch))
    return values, refused


def prices(values: list[bytes]) -> list[bytes]:
    """What goes out to `price-changes`."""
    settings = Settings(bucket="P1D", partitions=1).fold
    guard = Guard(Fold(settings), settings, 0, Quarantine())
    batches = map(codec.decode, values)
    outputs = [output for i, batch in enumerate(batches) for output in guard.step(i, batch)]
    return [of_output(output) for output in outputs if output.topic == "price-changes"]


def sha256(value: bytes) -> str:
    """Short to compare: a difference would print it all."""
    return hashlib.sha256(value).hexdigest()


@pytest.fixture(scope="module")
def native(registry: RegistryServer, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return journal("native", registry, tmp_path_factory.mktemp("native"))


@pytest.mark.parametrize("form", [form for form in FORMS if form != "native"])
def test_every_form_gives_the_same_journal_bytes(
    form: str, native: Any, registry: RegistryServer, tmp_path: Path
) -> None:
    values, refused = journal(form, registry, tmp_path)
    assert refused == native[1]
    assert list(map(sha256, values)) == list(map(sha256, native[0]))


def test_and_so_the_same_prices(native: Any, registry: RegistryServer, tmp_path: Path) -> None:
    found = prices(native[0][:2])
    assert len(found) > 20
    assert prices(journal("avro", registry, tmp_path)[0][:2]) == found
