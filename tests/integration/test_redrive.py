"""Refused records on a real Kafka are sent again, each once, also by who was killed on the way."""

from __future__ import annotations

import gzip
import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from streams.cli import main
from streams.configuration.settings import Settings
from streams.ingest.dead_letters import written
from streams.ingest.hashing import KeyedHash
from streams.kafka.broker import EmbeddedBroker
from streams.kafka.kafka_record import DeadLetter, Record
from streams.redrive import sending
from streams.web.access.audit import entries
from streams.web.application import application
from streams.web.server import context_of
from tests.patience import Patience

pytestmark = pytest.mark.integration

#: Records of long ago would be deleted by their retention.
TIME = int(time.time() * 1000) - 3_600_000
LINE = {"sku": "a", "quantity": 1, "unit_price": "9.99"}


def order(number: int, **fields: Any) -> dict[str, Any]:
    return {"order_id": f"o{number}", "time": TIME, "currency": "USD", "lines": [LINE]} | fields


def buried(topic: str, offset: int, value: bytes, error: str, partition: int = 0) -> dict[str, Any]:
    """A dead letter as ingest writes it."""
    key = Settings().customer_key.get_secret_value().encode()
    record = Record(topic, partition, offset, b"k", value, TIME)
    letter = written(DeadLetter(record, error), KeyedHash(key, "customer").text)
    return {"key": letter.key, "value": letter.value, "headers": letter.headers}


@pytest.fixture
def shop(
    fresh_broker: EmbeddedBroker, produce: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> list[str]:
    """A Kafka with orders that were refused, of which some lie in their topic no longer."""
    where = ["--bootstrap", fresh_broker.bootstrap]
    assert main(["topics", *where, "--partitions", "1"]) == 0
    capsys.readouterr()
    values = [
        json.dumps(order(0)).encode(),
        json.dumps(order(1, currency="ZZZ")).encode(),
        json.dumps(order(2, customer_id="Ada", note="x" * 40_000)).encode(),
    ]
    records = [{"value": value, "key": b"k", "timestamp_ms": TIME} for value in values]
    produce(fresh_broker.bootstrap, "orders", records)
    letters = [
        *(buried("orders", i, value, "currency: unknown") for i, value in enumerate(values)),
        buried("orders", 0, values[0], "currency: unknown"),
        buried("orders", 90, json.dumps(order(90)).encode(), "time: too far ahead"),
        buried("orders", 91, json.dumps(order(91, customer_id="Bob")).encode(), "time: too far"),
        buried("clickstream", 7, b"{", "not JSON"),
    ]
    produce(fresh_broker.bootstrap, "dead-letters", letters)
    return where


def orders(read_all: Callable[..., list[Any]], shop: list[str], number: int) -> list[Any]:
    """The orders of the topic once there are so many: readers see them after the transaction."""
    patience = Patience()
    while len(found := read_all(shop[1], "orders")) < number:
        patience.require(f"{len(found)} orders")
        time.sleep(0.1)
    return found


def redriven(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    main(["redrive", "--json", *arguments])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_what_was_refused_is_sent_again_once_as_it_came_or_mended(
    shop: list[str], read_all: Callable[..., list[Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    looked = redriven(capsys, *shop)
    assert (looked["sent"], looked["would_send"], looked["sent_before"]) == (0, 3, 0)
    assert [text.partition(":")[0] for text in looked["gone"]] == ["orders-0 offset 91"]
    assert "hashes in place of names" in looked["gone"][0]
    first, second = sorted(looked["still_refused"])
    assert first.startswith("clickstream-0 offset 7: not JSON")
    assert second.startswith("orders-0 offset 1: currency: 'ZZZ' is not")
    assert len(read_all(shop[1], "orders")) == 3
    assert redriven(capsys, *shop, "--topic", "orders", "--send")["sent"] == 3
    after = orders(read_all, shop, 6)
    assert [json.loads(r.value)["order_id"] for r in after[3:]] == ["o0", "o2", "o90"]
    assert (after[3].key, after[3].value) == (after[0].key, after[0].value)
    assert after[3].timestamp == after[0].timestamp
    assert after[4].value == after[2].value, "the customer is named as before"
    again = redriven(capsys, *shop, "--topic", "orders", "--send")
    assert (again["sent"], again["sent_before"]) == (0, 3)
    mended = redriven(capsys, *shop, "--reason", "CURRENCY", "--set", "currency=USD", "--send")
    assert mended["sent"] == 1
    last = orders(read_all, shop, 7)[-1]
    assert json.loads(last.value) == order(1)
    assert redriven(capsys, *shop, "--reason", "currency", "--send")["sent"] == 0


def test_edited_lines_are_sent_as_they_stand(
    shop: list[str],
    read_all: Callable[..., list[Any]],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    assert main(["record", "dead-letters", "--out", str(tmp_path), *shop]) == 0
    file = tmp_path / "dead-letters.jsonl.gz"
    lines = [json.loads(line) for line in gzip.decompress(file.read_bytes()).splitlines()]
    edited = [line for line in lines if line["headers"]["source-offset"] == "91"]
    edited[0]["value"]["customer_id"] = "Bob"
    (tmp_path / "edited.jsonl").write_text(json.dumps(edited[0]))
    capsys.readouterr()
    arguments = [*shop, "--from", str(tmp_path / "edited.jsonl"), "--send"]
    assert redriven(capsys, *arguments)["sent"] == 1
    last = orders(read_all, shop, 4)[-1]
    assert json.loads(last.value) == order(91, customer_id="Bob")
    assert redriven(capsys, *arguments)["sent_before"] == 1
    assert redriven(capsys, *shop, "--source", "0:91")["sent_before"] == 1


def test_a_letter_is_mended_on_its_page_checked_and_sent_once(
    shop: list[str],
    produce: Callable[..., None],
    read_all: Callable[..., list[Any]],
    tmp_path: Path,
) -> None:
    value = json.dumps(order(3, customer_id="Ada")).encode()
    produce(shop[1], "orders", [{"value": value, "key": b"k", "timestamp_ms": TIME}])
    produce(shop[1], "dead-letters", [buried("orders", 3, value, "currency: unknown")])
    settings = Settings(bootstrap=shop[1], store=f"sqlite:///{tmp_path}/console.sqlite")
    context = context_of(settings, "127.0.0.1")
    console = TestClient(application(context), base_url="http://localhost", follow_redirects=False)
    path = "/dead-letters/0/7"
    page = console.get(path).text
    assert "Ada" not in page
    letter = console.get(f"/api/v1{path}").json()
    assert letter["error"] == "currency: unknown"
    wrong = letter["value"].replace("USD", "ZZZ")
    checked = console.post(f"/api/v1{path}/check", json={"value": wrong}).json()
    assert (checked["accepted"], checked["error"][:9]) == (False, "currency:")
    refused = console.post(f"/api/v1{path}/send", json={"value": wrong, "reason": "x"})
    assert refused.status_code == 422
    assert len(read_all(shop[1], "orders")) == 4
    (token,) = set(re.findall(r'name="form_token" value="([^"]+)"', page))
    form = {"form_token": token, "value": letter["value"].replace("USD", "EUR"), "what": "check"}
    assert "It would be taken now" in console.post(path, data=form).text
    sent = console.post(path, data=form | {"what": "send", "reason": "a typo"})
    assert sent.status_code == 303
    last = orders(read_all, shop, 5)[-1]
    assert json.loads(last.value) == order(3, customer_id="Ada", currency="EUR")
    again = console.post(f"/api/v1{path}/send", json={"reason": "once more"})
    assert (again.status_code, "once" in again.json()["detail"]) == (409, True)
    assert console.get("/api/v1/dead-letters/0/999").status_code == 404
    entry = entries(context.store)[0]
    assert (entry.action, entry.reason) == ("redrive", "a typo")
    assert json.loads(entry.detail) == {"changed": ["currency"]}
    context.store.dispose()


def test_who_is_killed_on_the_way_goes_on_with_the_rest(
    shop: list[str],
    read_all: Callable[..., list[Any]],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("streams.redrive.run.AT_ONCE", 1)
    send, sent = sending.Redriver._send, []

    async def dies(self: Any, parcel: Any) -> None:
        await send(self, parcel)
        sent.append(parcel)
        if len(sent) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(sending.Redriver, "_send", dies)
    assert main(["redrive", *shop, "--send"]) == 130
    monkeypatch.setattr(sending.Redriver, "_send", send)
    capsys.readouterr()
    assert redriven(capsys, *shop, "--send")["sent_before"] == 1
    ids = [json.loads(r.value)["order_id"] for r in orders(read_all, shop, 6)[3:]]
    assert sorted(ids) == ["o0", "o2", "o90"]
