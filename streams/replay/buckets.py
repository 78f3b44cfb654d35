"""The closed buckets of a run, as its `demand-observations` tell them."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from schemas.values.instants import to_ms
from streams.recording.entry import Entry
from streams.replay.course import Offer


class Forecast(msgspec.Struct):
    """What is needed of a forecast."""

    units: float


class Observation(msgspec.Struct):
    """What is needed of an observation."""

    sku: str
    channel: str
    bucket_start: str | int
    bucket_end: str | int
    units: int
    price: str | None
    forecast: Forecast | None = None


class Bucket(NamedTuple):
    """An offer's time [start, end), ms."""

    offer: Offer
    start: int
    end: int


class Sales(NamedTuple):
    """Units sold and the price shown; `forecast` units were expected at that price before."""

    units: int
    price: str | None
    forecast: float | None


_DECODER = msgspec.json.Decoder(Observation)


class Buckets(dict[Bucket, Sales]):
    """Sales by bucket."""

    def add(self, entry: Entry) -> None:
        """Take a record of `demand-observations`."""
        if entry.value is None:
            return
        told = _DECODER.decode(entry.value)
        bucket = Bucket((told.sku, told.channel), to_ms(told.bucket_start), to_ms(told.bucket_end))
        forecast = None if told.forecast is None else told.forecast.units
        self[bucket] = Sales(told.units, told.price, forecast)
