"""`demand-forecasts`: what models outside the fold expect, kept until its windows are over.

A replay reads here what was said, and computes none of it again.
"""

from __future__ import annotations

import msgspec
import numpy as np
from pydantic import TypeAdapter

from online_models.demand.forecasts.published import ForecastPoints
from online_models.demand.forecasts.seat import ForecastSpan
from online_models.fold.facts.fact import NOTHING, FactEffect, Handler, Reach
from online_models.fold.state import State
from online_models.journal.batch import Fact
from schemas.records.demand.demand_forecasts import DemandForecast
from schemas.records.record import decode
from schemas.values.money import scaled

_FORECAST = TypeAdapter(DemandForecast)


def apply(state: State, fact: Fact, now: int) -> FactEffect:
    """Keep one forecast of an offer on sale, or count why it is of no use.

    It decides nothing by itself: prices are decided when they are due, so that no flood of
    forecasts costs more than reading them.
    """
    record: DemandForecast = decode(_FORECAST, fact.value or b"")
    kind = _accept(state, record, now)
    if kind is not None:
        state.count(kind)
    return NOTHING


def _accept(state: State, record: DemandForecast, now: int) -> str | None:
    catalogue = state.catalogue
    sku = catalogue.sku_names.index.get(record.sku, -1)
    row = catalogue.offer(sku, catalogue.channel_names.index.get(record.channel, -1))
    if row < 0 or not catalogue.skus.known[sku]:
        return "unknown_forecast"
    own = catalogue.currency_names[catalogue.skus.currency[sku]]
    if record.currency not in (None, own):
        return "currency_mismatch"
    digits = int(catalogue.skus.digits[sku])
    length = record.bucket_end - record.bucket_start
    end = record.bucket_start + record.horizon * length
    until = end if record.valid_until is None else record.valid_until
    nan = float("nan")
    forecast = ForecastPoints(
        record.model,
        record.version,
        row,
        ForecastSpan(record.bucket_start, length, end, until),
        np.array([float(scaled(point.price, digits)) for point in record.points]),
        np.array([point.units for point in record.points]),
        np.array([nan if point.spread is None else point.spread for point in record.points]),
    )
    return state.demand.accept_forecast(forecast, now)


class _Named(msgspec.Struct):
    """What a forecast names."""

    model: str


_NAMED = msgspec.json.Decoder(_Named)


def introduce(state: State, fact: Fact) -> None:
    """Give the model a place among those that are mixed."""
    state.demand.join(_NAMED.decode(fact.value or b"").model)


HANDLER = Handler("demand-forecasts", Reach.SKU, apply, introduce=introduce)
