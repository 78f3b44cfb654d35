"""Promotions, experiments and models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from schemas.values.instants import to_ms
from streams.web.api.problems import LOOK
from streams.web.charts import models as charts
from streams.web.context import context_of
from streams.web.pages.rendering import page
from streams.web.store import experiment_reading, forecast_reading, reading
from streams.web.words.policies import selection

router = APIRouter(dependencies=[LOOK])
#: Models that `model-updates` may name more than once, by age.
MODELS = 100
#: Alerts that demand has left its forecasts.
DRIFT = ("demand_drift", "model_degraded")


def _times(document: dict[str, Any], *names: str) -> dict[str, Any]:
    """The document with its instants in milliseconds, None where there is none."""
    found: dict[str, int | None] = {}
    for name in names:
        try:
            found[name] = to_ms(document[name])
        except (KeyError, ValueError, TypeError):
            found[name] = None
    return {**document, **found}


@router.get("/promotions")
def promotions(request: Request) -> HTMLResponse:
    """What runs, what is to come, what is planned."""
    context = context_of(request)
    with context.store.connect() as connection:
        found = reading.documents_of(connection, "promotions")
        plans = reading.documents_of(connection, "promotion-plans")
        named = [plan["sku"] for plan in plans if isinstance(plan.get("sku"), str)]
        names = reading.products_named(connection, named)
    now = context.summary.counted.now or 0
    shown = []
    for each in found:
        timed = _times(each, "starts_at", "ends_at")
        begin, end = timed["starts_at"] or 0, timed["ends_at"] or 0
        state = "ended" if end <= now else "running" if begin <= now else "to come"
        timed["state"] = "cancelled" if each.get("cancelled") else state
        timed["brought"] = context.summary.counted.promotions.get(str(each.get("promotion_id")), ())
        timed["on"] = selection(each.get("select"))
        timed["off"] = ", ".join(
            f"{value} off" if kind != "price" else f"at {value}"
            for kind, value in (each.get("discount") or {}).items()
            if value is not None
        )
        shown.append(timed)
    order = {"running": 0, "to come": 1}
    shown.sort(key=lambda each: (order.get(each["state"], 2), -(each["starts_at"] or 0)))
    return page(
        request,
        "promotions.html",
        "Promotions",
        promotions=shown,
        plans=[_times(plan, "starts_at", "ends_at") for plan in plans],
        names=names,
    )


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
        models=[_times(each, "trained_at", "trained_through") for each in found],
        known=context.summary.counted.elasticities,
        drift=drift,
        weights=charts.weights_by_day(weights, figures) if weights else None,
        calibration=charts.calibration(sizes, figures) if sizes else None,
        forecast=_against_sales(context.summary.counted.sales),
        tensorboard=context.settings.console_tensorboard,
    )
