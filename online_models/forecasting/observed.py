"""Closed windows as records tell of them, and as a model is given them."""

from __future__ import annotations

from typing import NamedTuple

import msgspec
import numpy as np

from online_models.demand.inputs.observations import Observations
from schemas.values.instants import to_ms


class _Record(msgspec.Struct):
    """What is read of a record of `demand-observations`."""

    sku: str
    channel: str
    bucket_start: str
    bucket_end: str
    units: float
    price: str | None = None
    competitor_price: str | None = None
    promotion_id: str | None = None
    features: dict[str, float] = {}


class ObservedWindow(NamedTuple):
    """One closed window of an offer; prices in whole units of its currency, NaN: unknown."""

    sku: str
    channel: str
    start: int
    end: int
    units: float
    price: float
    decimals: int
    competitor_price: float
    promoted: bool
    depth: float
    available: float


_DECODER = msgspec.json.Decoder(_Record)


def read(value: bytes) -> ObservedWindow:
    """The window that a record holds; ValueError (msgspec's) where it is none."""
    record = _DECODER.decode(value)
    price, features = record.price or "nan", record.features
    return ObservedWindow(
        record.sku,
        record.channel,
        to_ms(record.bucket_start),
        to_ms(record.bucket_end),
        max(record.units - features.get("bulk_units", 0.0), 0.0),
        float(price),
        len(price.partition(".")[2]),
        float(record.competitor_price or "nan"),
        record.promotion_id is not None,
        features.get("promotion_depth", 0.0),
        features.get("available", 1.0),
    )


def columns(offer: list[int], window: list[ObservedWindow]) -> Observations:
    """Windows [start, end) of offers by their numbers, as columns."""
    whole = list(zip(*window, strict=True))
    fields = dict(zip(ObservedWindow._fields, whole, strict=True))
    return Observations.of(
        offer,
        fields["start"],
        fields["units"],
        end=fields["end"],
        price=np.array(fields["price"]),
        competitor_price=np.array(fields["competitor_price"]),
        promoted=np.array(fields["promoted"], np.float64),
        promotion=np.array(fields["depth"]),
        available=np.array(fields["available"]),
    )
