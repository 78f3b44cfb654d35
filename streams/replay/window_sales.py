"""The closed windows of a run, as its `demand-observations` record them."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from schemas.values.instants import to_ms
from streams.recording.entry import Entry
from streams.replay.price_history import Offer


class ForecastUnits(msgspec.Struct):
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
    forecast: ForecastUnits | None = None


class OfferWindow(NamedTuple):
    """An offer's time [start, end), ms."""

    offer: Offer
    start: int
    end: int


class WindowSales(NamedTuple):
    """Units sold and the price shown; `forecast` units were expected at that price before."""

    units: int
    price: str | None
    forecast: float | None


_DECODER = msgspec.json.Decoder(Observation)


class SalesByWindow(dict[OfferWindow, WindowSales]):
    """Sales by window."""

    def add(self, entry: Entry) -> None:
        """Take a record of `demand-observations`."""
        if entry.value is None:
            return
        observation = _DECODER.decode(entry.value)
        window = OfferWindow(
            (observation.sku, observation.channel),
            to_ms(observation.bucket_start),
            to_ms(observation.bucket_end),
        )
        forecast = None if observation.forecast is None else observation.forecast.units
        self[window] = WindowSales(observation.units, observation.price, forecast)
