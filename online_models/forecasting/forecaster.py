"""A River model that learns window by window, and says what it expects at several prices.

It learns what departs from an offer's smoothed level, and is told of an offer what makes it
comparable with others: its price and promotions against what was usual, its competitors', the
weekday. So one model may serve all offers (pooled), or each offer have its own.

Each window is forecast before it is learnt, as `river.evaluate.progressive_val_score` does.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from river import metrics

from online_models.demand.inputs.observations import Observations
from online_models.demand.river.named_models import RiverModels
from online_models.forecasting.building import build
from online_models.forecasting.observed import ObservedWindow, columns
from online_models.forecasting.records import (
    AROUND,
    ForecastHeader,
    after_late_events,
    point,
    spread,
)
from online_models.numerics.arrays import Floats, Ints

#: Windows that a curve holds for: the next one comes before they are over, and where the forecaster
#: is away for one, its last curve still serves.
HORIZON = 3
#: A window in which an offer was hardly to be had tells nothing.
LEAST_AVAILABLE = 0.5


class Forecaster:
    """One model by its description (`building.build`), for all offers of a partition.

    Parameters
    ----------
    name
        What it is called on `demand-forecasts`.
    described
        The model's description. It must have `learn_one` and `predict_one`, or be one of River's
        forecasters.
    by
        `all`: one model for all offers; `offer`: one for each.
    """

    #: What persists, beside the models themselves.
    KEPT = ("offers", "mae", "naive_mae")

    def __init__(self, name: str, described: Mapping[str, Any], by: str = "all") -> None:
        self.name = name
        text = json.dumps([described, by], sort_keys=True)
        #: Changes with the description alone: what is learnt goes on under one version.
        self.version = hashlib.sha256(text.encode()).hexdigest()[:8]
        self._river = RiverModels(lambda: build(described))
        self._pooled = by == "all" and not self._river.forecasts
        self.offers: dict[tuple[str, str], int] = {}
        #: Mean absolute errors of the units forecast, and of the units of the window before.
        self.mae = metrics.MAE()
        self.naive_mae = metrics.MAE()

    @property
    def restarts(self) -> int:
        """How often a model that made no sense was begun anew, since this process began."""
        return self._river.restarts

    def learn(self, window: list[ObservedWindow]) -> None:
        """Judge and learn one window of some offers, each at most once."""
        window = [seen for seen in window if seen.available >= LEAST_AVAILABLE]
        if not window:
            return
        observed, keys = self._columns(window)
        expected = self._river.forecast(observed, keys).mean.tolist()
        for place, seen in enumerate(window):
            offer = int(observed.offer[place])
            if offer in self._river.lags:
                self.mae.update(seen.units, expected[place])
                before = float(np.expm1(self._river.lags[offer][0]))
                self.naive_mae.update(seen.units, before)
        self._river.learn(observed, keys)

    def curves(self, window: list[ObservedWindow], lateness_ms: int) -> Iterator[dict[str, Any]]:
        """Records of `demand-forecasts` for the windows that come next, of offers whose price is
        known; a window is observed so long after its end as late events are waited for.
        """
        window = [seen for seen in window if seen.price > 0.0]
        if not window:
            return
        observed, keys = self._columns(window)
        length = int(observed.end[0] - observed.start[0])
        start = after_late_events(int(observed.end[0]), length, lateness_ms)
        ahead = replace(
            observed,
            start=np.full(len(window), start),
            end=np.full(len(window), start + length),
            available=np.ones(len(window)),
        )
        points = [self._points(ahead, keys, observed.price * ratio) for ratio in AROUND]
        said = ForecastHeader(self.name, self.version, start, length, HORIZON)
        for place, seen in enumerate(window):
            yield said.of(
                seen.sku,
                seen.channel,
                [
                    point(f"{price[place]:.{seen.decimals}f}", units[place], deviation[place])
                    for price, units, deviation in points
                ],
            )

    def _points(
        self, ahead: Observations, keys: Ints, price: Floats
    ) -> tuple[list[float], list[float], list[float]]:
        forecast = self._river.forecast(replace(ahead, price=price), keys)
        mean, size = forecast.mean, forecast.size
        return price.tolist(), mean.tolist(), spread(mean, size).tolist()

    def _columns(self, window: list[ObservedWindow]) -> tuple[Observations, Ints]:
        offer = [
            self.offers.setdefault((seen.sku, seen.channel), len(self.offers)) for seen in window
        ]
        observed = columns(offer, window)
        return observed, np.zeros(len(offer), np.int64) if self._pooled else observed.offer

    def state(self) -> dict[str, Any]:
        """All that it knows, as one graph of objects (see `online_models.demand.river.state`)."""
        return {name: getattr(self, name) for name in self.KEPT} | {"models": self._river.graph()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on with such a state."""
        for name in self.KEPT:
            setattr(self, name, state[name])
        self._river.take_graph(state["models"])
