"""Where an event stands in the journal: its order, and its partition."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from online_models.journal.batch import Batch, BatchBuilder, Fact, Kind, SourcePartition
from online_models.pricing.state.identities import Identities
from online_models.shop.catalogue import Catalogue
from streams.ingest.order import as_given, by_timestamp
from streams.ingest.routing import Router, pieces
from streams.journal import codec
from streams.kafka.kafka_record import Record


def record(topic: str, offset: int, timestamp: int) -> Record:
    return Record(topic, 0, offset, None, b"{}", timestamp)


def test_sources_are_merged_by_timestamp_and_each_keeps_its_own_order() -> None:
    fetched = {
        SourcePartition("a", 0): [record("a", 0, 10), record("a", 1, 5), record("a", 2, 30)],
        SourcePartition("b", 0): [record("b", 0, 7), record("b", 1, 20)],
        SourcePartition("c", 0): [],
    }
    placed = {}
    for run in by_timestamp(fetched):
        for place, found in zip(run.places.tolist(), run.records, strict=True):
            placed[place] = (found.topic, found.offset)
    merged = [placed[i] for i in range(5)]
    assert merged == [("b", 0), ("a", 0), ("a", 1), ("b", 1), ("a", 2)]
    assert by_timestamp({}) == []


@given(st.lists(st.sampled_from("abc"), max_size=20), st.integers(0, 20), st.integers(0, 20))
def test_runs_cover_the_records_as_given(topics: list[str], low: int, high: int) -> None:
    records = [record(topic, i, 0) for i, topic in enumerate(topics)]
    runs = as_given(records)
    assert sorted(p for run in runs for p in run.places.tolist()) == list(range(len(records)))
    for run in runs:
        part = run.between(low, high)
        expected = [r for r in run.records if low <= r.offset < high]
        assert list(part.records) == expected
        assert part.places.tolist() == [r.offset for r in expected]


def shop(events: list[tuple[str, str | None]]) -> Batch:
    rows = BatchBuilder()
    for i, (kind, sku) in enumerate(events):
        values: dict[str, Any] = {"offset": i, "sku": rows.text(sku)}
        if kind == "fact":
            fact = rows.fact(Fact("products", sku, str(i).encode()))
            rows.add(Kind.FACT, i, SourcePartition("products", 0), detail=fact, **values)
        elif kind == "order":
            promotion = rows.text(f"promotion of {sku}")
            rows.add(Kind.ORDER, i, SourcePartition("orders", 1), detail=promotion, **values)
        else:
            rows.add(Kind.TICK, i)
    return rows.batch()


SKUS = st.sampled_from(["a", "b", "c", "d", "é", "日本"])
EVENTS = st.lists(
    st.one_of(st.tuples(st.sampled_from(["fact", "order"]), SKUS), st.just(("tick", None))),
    max_size=20,
)


def told(batch: Batch) -> list[tuple[Any, ...]]:
    found = []
    for i in range(len(batch)):
        sku = batch.texts[batch.sku[i]] if batch.sku[i] >= 0 else None
        detail: Any = int(batch.detail[i])
        if batch.kind[i] == Kind.FACT:
            detail = batch.facts[detail]
        elif batch.kind[i] == Kind.ORDER:
            detail = batch.texts[detail]
        source = batch.sources[batch.source[i]] if batch.source[i] >= 0 else None
        found.append((int(batch.time[i]), sku, detail, source))
    return found


@given(EVENTS, st.integers(1, 5))
def test_each_sku_goes_to_one_partition_in_order_and_what_has_none_to_all(
    events: list[tuple[str, str | None]], partitions: int
) -> None:
    batch, router = shop(events), Router(partitions)
    parts = dict(router.split(batch))
    whole = told(batch)
    for partition in range(partitions):
        expected = [e for e in whole if e[1] is None or router.partition(e[1]) == partition]
        assert told(parts[partition]) == expected if partition in parts else not expected


def test_partitions_are_those_of_kafkas_own_producers() -> None:
    # murmur2 of Kafka's Java client (UtilsTest): 21 → −973932308, foobar → −790332482
    router = Router(1 << 31)
    assert router.partition("21") == -973932308 & 0x7FFFFFFF
    assert router.partition("foobar") == -790332482 & 0x7FFFFFFF


def test_a_part_carries_no_texts_facts_or_sources_of_others() -> None:
    batch = shop([("fact", "a"), ("order", "b"), ("fact", "c"), ("fact", "d")])
    for partition, part in Router(3).split(batch):
        skus = {sku for sku in "abcd" if Router(3).partition(sku) == partition}
        assert {fact.key for fact in part.facts} <= skus
        assert set(part.texts) <= skus | {f"promotion of {sku}" for sku in skus}
        assert len(part.sources) == len(np.unique(part.source))


@given(EVENTS, st.integers(200, 2000))
def test_a_batch_that_is_too_large_is_cut_between_records(
    events: list[tuple[str, str | None]], limit: int
) -> None:
    batch = shop(events)
    values = pieces(batch, codec.encode, limit)
    parts = [codec.decode(value) for value in values]
    assert [event for part in parts for event in told(part)] == told(batch)
    assert (len(parts) > 1) == (len(codec.encode(batch)) > limit and cuttable(batch))
    for part, value in zip(parts, values, strict=True):
        assert len(value) <= limit or not cuttable(part)


def cuttable(batch: Batch) -> bool:
    return len(set(zip(batch.source.tolist(), batch.offset.tolist(), strict=True))) > 1


def test_an_order_about_a_decision_goes_to_the_partition_that_would_have_made_it() -> None:
    catalogue, router = Catalogue(), Router(5)
    for sku in "abcdefgh":
        catalogue.add_offer(catalogue.sku(sku), catalogue.channel_names.id("web"))
    identities = Identities(catalogue)
    identities.grow()
    owners = {identities.decision(row, 3): sku for row, sku in enumerate("abcdefgh")}
    others = {"made up": None, f"{'f' * 24}-1": None}
    rows = BatchBuilder()
    for i, decision in enumerate(owners | others):
        fact = rows.fact(Fact("pricing-control", decision, b"{}"))
        rows.add(Kind.FACT, i, SourcePartition("pricing-control", 0), offset=i, detail=fact)
    everyone = rows.fact(Fact("pricing-control", None, b"{}"))
    rows.add(Kind.FACT, 99, SourcePartition("pricing-control", 0), offset=99, detail=everyone)
    found: dict[str | None, list[int]] = {}
    for partition, part in router.split(rows.batch()):
        for fact in part.facts:
            found.setdefault(fact.key, []).append(partition)
    assert found.pop(None) == [0, 1, 2, 3, 4]
    for decision, sku in owners.items():
        assert found.pop(decision) == [router.partition(sku)]
    assert [len(partitions) for partitions in found.values()] == [1, 1]
