"""Ten weeks of a small shop, to train on."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from schemas.values.instants import DAY, to_text
from streams.recording import Entry, RecordingWriter

START = 19_723 * DAY
OFFERS = 20
DAYS = 70


def record(folder: Path) -> Path:
    """Write products and demand observations; returns the folder."""
    rng = np.random.default_rng(2)
    base = rng.uniform(1.0, 8.0, OFFERS)
    with RecordingWriter(folder) as writer:
        for i in range(OFFERS):
            product = {
                "sku": f"s{i}",
                "name": f"Thing {i % 3}",
                "currency": "EUR",
                "price": "10.00",
                "cost": "5.00",
                "category": f"c/{i % 2}",
            }
            writer.write(_entry("products", i, product, START))
        offset = 0
        for day in range(DAYS):
            price = np.rint(1000 * np.exp(rng.normal(0, 0.1, OFFERS))).astype(int)
            units = rng.poisson(base * (price / 1000.0) ** -2.0)
            for i in range(OFFERS):
                start, end = START + day * DAY, START + (day + 1) * DAY
                window = {
                    "sku": f"s{i}",
                    "channel": "web",
                    "bucket_start": to_text(start),
                    "bucket_end": to_text(end),
                    "units": int(units[i]),
                    "views": 0,
                    "price": f"{price[i] / 100:.2f}",
                    "stocked_out": False,
                }
                writer.write(_entry("demand-observations", offset, window, end))
                offset += 1
    return folder


def _entry(topic: str, offset: int, value: dict[str, object], time: int) -> Entry:
    return Entry(topic, 0, offset, str(value["sku"]).encode(), json.dumps(value).encode(), time)
