"""A collector gets what `/metrics` shows, over OpenTelemetry's own protocol."""

from __future__ import annotations

import asyncio
import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from prometheus_client import REGISTRY

from streams.configuration.settings import Settings
from streams.metrics import instruments
from streams.metrics.otlp import OtlpMetrics
from streams.reference.metrics import instances

PATIENCE_SECONDS = 30.0


class Collector:
    """`asked` are the requests so far: path and message."""

    def __init__(self, status: int) -> None:
        self.asked: list[tuple[str, ExportMetricsServiceRequest]] = []
        self.url = ""
        self.status = status


@contextmanager
def collecting(status: int = 200) -> Iterator[Collector]:
    collector = Collector(status)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            message = ExportMetricsServiceRequest.FromString(body)
            collector.asked.append((self.path, message))
            self.send_response(collector.status)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    collector.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield collector
    finally:
        server.shutdown()
        server.server_close()


async def send_to(collector: Collector) -> None:
    """Run a worker's service until the collector has been asked."""
    async with OtlpMetrics(collector.url, "shop", "w-0"), asyncio.timeout(PATIENCE_SECONDS):
        while not collector.asked:
            await asyncio.sleep(0.01)


def labels_of(point: Any) -> dict[str, str]:
    return {each.key: each.value.string_value for each in point.attributes}


def test_it_gets_every_metric_under_its_name_with_labels_and_values() -> None:
    instruments.INPUT_RECORDS.labels("orders-of-a-test").inc(5)
    for seconds in (0.001, 0.03, 99.0):
        instruments.JOURNAL_DELAY.observe(seconds)
    with collecting() as collector:
        asyncio.run(send_to(collector))
    (path, message) = collector.asked[0]
    assert path == "/v1/metrics"
    (resource,) = message.resource_metrics
    about = labels_of(resource.resource)
    assert (about["service.name"], about["service.instance.id"]) == ("shop", "w-0")
    metrics = {each.name: each for scope in resource.scope_metrics for each in scope.metrics}
    assert {name for name, _ in instances()} <= set(metrics)
    counter = metrics["pricetide_input_records_total"]
    assert counter.sum.is_monotonic
    counted = {labels_of(point)["topic"]: point.as_double for point in counter.sum.data_points}
    assert counted["orders-of-a-test"] == 5
    for name, metric in metrics.items():
        points = metric.sum.data_points or metric.gauge.data_points
        for point in points:
            shown = REGISTRY.get_sample_value(name, labels_of(point))
            # what the process itself uses goes on
            assert name.startswith(("process_", "python_")) or point.as_double == shown, name
    (delay,) = metrics["pricetide_journal_delay_seconds"].histogram.data_points
    assert delay.explicit_bounds == list(instruments.SECONDS)
    assert sum(delay.bucket_counts) == delay.count >= 3
    for bound, number in zip(instruments.SECONDS, _cumulated(delay.bucket_counts), strict=False):
        name = "pricetide_journal_delay_seconds_bucket"
        assert REGISTRY.get_sample_value(name, {"le": str(bound)}) == number


def _cumulated(counts: Any) -> list[int]:
    return [sum(counts[: i + 1]) for i in range(len(counts))]


def test_a_collector_that_refuses_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    async def refused() -> None:
        async with OtlpMetrics(collector.url, "shop", None) as service:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while "did not take the metrics" not in caplog.text:
                    await asyncio.sleep(0.01)
            assert not service.should_stop

    with collecting(status=400) as collector:
        asyncio.run(refused())


def test_a_url_is_needed() -> None:
    with pytest.raises(ValueError, match="otlp"):
        Settings(otlp="collector:4318")
