"""The tables of `docs/performance.md`, made from what `make bench ARGS="--json FILE"` has written.

    python -m tests.benchmarks.tables FILE [--into docs/performance.md]

Prints them, or puts them in the place of those that a page has, and prints the others. A number is
the median of the runs; behind it stand the least and the most where these are written otherwise.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple, TypeVar

from tests.benchmarks.cost import Cost
from tests.benchmarks.result import Result

NOTHING = "–"
Run = TypeVar("Run")
Key = TypeVar("Key")


class Table(NamedTuple):
    """Headings, which of them stand at the left, and rows of cells."""

    headings: tuple[str, ...]
    rows: list[list[str]]

    @property
    def head(self) -> str:
        """The first line, by which a page's table is known."""
        return _line(self.headings)

    @property
    def markdown(self) -> str:
        """All lines."""
        rule = "|" + "|".join(["---", *["--:"] * (len(self.headings) - 1)]) + "|"
        return "\n".join([self.head, rule, *map(_line, self.rows)])


QUIET = (
    "who",
    "events/s",
    "cores of workers",
    "core of the broker",
    "together",
    "CPU s per 1,000 events",
    "p50 ms",
    "p99 ms",
)
BUSY = ("who", "events/s", "CPU µs an event", "ours is", "p50 ms", "p99 ms")


def quiet(costs: Iterable[Cost]) -> Table:
    """What a quiet shop costs: a row for each layout and rate."""
    rows = []
    for (layout, rate), runs in _grouped(costs, lambda cost: (cost.layout, cost.per_second)):
        together = [sum(run.cores.values()) for run in runs]
        broker = [run.cores["broker"] for run in runs]
        workers = [total - share for total, share in zip(together, broker, strict=True)]
        each = [total * 1000 / rate for total in together] if rate else []
        cells = [spread(shares, 2) for shares in (workers, broker, together, each)]
        waits = [spread([run.p50_ms for run in runs], 0), spread([run.p99_ms for run in runs], 0)]
        rows.append([layout, f"{rate:,}", *cells, *waits])
    return Table(QUIET, rows)


def busy(results: Iterable[Result]) -> Table:
    """Events/s at full load, and latency at a thousand: a row for each."""
    grouped = _grouped(results, lambda result: result.name)
    rows = []
    ours = _rates(grouped[0][1]) if grouped else []
    for name, runs in grouped:
        rates = _rates(runs)
        cpu = [
            1e6 * sum(run.cpu_seconds.values()) / run.events
            for run in runs
            if run.cpu_seconds and run.events
        ]
        times = f"{median(ours) / median(rates):.1f} ×" if ours and rates else NOTHING
        waits = [spread([run.p50_ms for run in runs], 0), spread([run.p99_ms for run in runs], 0)]
        rows.append([name, spread(rates, 0), spread(cpu, 1), times, *waits])
    return Table(BUSY, rows)


def _rates(runs: Iterable[Result]) -> list[float]:
    return [run.per_second for run in runs if run.per_second]


def spread(values: Sequence[float | None], digits: int) -> str:
    """The median, and least to most where that says more.

    >>> spread([1.0, 3.0, 2.0], 0), spread([0.5, 0.5], 2), spread([None], 0)
    ('2 (1–3)', '0.50', '–')
    """
    known = [value for value in values if value is not None]
    if not known:
        return NOTHING
    middle, least, most = (f"{f(known):,.{digits}f}" for f in (median, min, max))
    return middle if least == most else f"{middle} ({least}–{most})"


def _grouped(items: Iterable[Run], key: Callable[[Run], Key]) -> list[tuple[Key, list[Run]]]:
    groups: dict[Key, list[Run]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return list(groups.items())


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def of_file(measured: dict[str, Any]) -> list[Table]:
    """The tables of what was written."""
    return [
        quiet(Cost(**cost) for cost in measured["quiet"]),
        busy(Result(**result) for result in measured["busy"]),
    ]


def found(page: str, head: str) -> list[str]:
    """The lines of a page's table that begins with `head`; none where it has none."""
    lines = page.splitlines()
    if head not in lines:
        return []
    begin = lines.index(head)
    end = next((i for i in range(begin, len(lines)) if not lines[i].startswith("|")), len(lines))
    return lines[begin:end]


def put(page: str, table: Table) -> str:
    """The page with `table` in the place of the one with the same headings, which it has."""
    return page.replace("\n".join(found(page, table.head)), table.markdown)


def main() -> int:
    """Print, or put into a page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--into", type=Path, metavar="PAGE")
    args = parser.parse_args()
    tables = [table for table in of_file(json.loads(args.file.read_text())) if table.rows]
    page = "" if args.into is None else args.into.read_text()
    for table in tables:
        if found(page, table.head):
            page = put(page, table)
        else:
            print(table.markdown, end="\n\n")
    if args.into is not None:
        args.into.write_text(page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
