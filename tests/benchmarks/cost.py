"""What a quiet shop was measured to cost."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Cost:
    """One run's cores of each process, and milliseconds from a competitor's price to ours."""

    layout: str
    per_second: int
    cores: dict[str, float]
    p50_ms: float | None
    p99_ms: float | None
