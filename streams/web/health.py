"""What a supervisor asks: /live, /ready, and /metrics for Prometheus."""

from __future__ import annotations

import time

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from streams.web.api.problems import LOOK
from streams.web.context import context_of

router = APIRouter()


@router.get("/live")
def live() -> PlainTextResponse:
    """The process answers."""
    return PlainTextResponse("live\n")


@router.get("/ready")
def ready(request: Request) -> PlainTextResponse:
    """The store has caught up with Kafka, and Kafka is there."""
    progress = context_of(request).progress
    if progress.away_since is not None:
        return PlainTextResponse("Kafka does not answer\n", 503)
    if not progress.caught_up:
        lag = "unknown" if progress.lag is None else f"{progress.lag:,}"
        return PlainTextResponse(f"catching up, records behind: {lag}\n", 503)
    return PlainTextResponse("ready\n")


@router.get("/metrics", dependencies=[LOOK])
def metrics(request: Request) -> PlainTextResponse:
    """The console's own figures."""
    context = context_of(request)
    registry = CollectorRegistry()
    lag = Gauge(
        "pricetide_console_lag_records",
        "Records of a topic that the console has yet to read.",
        ["topic"],
        registry=registry,
    )
    for topic, behind in context.progress.lag_of.items():
        lag.labels(topic).set(behind)
    away = context.progress.away_since
    counted = context.summary.counted
    for name, text, value in (
        ("ready", "Whether the console has caught up.", float(context.progress.caught_up)),
        (
            "kafka_away_seconds",
            "How long Kafka has not answered.",
            0.0 if away is None else time.time() - away,
        ),
        ("offers", "Offers that the console knows.", counted.offers),
        ("waiting", "Proposals that wait for approval.", counted.states.get("waiting", 0)),
        ("streams", "Streams of events that are open.", request.app.state.streams),
    ):
        Gauge(f"pricetide_console_{name}", text, registry=registry).set(value)
    return PlainTextResponse(generate_latest(registry))
