"""What was measured of full load, and of latency at a thousand events a second."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from tests.benchmarks.latency import Latency


@dataclass
class Result:
    """One row: events/s where it was measured, latency in ms, CPU seconds per process."""

    name: str
    events: int | None = None
    per_second: float | None = None
    p50_ms: float | None = None
    p99_ms: float | None = None
    measured: str = ""
    cpu_seconds: dict[str, float] = field(default_factory=dict)
    note: str = ""

    @classmethod
    def of(
        cls,
        name: str,
        latency: Latency,
        per_second: float | None = None,
        cpu: Mapping[str, float] | None = None,
        events: int | None = None,
    ) -> Self:
        """A row from its measurements."""
        return cls(
            name,
            events,
            per_second,
            latency.p50,
            latency.p99,
            f"{latency.prices} of {latency.sent}",
            dict(cpu or {}),
        )
