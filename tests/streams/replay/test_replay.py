"""A recorded journal gives the live prices; recorded inputs say what would have been."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from online_models.fold.fold import Fold
from schemas.values.instants import HOUR
from streams.configuration.policy_file import PolicyRecord
from streams.configuration.settings import Settings
from streams.ingest.border import Border
from streams.ingest.clock.watermarks import with_ticks
from streams.ingest.decoder import Decoder
from streams.ingest.order import as_given
from streams.ingest.routing import Router
from streams.journal import codec
from streams.kafka.kafka_record import Record
from streams.recording.entry import Entry, RecordingError
from streams.recording.writer import RecordingWriter
from streams.replay.replay import Replay
from tests import networks

START = 1_700_006_400_000
KEEP = b'{"policy_id": "mine", "version": 1, "strategy": [{"kind": "keep"}]}'
Recorded = Callable[[list[Entry]], Path]


@pytest.fixture
def recorded(tmp_path: Path) -> Recorded:
    def write(entries: list[Entry]) -> Path:
        folder = tmp_path / f"recording{len(list(tmp_path.iterdir()))}"
        with RecordingWriter(folder) as writer:
            for entry in entries:
                writer.write(entry)
        return folder

    return write


def inputs(hours: int = 60) -> list[Record]:
    found = []

    def put(topic: str, value: Any, timestamp: int) -> None:
        offset = sum(record.topic == topic for record in found)
        found.append(Record(topic, 0, offset, None, json.dumps(value).encode(), timestamp))

    for sku in "abcdef":
        value = {"sku": sku, "name": sku, "currency": "USD", "price": 10, "cost": 5}
        put("products", value | {"category": "c"}, START)
    for i in range(hours):
        at, sku = START + i * HOUR, "abcdef"[i % 6]
        line = {"sku": sku, "quantity": 1 + i % 3, "unit_price": 10}
        put("orders", {"order_id": f"o{i}", "time": at, "currency": "USD", "lines": [line]}, at)
        if i % 7 == 0:
            put("orders", {"broken": True}, at)
    return found


def replayed(
    path: Path, policies: list[PolicyRecord] | None = None, until: int | None = None
) -> list[Entry]:
    return list(Replay(Settings(partitions=3), [path], policies, until))


def test_a_recorded_journal_gives_what_the_workers_gave(recorded: Recorded) -> None:
    settings, journal, live = Settings(partitions=3), [], []
    decoder, router = Decoder(Border(b"pricetide")), Router(3)
    folds = {p: Fold(settings.fold.of_partition(p)) for p in range(3)}
    records, offsets = inputs(), dict.fromkeys(range(3), 0)
    for low in range(0, len(records), 10):
        batch = decoder.decode(as_given(records[low : low + 10])).batch
        batch = with_ticks(batch, [len(batch)], [int(batch.time.max())], [])
        for partition, part in router.split(batch):
            value = codec.encode(part)
            entry = Entry("pricing-journal", partition, offsets[partition], None, value, low)
            offsets[partition] += 1
            journal.append(entry)
            live += [(o.topic, o.key, o.value) for o in folds[partition].step(codec.decode(value))]
    found = [(e.topic, e.key, e.value) for e in replayed(recorded(journal))]
    assert found
    assert sorted(found) == sorted(live)


def test_a_hole_in_the_journal_is_no_replay(recorded: Recorded) -> None:
    batch = Decoder(Border(b"k")).decode(as_given(inputs()[:1])).batch
    journal = [Entry("pricing-journal", 0, i, None, codec.encode(batch), 0) for i in (4, 6)]
    with pytest.raises(RecordingError, match="offset 6 after 4"):
        replayed(recorded(journal))


def test_recorded_inputs_come_out_the_same_every_time(recorded: Recorded) -> None:
    path = recorded([Entry(*record) for record in inputs()])
    first = replayed(path)
    assert replayed(path) == first
    assert {entry.topic for entry in first} >= {"price-decisions", "demand-observations"}
    assert sum(entry.topic == "dead-letters" for entry in first) == 9


def test_what_partitions_tell_each_other_does_not_depend_on_how_a_recording_is_read(
    recorded: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = recorded([Entry(*record) for record in inputs(hours=130)])

    def by_partition(entries: list[Entry]) -> list[Entry]:
        said = [entry for entry in entries if entry.topic != "dead-letters"]
        return sorted(said, key=lambda e: (e.topic, e.partition, e.key or b""))

    whole = by_partition(replayed(path))
    told = [json.loads(e.value or b"") for e in whole if e.topic == "category-evidence"]
    assert len({record["origin"] for record in told}) > 1
    monkeypatch.setattr("streams.replay.replay.ROUND", 7)
    pieces = by_partition(replayed(path))
    assert [e._replace(offset=0) for e in pieces] == [e._replace(offset=0) for e in whole]


@pytest.mark.parametrize("partitions", [1, 2, 8])
def test_an_order_about_a_decision_that_nobody_made_is_told_once(
    recorded: Recorded, partitions: int
) -> None:
    made_up = f"{'0123abcd' * 3}-7"
    orders = [
        {"kind": "approve", "decision_id": made_up},
        {"kind": "reject", "decision_id": "nonsense", "event_id": "mine"},
        {"kind": "rollback", "to": made_up, "reason": "r"},
        {"kind": "rollback", "to": made_up, "reason": "r", "select": {"skus": ["a"]}},
    ]
    sent = [
        Record("pricing-control", 0, i, None, json.dumps(order | {"actor": "ann"}).encode(), START)
        for i, order in enumerate(orders)
    ]
    path = recorded([Entry(*record) for record in [*inputs(), *sent]])
    said = list(Replay(Settings(partitions=partitions), [path], None, None))
    values = [json.loads(e.value or b"") for e in said if e.topic == "pricing-alerts"]
    told = [value for value in values if value["kind"] == "control_ignored"]
    assert sorted(alert["message"] for alert in told) == [
        f"approve: no offer has a decision {made_up}",
        "reject: no offer has a decision nonsense",
        f"rollback: no offer has a decision {made_up}",
        f"rollback: no offer has a decision {made_up}",
    ]
    assert [a["details"] for a in told if a["details"]["order"] == "reject"] == [
        {"order": "reject", "actor": "ann", "event_id": "mine"}
    ]


@pytest.mark.parametrize("partitions", [1, 8])
def test_what_all_partitions_meet_alike_is_told_once(recorded: Recorded, partitions: int) -> None:
    later = START + 40 * HOUR
    orders = [
        {"kind": "rollback", "to": later + 999 * HOUR, "reason": "r"},
        {"kind": "pause", "select": {"skus": ["none"]}, "reason": "r", "event_id": "twice"},
        {"kind": "pause", "select": {"skus": ["none"]}, "reason": "r", "event_id": "twice"},
        {"kind": "set_time", "to": later, "reason": "r"},
    ]
    model = networks.broken("model", "v1")
    sent = [
        Record("pricing-control", 0, i, None, json.dumps(each | {"actor": "ann"}).encode(), later)
        for i, each in enumerate(orders)
    ]
    sent.append(Record("model-updates", 0, 0, None, json.dumps(model).encode(), later))
    path = recorded([Entry(*record) for record in [*inputs(), *sent]])
    said = list(Replay(Settings(partitions=partitions), [path], None, None))
    values = [json.loads(e.value or b"") for e in said if e.topic == "pricing-alerts"]
    told = Counter(value["kind"] for value in values)
    once = ("control_ignored", "duplicate_event", "time_set", "model_rejected")
    assert {kind: told[kind] for kind in once} == dict.fromkeys(once, 1)
    texts = [(value["message"], value["time"]) for value in values]
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize(("partitions", "told"), [(1, 0), (8, 1)])
def test_a_rollback_that_cannot_reach_all_says_how_to(
    recorded: Recorded, partitions: int, told: int
) -> None:
    settings = Settings(partitions=partitions)
    records = inputs()
    first = list(Replay(settings, [recorded([Entry(*r) for r in records])], None, None))
    decisions = [json.loads(e.value or b"") for e in first if e.topic == "price-decisions"]
    order = {"kind": "rollback", "to": decisions[0]["decision_id"], "actor": "ann", "reason": "r"}
    order |= {"select": {"categories": ["c"]}}
    late = records[-1].timestamp
    records.append(Record("pricing-control", 0, 0, None, json.dumps(order).encode(), late))
    said = list(Replay(settings, [recorded([Entry(*r) for r in records])], None, None))
    values = [json.loads(e.value or b"") for e in said if e.topic == "pricing-alerts"]
    partial = [value for value in values if value["kind"] == "control_partial"]
    assert len(partial) == told
    for alert in partial:
        assert decisions[0]["time"] in alert["message"]
    assert not [value for value in values if value["kind"] == "control_ignored"]


def test_given_policies_replace_those_of_the_recording(recorded: Recorded) -> None:
    policy = Record("pricing-policies", 0, 0, b"his", KEEP.replace(b"mine", b"his"), START - 1)
    path = recorded([Entry(*record) for record in [policy, *inputs()]])

    def rulers(entries: list[Entry]) -> set[str]:
        values = [json.loads(e.value or b"") for e in entries if e.topic == "price-decisions"]
        return {value["policy_id"] for value in values}

    assert rulers(replayed(path)) == {"his"}
    assert rulers(replayed(path, [PolicyRecord("mine", KEEP)])) == {"mine"}
    assert rulers(replayed(path, [])) == {"default"}


def test_until_stops_time(recorded: Recorded) -> None:
    path = recorded([Entry(*record) for record in inputs()])
    limit = START + 10 * HOUR
    times = [entry.timestamp for entry in replayed(path, until=limit)]
    assert times
    assert max(times) <= limit


def test_a_recording_without_anything_to_replay_is_named(recorded: Recorded) -> None:
    path = recorded([Entry("price-changes", 0, 0, b"a", b"{}", START)])
    with pytest.raises(RecordingError, match="nothing to replay"):
        replayed(path)


def test_a_recorded_network_prices_from_its_place_on(recorded: Recorded) -> None:
    values = networks.records(networks.network(1), "v1", "champion")
    updates = [
        Record("model-updates", 0, i, b"demand", json.dumps(value).encode(), START + 2 * HOUR)
        for i, value in enumerate(values)
    ]
    product = {"sku": "g", "name": "g", "currency": "USD", "price": 10, "cost": 5, "category": "c"}
    late = Record("products", 0, 99, None, json.dumps(product).encode(), START + 3 * HOUR)
    path = recorded([Entry(*record) for record in [*inputs(), *updates, late]])
    found = [e for e in replayed(path) if e.topic == "price-decisions"]
    versions = [json.loads(e.value or b"")["model_version"] for e in found]
    assert set(versions) == {"online", "online+v1"}
    assert not any(e.topic == "dead-letters" and b"weights" in (e.value or b"") for e in found)


def test_what_live_ingest_buries_for_its_header_is_buried_in_a_replay(recorded: Recorded) -> None:
    flaw = b"\xff".decode("utf-8", "surrogateescape")
    entries = [Entry(*record) for record in inputs(2)]
    sent = [each._replace(headers=((flaw, b"x"),)) for each in entries if each.topic == "orders"]
    sound = [each for each in entries if each.topic != "orders"]
    out = list(Replay(Settings(), [recorded(sound + sent)], None, None))
    dead = [entry for entry in out if entry.topic == "dead-letters"]
    assert len(dead) == len(sent)
    assert {dict(entry.headers)["error"] for entry in dead} == {b"header: a name is not UTF-8"}
