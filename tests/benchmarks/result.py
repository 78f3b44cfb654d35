"""What was measured, and its table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from rich.console import Console
from rich.table import Table

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


def show(results: list[Result], console: Console) -> None:
    """Print the table, and where our time went."""
    table = Table(title="Events in, state per offer, prices out")
    table.add_column("")
    for heading in ("events/s", "ours is", "p50 ms", "p99 ms", "prices seen"):
        table.add_column(heading, justify="right")
    first = results[0].per_second or 0.0
    for result in results:
        rate = result.per_second
        table.add_row(
            result.name,
            f"{rate:,.0f}" if rate else "",
            f"{first / rate:.1f} ×" if rate and result is not results[0] else "",
            *(f"{ms:.1f}" if ms is not None else "" for ms in (result.p50_ms, result.p99_ms)),
            result.measured or result.note,
        )
    console.print(table)
    for result in results:
        if result.cpu_seconds and result.events:
            parts = ", ".join(
                f"{name} {seconds:.1f} s ({1e6 * seconds / result.events:.1f} µs an event)"
                for name, seconds in result.cpu_seconds.items()
            )
            console.print(f"CPU of {result.name}: {parts}", highlight=False)
    console.print(
        "Latency at 1,000 events/s: from sending a competitor's price to a reader of committed "
        "records seeing the price that it led to.",
        highlight=False,
    )
