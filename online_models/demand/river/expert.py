"""A River model as an expert of the live mixture."""

from __future__ import annotations

from typing import Any

import numpy as np

from online_models.demand.forecast import CoveredForecast
from online_models.demand.inputs.observations import WindowRows
from online_models.demand.river import state as river_state
from online_models.demand.river.named_models import RiverModels
from online_models.numerics.arrays import Floats, Ints
from online_models.persistence.kinds import Coded
from online_models.persistence.saved import Saved, attribute


class RiverExpert:
    """A River model per offer, or per category. Forecasters know no features: always per offer."""

    SAVED = Saved(
        graph=attribute("_graph", Coded(river_state.encode, river_state.decode)),
    )

    def __init__(self, name: str, by: str) -> None:
        self._river = RiverModels(name)
        self._by_category = by == "category" and not self._river.forecasts

    @property
    def _graph(self) -> dict[str, Any]:
        """All that the models know."""
        return self._river.graph()

    @_graph.setter
    def _graph(self, graph: dict[str, Any]) -> None:
        self._river.take_graph(graph)

    def grow(self, offers: int, categories: int, channels: int) -> None:
        """Nothing: a model is made when its first window comes."""

    def predict(self, window: WindowRows) -> CoveredForecast:
        """Predict one window from what was known before it."""
        covered = [offer in self._river.lags for offer in window.seen.offer.tolist()]
        predicted = self._river.forecast(window.seen, self._keys(window))
        return CoveredForecast(predicted, np.array(covered, np.bool_))

    def learn(self, window: WindowRows, prediction: CoveredForecast) -> Floats:
        """Learn one window; returns the prediction's log score, (n,), 0 where not covered."""
        score = prediction.predicted.log_score(np.maximum(window.seen.units, 0.0))
        self._river.learn(window.seen, self._keys(window))
        return np.where(prediction.covered, score, 0.0)

    def _keys(self, window: WindowRows) -> Ints:
        return window.row if self._by_category else window.seen.offer
