"""What a trained model expects to be sold at which prices, as records of `demand-forecasts`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple, Protocol

import numpy as np

from online_models.demand.forecast import UnitsForecast
from online_models.demand.inputs.observations import Observations
from online_models.demand.networks.history import History, log_prices
from online_models.demand.networks.inputs import Inputs, inputs, price_features
from online_models.demand.networks.spec import Spec
from online_models.forecasting.records import (
    AROUND,
    ForecastHeader,
    after_late_events,
    point,
    spread,
)
from online_models.numerics.arrays import Floats, Ints
from online_models.numerics.special import log
from online_models.training.dataset import history_of
from online_models.training.recorded_observations import RecordedObservations
from schemas.values.money import texts

#: Offers that are forecast together: so many rows of inputs are some tens of MB.
TOGETHER = 8192


class TrainedForecaster(Protocol):
    """A trained model."""

    def predict(self, inputs: Inputs) -> UnitsForecast:
        """TrainedForecaster, n rows; a row's does not depend on its neighbours."""


class Speaker(NamedTuple):
    """A trained model, what it reads, and its name and version on the topic."""

    model: str
    version: str
    forecasts: TrainedForecaster
    spec: Spec


def curves(
    speaker: Speaker,
    panel: RecordedObservations,
    seen: Observations,
    lateness: int,
    pause: int,
) -> Iterator[dict[str, Any]]:
    """A curve of every offer that was on sale in the newest of the windows `seen` of the model's
    length, and of every listed one that never was observed, at its first price.

    It holds until the forecasts after the next have come: `pause` ms lie between them. Late events
    are waited for `lateness` ms before a window is observed.
    """
    new, first_price = panel.unobserved()
    history = history_of(seen, panel.offers(), speaker.spec)
    length = speaker.spec.window_ms
    own = seen.end - seen.start == length
    newest = int(seen.end[own].max())
    start = after_late_events(newest, length, lateness)
    said = ForecastHeader(
        speaker.model, speaker.version, start, length, 1 + -(-2 * pause // length)
    )
    latest = seen.take(own & (seen.end == newest))
    known = _ahead(latest.take(latest.price > 0.0), start, length)
    fresh = Observations.of(new, start, np.zeros(len(new)), length=length, price=first_price)
    for part in (known, fresh):
        for begin in range(0, len(part), TOGETHER):
            rows = part.take(np.arange(begin, min(begin + TOGETHER, len(part))))
            yield from _records(said, speaker, history, panel, rows)


def _ahead(latest: Observations, start: int, length: int) -> Observations:
    """The first window to come, at the newest one's prices and promotions."""
    n = len(latest)
    return replace(
        latest,
        start=np.full(n, start),
        end=np.full(n, start + length),
        available=np.ones(n),
    )


def _records(
    said: ForecastHeader,
    speaker: Speaker,
    history: History,
    panel: RecordedObservations,
    rows: Observations,
) -> Iterator[dict[str, Any]]:
    at_price = inputs(history, rows, speaker.spec)
    points = [_points(speaker, history, rows, at_price, ratio) for ratio in AROUND]
    digits = [panel.digits(offer) for offer in rows.offer.tolist()]
    for place, offer in enumerate(rows.offer.tolist()):
        curve = [
            point(texts([int(price[place])], digits[place])[0], mean[place], deviation[place])
            for price, mean, deviation in points
        ]
        sku, channel = panel.listed[offer]
        yield said.of(sku, channel, curve)


def _points(
    speaker: Speaker, history: History, rows: Observations, at_price: Inputs, ratio: float
) -> tuple[Ints, list[float], list[float]]:
    """Prices in minor units, expected units and their deviations, of all rows at a multiple of
    their prices.
    """
    price: Floats = np.maximum(np.rint(rows.price * ratio), 1.0)
    _, gap = log_prices(rows)
    log_price = log(price)
    competitor = np.where(gap == gap, rows.log_competitor_price, np.nan)
    features = price_features(log_price, history.reference(rows.offer), competitor)
    forecast = speaker.forecasts.predict(replace(at_price, price=features.astype(np.float32)))
    mean, size = forecast.mean, forecast.size
    return price.astype(np.int64), mean.tolist(), spread(mean, size).tolist()
