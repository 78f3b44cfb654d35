"""Any River regressor or forecaster, by name: one model per offer, or per category.

It learns log(1 + units) of every window, less the offer's smoothed level where it takes features.
River works row by row, and some of its models on BLAS: so these forecast and are weighed with
the other experts, and no price rests on them.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from typing import Any

import numpy as np
from river import base, time_series

from online_models.demand.forecast import UnitsForecast
from online_models.demand.inputs.observations import ATTRIBUTES, DAY, Observations
from online_models.numerics.arrays import Floats, Ints
from online_models.numerics.special import expm1, log, log1p

Row = dict[str, float]

#: What an evaluation runs beside the experts by default.
BASELINE = "linear_model.BayesianLinearRegression"
#: Memory of lagged units and of the squared residual that gives the dispersion.
SMOOTHING, RESIDUAL_MEMORY = 0.8, 0.95
FIRST_VARIANCE = 0.5
#: Forecasters say nothing before so many windows.
WARM_UP = 14
#: Rows that a model must take before it is believed to work.
TRIED = 8
#: What the features tell a change of, against what was usual of the offer. A level that follows
#: sales has followed a price that stays: a model that is told of the price itself, and explains
#: what departs from the level, unlearns the response while nothing moves.
CONDITIONS = ("price", "rival_change", "promoted", "depth")
RIVAL = CONDITIONS.index("rival_change")
UNKNOWN = (math.nan,) * len(CONDITIONS)
#: Log units are kept within what a shop can sell.
LARGEST_LOG = 20.0
#: No change or log level is learnt from further away than this: steps along a gradient diverge.
LARGEST_GAP = 2.0
#: A forecast so far from the offer's level in logs is nonsense, like none at all; after so many in
#: a row the model starts anew.
ASTRAY, PATIENCE = 4.0, 10


def parsed(text: str) -> tuple[type[Any], dict[str, Any]]:
    """The River class that a text names, `river.` in front or not, and its parameters.

    ValueError where River has no such regressor or forecaster, a parameter is no plain value, or
    the model cannot learn with it.

    >>> found, parameters = parsed("river.time_series.SNARIMAX(p=1, d=0, q=1)")
    >>> found.__name__, parameters
    ('SNARIMAX', {'p': 1, 'd': 0, 'q': 1})
    """
    path, bracket, rest = text.strip().removeprefix("river.").partition("(")
    module, _, attribute = path.rpartition(".")
    try:
        found = getattr(import_module(f"river.{module}"), attribute)
    except (ImportError, AttributeError) as error:
        raise ValueError(f"river: there is no {path!r}") from error
    kinds = (base.Regressor, time_series.base.Forecaster)
    if (
        not isinstance(found, type)
        or not issubclass(found, kinds)
        or issubclass(found, base.MultiTargetRegressor)
    ):
        raise ValueError(f"river: {path!r} is neither a regressor nor a forecaster")
    parameters = _parameters(bracket + rest) if bracket else {}
    try:
        _try(found(**parameters))
    except Exception as error:  # whatever River's code makes of such parameters
        value = " ".join(str(error).split()) or type(error).__name__
        raise ValueError(f"river: {text!r} does not work: {value}") from error
    return found, parameters


def _try(model: Any) -> None:
    """Let a model learn a few rows: parameters that cannot be show by then at the latest."""
    for k in range(TRIED):
        if isinstance(model, time_series.base.Forecaster):
            model.learn_one(float(k % 3))
        else:
            x = {"constant": 1.0, "price": 0.1 * (k % 4)}
            model.learn_one(x, float(k % 3))
            model.predict_one(x)


def _parameters(brackets: str) -> dict[str, Any]:
    try:
        call = ast.parse(f"f{brackets}", mode="eval").body
        if isinstance(call, ast.Call) and not call.args:
            return {str(word.arg): ast.literal_eval(word.value) for word in call.keywords}
    except (SyntaxError, ValueError):
        pass
    raise ValueError(f"river: {brackets!r} are no parameters such as (p=1, q=1)")


def _built(kind: type[Any], parameters: dict[str, Any]) -> Any:
    return kind(**parameters)


class RiverModels:
    """Models by key (an offer's row, or a category's), and what is remembered of offers."""

    #: All in one graph of objects, which the expert saves: they may share some.
    DERIVED = ("models", "lags", "usual", "variance", "seen", "astray")

    def __init__(self, named: str | Callable[[], Any]) -> None:
        self._make: Callable[[], Any]
        if isinstance(named, str):
            self._make = partial(_built, *parsed(named))
        else:
            self._make = named
        self.forecasts = isinstance(self._make(), time_series.base.Forecaster)
        #: How often a model was begun anew, since this process began.
        self.restarts = 0
        self.models: dict[int, Any] = {}
        self.lags: dict[int, tuple[float, float]] = {}
        #: Of an offer's `CONDITIONS`, what was usual of late; NaN before any was known.
        self.usual: dict[int, tuple[float, ...]] = {}
        self.variance: dict[int, float] = {}
        self.seen: dict[int, int] = {}
        self.astray: dict[int, int] = {}

    def graph(self) -> dict[str, Any]:
        """All that the models know."""
        return {name: getattr(self, name) for name in self.DERIVED}

    def take_graph(self, graph: Mapping[str, Any]) -> None:
        """Go on with what `graph` gave, which may be of a time when nothing usual was known."""
        known = {"usual": {}, **graph}
        for name in self.DERIVED:
            setattr(self, name, known[name])

    def forecast(self, observations: Observations, keys: Ints) -> UnitsForecast:
        """Forecast of each row's units, from what was learnt before."""
        offers = observations.offer.tolist()
        features = self._features(observations, _conditions(observations))
        expected = [value for value, _ in self._expected(offers, keys.tolist(), features)]
        variance = np.array([self.variance.get(offer, FIRST_VARIANCE) for offer in offers])
        centre = np.array(expected) + 0.5 * np.minimum(variance, 2.0)
        mean = expm1(np.minimum(np.maximum(centre, 0.02), LARGEST_LOG))
        return UnitsForecast.single(mean, 1.0 / expm1(np.minimum(np.maximum(variance, 1e-3), 3.0)))

    def learn(self, observations: Observations, keys: Ints) -> None:
        """Learn one window, row by row."""
        logs = log1p(np.maximum(observations.units, 0.0)).tolist()
        offers, models = observations.offer.tolist(), keys.tolist()
        conditions = _conditions(observations)
        features = self._features(observations, conditions)
        expected = self._expected(offers, models, features)
        for offer, key, x, y, (value, sense), now in zip(
            offers, models, features, logs, expected, conditions.T.tolist(), strict=True
        ):
            error, old = y - value, self.variance.get(offer, FIRST_VARIANCE)
            bounded = min(error * error, 9.0 * old + 1.0)
            self.variance[offer] = RESIDUAL_MEMORY * old + (1.0 - RESIDUAL_MEMORY) * bounded
            learnt = self._learn_one(key, x, y, y - self._level(offer))
            smooth = self.lags.get(offer, (y, y))[1]
            self.seen[key] = self.seen.get(key, 0) + 1
            self._watch(key, not (sense and learnt))
            self.lags[offer] = (y, _smoothed(smooth, y))
            usual = self.usual.get(offer, UNKNOWN)
            self.usual[offer] = tuple(map(_smoothed, usual, now))

    def _model(self, key: int) -> Any:
        if key not in self.models:
            self.models[key] = self._make()
        return self.models[key]

    def _learn_one(self, key: int, x: Row, y: float, gap: float) -> bool:
        """Whether the model could; of what it raises, another's code has the say."""
        try:
            if self.forecasts:
                self._model(key).learn_one(y)
            else:
                self._model(key).learn_one(x, min(max(gap, -LARGEST_GAP), LARGEST_GAP))
        except Exception:
            return False
        return True

    def _watch(self, key: int, astray: bool) -> None:
        """Start a model anew that has made no sense many times in a row."""
        self.astray[key] = self.astray.get(key, 0) + 1 if astray else 0
        if self.astray[key] >= PATIENCE:
            del self.models[key]
            self.seen[key] = self.astray[key] = 0
            self.restarts += 1

    def _level(self, offer: int) -> float:
        """Smoothed log units: the regressors explain what departs from it."""
        return self.lags.get(offer, (0.0, 0.0))[1]

    def _expected(
        self, offers: list[int], keys: list[int], features: list[Row]
    ) -> list[tuple[float, bool]]:
        """Log units expected of each row, and whether the model made sense."""
        expected = []
        for offer, key, x in zip(offers, keys, features, strict=True):
            level = self._level(offer)
            value = self._predict_one(key, x, level)
            sense = abs(value - level) < ASTRAY
            if not sense:
                value = min(max(value, level - ASTRAY), level + ASTRAY) if value == value else level
            expected.append((min(max(value, 0.0), LARGEST_LOG), sense))
        return expected

    def _predict_one(self, key: int, x: Row, level: float) -> float:
        """What the model says, NaN where it says nothing or raises."""
        try:
            if not self.forecasts:
                return level + float(self._model(key).predict_one(x))
            if self.seen.get(key, 0) >= WARM_UP:
                return float(self._model(key).forecast(1)[0])
        except Exception:
            return math.nan
        return level

    def _features(self, seen: Observations, conditions: Floats) -> list[Row]:
        """What the regressors see of each row, (n,), under its `conditions`, (CONDITIONS, n)."""
        if self.forecasts:
            return [{}] * len(seen)
        offers = seen.offer.tolist()
        usual = np.array([self.usual.get(offer, UNKNOWN) for offer in offers])
        changes = conditions - usual.reshape(-1, len(CONDITIONS)).T
        changes = np.minimum(np.maximum(_or_zero(changes), -LARGEST_GAP), LARGEST_GAP)
        lags = np.array([self.lags.get(offer, (0.0, 0.0)) for offer in offers]).reshape(-1, 2)
        attributes = seen.attributes / (1.0 + np.abs(seen.attributes))
        columns = {
            **dict(zip(CONDITIONS, changes, strict=True)),
            "rival": _or_zero(conditions[RIVAL]),
            "last": lags[:, 0] - lags[:, 1],
            **{f"attribute {k}": attributes[:, k] for k in range(ATTRIBUTES)},
        }
        rows = [
            {"constant": 1.0, **dict(zip(columns, values, strict=True))}
            for values in zip(*(column.tolist() for column in columns.values()), strict=True)
        ]
        if len(seen) and int(seen.end[0] - seen.start[0]) <= DAY:
            for row, day in zip(rows, (seen.start // DAY % 7).tolist(), strict=True):
                row[f"weekday {day}"] = 1.0
        return rows


def _conditions(seen: Observations) -> Floats:
    """What sales depend on, each NaN where it is unknown, (CONDITIONS, n): log price, the
    competitors' less that, whether a promotion runs, and its depth.
    """
    known = seen.price > 0.0
    price = np.where(known, log(np.where(known, seen.price, 1.0)), np.nan)
    known = known & (seen.competitor_price > 0.0)
    rival = np.where(known, log(np.where(known, seen.competitor_price, 1.0)) - price, np.nan)
    rival = np.minimum(np.maximum(rival, -LARGEST_GAP), LARGEST_GAP)
    shares = [np.minimum(np.maximum(x, 0.0), 1.0) for x in (seen.promoted, seen.promotion)]
    return np.stack([price, rival, *shares])


def _or_zero(values: Floats) -> Floats:
    """0 where a value is unknown."""
    return np.where(np.isnan(values), 0.0, values)


def _smoothed(before: float, now: float) -> float:
    """The mean of the last few; an unknown one changes nothing."""
    if math.isnan(now):
        return before
    if math.isnan(before):
        return now
    return SMOOTHING * before + (1.0 - SMOOTHING) * now
