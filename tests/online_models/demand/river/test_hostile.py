"""Whatever River model is plugged in, hostile data neither stop the shop nor poison the mixture."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import numpy as np
import pytest
import river

from online_models.demand import DemandModels, DemandSettings, Observations
from online_models.demand.evaluation.checks import HOSTILE_UPDATES, RIVER, hostile_windows, until
from online_models.demand.river.named_models import RiverModels, parsed

OFFERS = 3
FORECASTERS = (
    "time_series.SNARIMAX(p=1, d=0, q=1)",
    "time_series.SNARIMAX(p=1, d=1, q=1, m=7, sp=1, sd=0, sq=1)",
    "time_series.HoltWinters(alpha=0.3, beta=0.1)",
)


def every_regressor() -> Iterator[str]:
    """Those of River's that can be plugged in without parameters."""
    for module in pkgutil.iter_modules(river.__path__):
        if not module.ispkg:
            continue
        for name, found in sorted(vars(import_module(f"river.{module.name}")).items()):
            if inspect.isclass(found) and not inspect.isabstract(found):
                try:
                    parsed(f"{module.name}.{name}")
                except ValueError:
                    continue
                yield f"{module.name}.{name}"


REGRESSORS = tuple(every_regressor())


def hostile(updates: int) -> Iterator[Observations]:
    """Some offers of the shared battery's stream."""
    some = (seen.take(np.flatnonzero(seen.offer < OFFERS)) for seen in hostile_windows())
    return until(updates, (seen.cleaned() for seen in some if len(seen)))


def test_every_kind_of_model_is_found() -> None:
    assert {"linear_model.BayesianLinearRegression", "forest.ARFRegressor"} < set(REGRESSORS)
    # what forecasts several targets is no regressor of demand
    assert "tree.ISOUPTreeRegressor" not in REGRESSORS


#: Every model that can be plugged in for a while; those of the battery, and forecasters, for long.
SHORT = 360
CASES = [
    *(pytest.param(name, SHORT, id=name) for name in (*REGRESSORS, *FORECASTERS)),
    *(
        pytest.param(name, HOSTILE_UPDATES, id=f"{name}-long", marks=pytest.mark.slow)
        for name in (*RIVER, *FORECASTERS)
    ),
]


@pytest.mark.parametrize(("name", "updates"), CASES)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_model_on_hostile_data_forecasts_finite_demand(name: str, updates: int) -> None:
    models = RiverModels(name)
    for seen in hostile(updates):
        told = models.forecast(seen, seen.offer)
        assert np.isfinite(told.mean).all()
        assert (told.mean >= 0.0).all()
        assert (told.sizes > 0.0).all()
        models.learn(seen, seen.offer)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_the_mixture_survives_river_models_on_hostile_data() -> None:
    # the last two raise, or say nothing, of themselves
    river_models = (*FORECASTERS[:2], "tree.SGTRegressor", "forest.AMFRegressor(n_estimators=2)")
    settings = DemandSettings(experts=("count", "filter"), river=river_models)
    models, rows = DemandModels(settings), np.arange(OFFERS)
    models.register(rows, rows, 0 * rows, 0 * rows)
    for seen in hostile(600):
        report = models.learn(seen)
        assert np.isfinite(report.mean).all()
        assert np.isfinite(report.forecast.log_score(np.maximum(seen.units, 0.0))).all()
        np.testing.assert_allclose(report.weights.sum(axis=1), 1.0)


class Raising:
    """Fails at every other call."""

    def __init__(self) -> None:
        self.calls = 0

    def predict_one(self, _x: Any) -> float:
        self.calls += 1
        if self.calls % 2:
            raise ZeroDivisionError
        return float("nan")

    def learn_one(self, _x: Any, _y: float) -> None:
        raise OverflowError


def test_a_model_that_raises_says_the_level_and_starts_anew() -> None:
    models = RiverModels(Raising)
    made = set()
    for seen in hostile(180):
        assert np.isfinite(models.forecast(seen, seen.offer).mean).all()
        models.learn(seen, seen.offer)
        made |= {id(model) for model in models.models.values()}
    assert len(made) > OFFERS
