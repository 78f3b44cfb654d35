"""Experiments and models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from streams.web.api.problems import LOOK
from streams.web.charts import models as charts
from streams.web.context import context_of
from streams.web.pages.rendering import page, with_times
from streams.web.store import experiment_reading, forecast_reading, reading

router = APIRouter(dependencies=[LOOK])
#: Models that `model-updates` may name more than once, by age.
MODELS = 100
#: Alerts that demand has left its forecasts.
DRIFT = ("demand_drift", "model_degraded")


@router.get("/experiments")
def experiments(request: Request) -> HTMLResponse:
    """Experiments of the current policies, with what each arm sells."""
    context = context_of(request)
    with context.store.connect() as connection:
        running = experiment_reading.experiments(connection)
    return page(request, "experiments.html", "Experiments", experiments=running)


def _against_sales(rows: Sequence[Mapping[str, Any]]) -> dict[str, float] | None:
    """Of all days: what was forecast and sold; bias and error as shares of what was sold."""
    units, forecast, missed = (
        sum(row[name] or 0.0 for row in rows) for name in ("foreseen", "forecast", "missed")
    )
    if not units or not forecast:
        return None
    return {
        "units": units,
        "forecast": forecast,
        "bias": forecast / units - 1.0,
        "error": missed / units,
    }


@router.get("/models")
def models(request: Request) -> HTMLResponse:
    """Trained versions by standing, and what the online models know of elasticities."""
    context = context_of(request)
    with context.store.connect() as connection:
        found = reading.documents_of(connection, "model-updates", MODELS)
        drift = reading.alerts_like(connection, DRIFT, open_only=False, limit=10)
        weights = forecast_reading.expert_weights(connection)
        sizes = forecast_reading.calibration(connection)
    figures = context.figures
    return page(
        request,
        "models.html",
        "Models",
        models=[with_times(each, "trained_at", "trained_through") for each in found],
        known=context.summary.counted.elasticities,
        drift=drift,
        weights=charts.weights_by_day(weights, figures) if weights else None,
        calibration=charts.calibration(sizes, figures) if sizes else None,
        forecast=_against_sales(context.summary.counted.sales),
        tensorboard=context.settings.console_tensorboard,
    )
