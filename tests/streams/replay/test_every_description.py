"""A shop described natively, by a map, in Avro and as events: one journal, and the same prices."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from schemas.values.instants import HOUR, to_text
from streams.cli import main
from streams.configuration.settings import Settings
from streams.ingest.decoder import Decoder
from streams.ingest.order import as_given
from streams.journal import codec
from streams.recording.entry import Entry, Headers
from streams.recording.writer import RecordingWriter
from tests.streams.formats.registry_server import RegistryServer, running
from tests.streams.formats.test_formats import in_avro

START = 1_772_357_400_000
HOURS = 60
SKUS = "abc"
POLICY = {
    "policy_id": "all",
    "version": 1,
    "select": {"categories": ["c"]},
    "strategy": [
        {"kind": "match_competitor", "which": "lowest", "offset": "-0.01", "max_age": "PT2H"},
        {"kind": "optimise"},
    ],
    "guardrails": {"cooldown": "PT1H", "max_step_down": "10%", "max_step_up": "10%"},
}
MAPS = """
[topics.products.fields]
sku = "number"
price = { from = "vk", minor_units = "EUR" }
cost = { from = "ek", minor_units = "EUR" }
currency = { constant = "EUR" }

[topics.orders.fields]
order_id = "id"
time = { from = "created", time = "seconds" }
currency = { constant = "EUR" }
lines = "items"
sku = "article"
quantity = "pieces"
unit_price = { from = "price.cents", minor_units = true }

[topics.competitor-prices.fields]
sku = "article"
competitor = "shop"
time = { from = "seen", time = "%d.%m.%Y %H:%M", zone = "UTC" }
"""


class Happening:
    """An event of the shop: as the contract has it, and as the merchant's own systems do."""

    def __init__(self, topic: str, at: int, native: dict[str, Any], own: dict[str, Any]) -> None:
        self.topic, self.at, self.native, self.own = topic, at, native, own


def shop() -> list[Happening]:
    found = [Happening("pricing-policies", START, POLICY, POLICY)]
    for sku in SKUS:
        said = {"name": sku, "category": "c"}
        native = {"sku": sku, **said, "price": "8.99", "cost": "4.10", "currency": "EUR"}
        found.append(
            Happening("products", START, native, {"number": sku, **said, "vk": 899, "ek": 410})
        )
    for i in range(HOURS):
        sku, at, cents = SKUS[i % len(SKUS)], START + i * HOUR, 899 - i
        money = f"{cents / 100:.2f}"
        line = {"sku": sku, "quantity": 1 + i % 4, "unit_price": money}
        items = [{"article": sku, "pieces": 1 + i % 4, "price": {"cents": cents}}]
        order = {"order_id": f"o-{i}", "time": at, "currency": "EUR", "lines": [line]}
        found.append(
            Happening("orders", at, order, {"id": f"o-{i}", "created": at // 1000, "items": items})
        )
        if i % 5 == 0:
            price = {"price": money, "currency": "EUR"}
            native = {"sku": sku, "competitor": "bean", **price, "time": at}
            seen = to_text(at)
            own = {"article": sku, "shop": "bean", **price}
            own["seen"] = f"{seen[8:10]}.{seen[5:7]}.{seen[:4]} {seen[11:16]}"
            found.append(Happening("competitor-prices", at, native, own))
    return found


def entries(form: str, registry: RegistryServer) -> list[Entry]:
    """The shop's records, with offsets as a topic of one partition has them."""
    offsets: dict[str, int] = {}
    written = []
    for one in shop():
        offset = offsets.setdefault(one.topic, 0)
        offsets[one.topic] += 1
        value, headers = formed(form, one, registry)
        written.append(Entry(one.topic, 0, offset, None, value, one.at, headers))
    return written


def formed(form: str, one: Happening, registry: RegistryServer) -> tuple[bytes, Headers]:
    native = json.dumps(one.native).encode()
    attributes = {"specversion": "1.0", "id": "1", "source": "/shop", "type": one.topic}
    match form:
        case "mapped":
            return json.dumps(one.own).encode(), ()
        case "avro":
            return in_avro(registry, one.topic, one.native), ()
        case "structured":
            event = attributes | {"data": one.native}
            return json.dumps(event).encode(), (("content-type", b"application/cloudevents+json"),)
        case "binary":
            return native, tuple((f"ce_{name}", text.encode()) for name, text in attributes.items())
    return native, ()


def test_journal_and_prices_are_the_same_to_the_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journals, outputs = {}, {}
    monkeypatch.setenv("PRICETIDE_CONFIG", str(tmp_path / "pricetide.toml"))
    with running() as registry:
        for form in ("native", "mapped", "avro", "structured", "binary"):
            (tmp_path / "pricetide.toml").write_text(
                f'registry = "{registry.url}"\nregistry_cache = "{tmp_path}"\n'
                + (MAPS if form == "mapped" else "")
            )
            given = entries(form, registry)
            decoded = Decoder.of(Settings()).decode(as_given(given))
            assert decoded.dead == [], form
            journals[form] = codec.encode(decoded.batch)
            with RecordingWriter(tmp_path / form) as recording:
                for entry in given:
                    recording.write(entry)
            out = tmp_path / f"{form}-out"
            assert main(["replay", str(tmp_path / form), "--out", str(out)]) == 0
            outputs[form] = {path.name: path.read_bytes() for path in out.iterdir()}
    assert len(set(journals.values())) == 1
    for form, files in outputs.items():
        assert files == outputs["native"], form
    assert outputs["native"]["price-changes.jsonl.gz"]
