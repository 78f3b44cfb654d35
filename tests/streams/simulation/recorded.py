"""A recording that one of our own markets made."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from online_models.market import Market, compose
from online_models.market.records import TopicRecord, opening, records
from streams.recording.entry import Entry
from streams.recording.writer import RecordingWriter


def recorded(folder: Path, name: str, offers: int, sales: float, days: int) -> Market:
    """Write what the market tells while its prices wander about the first ones; the market."""
    market = compose(name, 3, offers, sales)
    rng = np.random.default_rng(3)
    told = opening(market.assortment)
    for _ in range(days):
        prices = market.assortment.first_price * np.exp(rng.normal(0.0, 0.1, offers))
        events = market.day(np.rint(prices).astype(np.int64))
        told += records(market.assortment, market.competitors.names, events)
    write(folder, told)
    return market


def write(folder: Path, told: list[TopicRecord]) -> None:
    """A recording of these records."""
    with RecordingWriter(folder) as writer:
        for offset, record in enumerate(told):
            value = json.dumps(record.value).encode()
            key = record.key.encode()
            writer.write(Entry(record.topic, 0, offset, key, value, record.timestamp))
