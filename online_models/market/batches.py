"""From a day's columns to a batch of the fold, without records in between: the fast closed loop."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from online_models.journal.batch import (
    COLUMNS,
    DEFAULTS,
    FORCED,
    Batch,
    Fact,
    Kind,
    SourcePartition,
)
from online_models.market.calendar import day_start
from online_models.market.events import (
    NOTHING,
    ArrivingRows,
    ClickRows,
    Events,
    OrderRows,
    QuoteRows,
)
from online_models.market.market import Market
from online_models.market.records import levels, promotions
from online_models.numerics.arrays import Ints

Columns = dict[str, Ints]
Policies = Sequence[Mapping[str, Any]]
#: Values of `model-updates`.
Updates = Sequence[Mapping[str, Any]]


class BatchWriter:
    """Writes one market's days as the batches that ingest would make of its records.

    Broken records are left out: they end as dead letters before the journal. Every record has its
    offset and identity, so that the fold finds repetitions by itself.
    """

    def __init__(self, market: Market) -> None:
        goods = market.assortment
        self._goods = goods
        self._sku = {sku: row for row, sku in enumerate(goods.skus)}
        self._texts = [*goods.skus, *market.competitors.names, "web", goods.currency]
        self._competitor = len(goods)
        self._channel = len(self._texts) - 2
        self._currency = len(self._texts) - 1
        self._topics = ("orders", "clickstream", "competitor-prices", "facts")
        self._offsets = [0] * len(self._topics)

    def opening(self, policies: Policies, updates: Updates = ()) -> Batch:
        """The models, the policies and the products, and a tick at the first instant."""
        facts = [_fact("model-updates", update) for update in updates]
        facts += [_fact("pricing-policies", p) for p in policies]
        facts += [_fact("products", p) for p in self._goods.products()]
        return self._batch([self._facts(facts, [day_start(0)] * len(facts))], facts, 0)

    def day(self, events: Events, day: int) -> Batch:
        """What arrived on `day`, in order, and a tick at the end of it."""
        slow = [*levels(self._goods, events), *promotions(events)]
        facts = [_fact(record.topic, record.value) for record in slow]
        parts = [
            self._facts(facts, [record.timestamp for record in slow]),
            self._quotes(events.quotes),
            self._clicks(events.clicks),
            self._orders(events.orders),
        ]
        return self._batch(parts, facts, day + 1)

    def said(self, forecasts: Sequence[Mapping[str, Any]], day: int) -> Batch:
        """What models expect, published at the start of `day`, and a tick then."""
        facts = [_fact("demand-forecasts", value) for value in forecasts]
        return self._batch([self._facts(facts, [day_start(day)] * len(facts))], facts, day)

    def _orders(self, rows: OrderRows) -> Columns:
        return self._sent(
            rows, 0, Kind.ORDER, amount=rows.unit_price, count=rows.quantity, extra=rows.order + 1
        )

    def _clicks(self, rows: ClickRows) -> Columns:
        return self._sent(rows, 1, Kind.CLICK, count=rows.count)

    def _quotes(self, rows: QuoteRows) -> Columns:
        return self._sent(
            rows,
            2,
            Kind.COMPETITOR_PRICE,
            amount=rows.price,
            detail=self._competitor + rows.competitor,
            flag=rows.in_stock,
            channel=np.full(len(rows), -1, dtype=np.int64),
        )

    def _sent(self, rows: ArrivingRows, source: int, kind: int, **columns: Ints) -> Columns:
        """Columns of one stream; the lines of a record share its offset and its identity."""
        count = len(rows)
        record = rows.record
        begins = np.ones(count, dtype=np.bool_)
        begins[1:] = (record[1:] != record[:-1]) | (rows.arrival[1:] != rows.arrival[:-1])
        offset = self._offsets[source] + np.cumsum(begins)
        self._offsets[source] += int(begins.sum())
        found: Columns = {
            "arrival": rows.arrival,
            "kind": np.full(count, kind, dtype=np.int64),
            "time": rows.time,
            "source": np.full(count, source, dtype=np.int64),
            "offset": offset,
            "identity": record * len(self._topics) + source + 1,
            "sku": rows.offer,
            "channel": np.full(count, self._channel, dtype=np.int64),
            "currency": np.full(count, self._currency, dtype=np.int64),
            **columns,
        }
        whole = rows.missing == NOTHING
        return {name: column[whole] for name, column in found.items()}

    def _facts(self, facts: Sequence[Fact], times: Sequence[int]) -> Columns:
        count = len(facts)
        offset = self._offsets[3] + 1 + np.arange(count, dtype=np.int64)
        self._offsets[3] += count
        time = np.array(times, dtype=np.int64)
        skus = [-1 if fact.key is None else self._sku[fact.key] for fact in facts]
        return {
            "arrival": time,
            "kind": np.full(count, Kind.FACT, dtype=np.int64),
            "time": time,
            "source": np.full(count, 3, dtype=np.int64),
            "offset": offset,
            "detail": np.arange(count, dtype=np.int64),
            "sku": np.array(skus, dtype=np.int64),
        }

    def _batch(self, parts: Sequence[Columns], facts: list[Fact], tick: int) -> Batch:
        """All parts by arrival, ties in their order, and a tick at the start of day `tick`."""
        at = np.array([day_start(tick)], dtype=np.int64)
        clock = {"kind": np.array([Kind.TICK]), "time": at, "flag": np.array([FORCED])}
        order = np.argsort(np.concatenate([part["arrival"] for part in parts]), kind="stable")
        ends = np.cumsum([len(part["kind"]) for part in parts]).tolist()
        spans = [slice(low, high) for low, high in pairwise([0, *ends])]
        columns = {}
        for name, dtype in COLUMNS.items():
            column = np.full(len(order) + 1, DEFAULTS.get(name, 0), dtype)
            for part, span in zip(parts, spans, strict=True):
                if name in part:
                    column[span] = part[name]
            column[:-1] = column[order]
            if name in clock:
                column[-1:] = clock[name]
            columns[name] = column
        sources = [SourcePartition(topic, 0) for topic in self._topics]
        return Batch(self._texts, sources, facts, [], **columns)


def _fact(topic: str, value: Mapping[str, Any]) -> Fact:
    """A slow record; its key is the SKU that it concerns, if any."""
    return Fact(topic, value.get("sku"), json.dumps(value, separators=(",", ":")).encode())
