"""Any River regressor or forecaster, by name, as a challenger of the demand experts.

One model per offer learns log(1 + units) of every bucket. Challengers are for evaluation: they
run row by row and draw on BLAS, so no price may rest on them.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray
from river import base, time_series

from online_models.demand.forecast import Forecast
from online_models.demand.observations import ATTRIBUTES, DAY, Observations

Floats = NDArray[np.float64]

#: Names that evaluation runs by default; further ones are a setting.
NAMES = (
    "linear_model.BayesianLinearRegression",
    "linear_model.LinearRegression",
    "tree.HoeffdingAdaptiveTreeRegressor",
)
#: Memory of lagged units and of the squared residual that gives the dispersion.
SMOOTHING, RESIDUAL_MEMORY = 0.8, 0.95
FIRST_VARIANCE = 0.5
#: Forecasters say nothing before so many buckets.
WARM_UP = 14
#: Log units are kept within what a shop can sell.
LARGEST_LOG = 20.0


def model_class(name: str) -> type[Any]:
    """The River class of a dotted name below `river`.

    >>> model_class("linear_model.BayesianLinearRegression").__name__
    'BayesianLinearRegression'
    """
    module, _, attribute = name.rpartition(".")
    try:
        found = getattr(import_module(f"river.{module}"), attribute)
    except (ImportError, AttributeError) as error:
        raise ValueError(f"challenger: River has no {name!r}") from error
    kinds = (base.Regressor, time_series.base.Forecaster)
    if not isinstance(found, type) or not issubclass(found, kinds):
        raise ValueError(f"challenger: {name!r} is neither a regressor nor a forecaster")
    return found


class RiverChallenger:
    """One River model per offer, behind `forecast` and `learn` of whole intervals."""

    def __init__(self, name: str, **parameters: Any) -> None:
        self._build = model_class(name)
        self._parameters = parameters
        self._forecasts = issubclass(self._build, time_series.base.Forecaster)
        self._models: dict[int, Any] = {}
        self._anchor: dict[int, float] = {}
        self._lags: dict[int, tuple[float, float]] = {}
        self._variance: dict[int, float] = {}
        self._seen: dict[int, int] = {}

    def forecast(self, observations: Observations) -> Forecast:
        """Forecast of each row's units, from what was learnt before."""
        offers = observations.offer.tolist()
        told = np.array([self._told(observations, i, offer) for i, offer in enumerate(offers)])
        variance = np.array([self._variance.get(offer, FIRST_VARIANCE) for offer in offers])
        mean = np.expm1(np.clip(told + 0.5 * np.minimum(variance, 2.0), 0.02, LARGEST_LOG))
        return Forecast.single(mean, 1.0 / np.expm1(np.clip(variance, 1e-3, 3.0)))

    def learn(self, observations: Observations) -> None:
        """Learn one interval, row by row."""
        logs = np.log1p(np.maximum(observations.units, 0.0)).tolist()
        for i, offer in enumerate(observations.offer.tolist()):
            y = logs[i]
            error = y - self._told(observations, i, offer)
            old = self._variance.get(offer, FIRST_VARIANCE)
            bounded = min(error * error, 9.0 * old + 1.0)
            self._variance[offer] = RESIDUAL_MEMORY * old + (1.0 - RESIDUAL_MEMORY) * bounded
            model = self._model(offer)
            if self._forecasts:
                model.learn_one(y)
            else:
                model.learn_one(self._features(observations, i, offer), y - self._level(offer))
            smooth = self._lags.get(offer, (y, y))[1]
            self._seen[offer] = self._seen.get(offer, 0) + 1
            self._lags[offer] = (y, SMOOTHING * smooth + (1.0 - SMOOTHING) * y)
            price = float(observations.price[i])
            if price > 0.0:
                self._anchor.setdefault(offer, price)

    def _model(self, offer: int) -> Any:
        if offer not in self._models:
            self._models[offer] = self._build(**self._parameters)
        return self._models[offer]

    def _level(self, offer: int) -> float:
        """Smoothed log units: the regressors explain what departs from it."""
        return self._lags.get(offer, (0.0, 0.0))[1]

    def _told(self, observations: Observations, i: int, offer: int) -> float:
        model = self._model(offer)
        if self._forecasts:
            ready = self._seen.get(offer, 0) >= WARM_UP
            told = model.forecast(1)[0] if ready else self._level(offer)
        else:
            told = self._level(offer) + model.predict_one(self._features(observations, i, offer))
        return float(np.clip(told, 0.0, LARGEST_LOG)) if np.isfinite(told) else self._level(offer)

    def _features(self, seen: Observations, i: int, offer: int) -> dict[str, float]:
        price, rival = float(seen.price[i]), float(seen.rival_price[i])
        anchor = self._anchor.get(offer, price)
        last, smooth = self._lags.get(offer, (0.0, 0.0))
        features = {
            "constant": 1.0,
            "price": float(np.log(price / anchor)) if price > 0.0 and anchor > 0.0 else 0.0,
            "rival": float(np.log(rival / price)) if price > 0.0 and rival > 0.0 else 0.0,
            "promoted": float(seen.promoted[i]),
            "depth": float(seen.promotion[i]),
            "last": last - smooth,
        }
        features |= {f"attribute {k}": float(seen.attributes[i, k]) for k in range(ATTRIBUTES)}
        length = int(seen.end[i] - seen.start[i])
        if length <= DAY:
            features[f"weekday {int(seen.start[i]) // DAY % 7}"] = 1.0
        return features
