"""`demand-forecasts`: what a model expects an offer to sell, at one or several prices."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from schemas.records.record import Event, Incoming
from schemas.values.fields import Currency, Instant, Money, Name, Some, Weight
from schemas.values.instants import DAY, MINUTE
from schemas.values.limits import LONGEST_FORECAST_DAYS, MOST_POINTS, MOST_WINDOWS


class ForecastPoint(Incoming):
    """Expected units of one window at a gross price, and their standard deviation where known."""

    price: Money
    units: Weight
    spread: Weight | None = None


class DemandForecast(Event):
    """The demand of an offer in [bucket_start, bucket_end), and in as many windows of that length
    from there on as `horizon` says.

    `points` are of one window, at one or several prices: several make a curve. Prices are set by it
    until `valid_until`, or else until its last window is over. `time` is when it was made.
    """

    model: Name
    version: Name
    sku: Name
    channel: Name = "web"
    currency: Currency | None = None
    bucket_start: Instant
    bucket_end: Instant
    horizon: Annotated[int, Field(ge=1, le=MOST_WINDOWS, strict=True)] = 1
    points: Annotated[Some[ForecastPoint], Field(max_length=MOST_POINTS)]
    valid_until: Instant | None = None
    time: Instant | None = None

    @model_validator(mode="after")
    def _has_windows(self) -> Self:
        length = self.bucket_end - self.bucket_start
        if length < MINUTE:
            raise ValueError("bucket_end: a window is a minute long at least")
        if length * self.horizon > LONGEST_FORECAST_DAYS * DAY:
            raise ValueError(
                f"horizon: the windows reach further than {LONGEST_FORECAST_DAYS} days"
            )
        return self
