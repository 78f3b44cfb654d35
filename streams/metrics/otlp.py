"""Metrics to an OpenTelemetry collector: what `/metrics` shows, sent on and on."""

from __future__ import annotations

import asyncio
import logging
import time
from importlib.metadata import version
from typing import Any

from mode import Service
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.sdk.metrics.export import (
    MetricExportResult,
    MetricsData,
    ResourceMetrics,
    ScopeMetrics,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from prometheus_client import REGISTRY

from streams.metrics.families import translated

logger = logging.getLogger(__name__)

#: Seconds from one sending to the next, as often as `deploy/prometheus` asks.
SEND_SECONDS = 15.0
#: Seconds that one sending may take, its repetitions included: a worker that stops waits for it.
SENDING_SECONDS = 3.0
_PATH = "/v1/metrics"


class OtlpMetrics(Service):  # type: ignore[misc]
    """Sends to the collector at `url`, as `app` and `instance`, from a thread of its own; headers
    and certificates are variables of OpenTelemetry.
    """

    def __init__(self, url: str, app: str, instance: str | None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._exporter = OTLPMetricExporter(url.rstrip("/") + _PATH, timeout=SENDING_SECONDS)
        self._started_ns = time.time_ns()
        about = {"service.name": app, "service.version": version("pricetide")}
        if instance is not None:
            about["service.instance.id"] = instance
        self._resource = Resource.create(about)
        self._scope = InstrumentationScope("pricetide", about["service.version"])

    @Service.task  # type: ignore[untyped-decorator]
    async def _run(self) -> None:
        while not self.should_stop:
            await asyncio.to_thread(self._send)
            await self.sleep(SEND_SECONDS)

    def _send(self) -> None:
        metrics = list(translated(REGISTRY.collect(), self._started_ns, time.time_ns()))
        scoped = ScopeMetrics(self._scope, metrics, "")
        data = MetricsData([ResourceMetrics(self._resource, [scoped], "")])
        if self._exporter.export(data) is not MetricExportResult.SUCCESS:
            logger.warning("the collector did not take the metrics; they are sent again later")

    async def on_stop(self) -> None:
        """Send no more, not even again."""
        self._exporter.shutdown()
