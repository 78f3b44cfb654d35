"""What `/metrics` shows, in the terms of OpenTelemetry: the same names, labels and values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    Gauge,
    Histogram,
    HistogramDataPoint,
    Metric,
    NumberDataPoint,
    Sum,
)
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.samples import Sample

_SINCE_START = AggregationTemporality.CUMULATIVE


def translated(families: Iterable[Family], started_ns: int, now_ns: int) -> Iterator[Metric]:
    """A metric for each family; `started_ns` is since when counters count, ns since the epoch."""
    for family in families:
        if family.type == "histogram":
            points = list(_histograms(family.samples, started_ns, now_ns))
            yield Metric(family.name, family.documentation, "", Histogram(points, _SINCE_START))
            continue
        counts = family.type == "counter"
        name = f"{family.name}_total" if counts else family.name
        numbers = [
            NumberDataPoint(dict(each.labels), started_ns, now_ns, each.value)
            for each in family.samples
            if each.name == name
        ]
        data = Sum(numbers, _SINCE_START, is_monotonic=True) if counts else Gauge(numbers)
        yield Metric(name, family.documentation, "", data)


def _histograms(
    samples: Iterable[Sample], started_ns: int, now_ns: int
) -> Iterator[HistogramDataPoint]:
    """A point for each set of labels; in Prometheus a bucket has those of all lower ones too."""
    buckets: dict[tuple[tuple[str, str], ...], list[tuple[float, float]]] = {}
    sums: dict[tuple[tuple[str, str], ...], float] = {}
    for each in samples:
        labels = tuple((name, value) for name, value in each.labels.items() if name != "le")
        if each.name.endswith("_bucket"):
            buckets.setdefault(labels, []).append((float(each.labels["le"]), each.value))
        elif each.name.endswith("_sum"):
            sums[labels] = each.value
    for labels, cumulated in buckets.items():
        reached = [0, *(int(count) for _, count in cumulated)]
        yield HistogramDataPoint(
            attributes=dict(labels),
            start_time_unix_nano=started_ns,
            time_unix_nano=now_ns,
            count=reached[-1],
            sum=sums[labels],
            bucket_counts=[high - low for low, high in pairwise(reached)],
            explicit_bounds=[bound for bound, _ in cumulated[:-1]],
            min=None,  # type: ignore[arg-type]  # which Prometheus does not keep
            max=None,  # type: ignore[arg-type]
        )
