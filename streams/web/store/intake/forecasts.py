"""The forecasts that `demand-observations` bear, summed up by day."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, select, tuple_

from schemas.values.instants import DAY
from streams.web.store.database import chunks, put
from streams.web.store.tables.forecasts import expert_days, forecast_days

#: Forecasts below 2⁻⁴ units and above 2¹⁴ are put with their neighbours.
SMALLEST, LARGEST = -4, 14


class JudgedForecast(NamedTuple):
    """Units that were forecast for a bucket, what each model counted for, and units then sold."""

    start: int
    forecast: float
    weights: Mapping[str, float]
    units: float


def size_of(forecast: float) -> int:
    """The least n with `forecast` ≤ 2ⁿ.

    >>> size_of(0.01), size_of(1.0), size_of(1.1), size_of(5)
    (-4, 0, 1, 3)
    """
    if forecast <= 2.0**SMALLEST:
        return SMALLEST
    return min(LARGEST, math.ceil(math.log2(forecast)))


def take_forecasts(connection: Connection, judged: Iterable[JudgedForecast]) -> None:
    """Add buckets that have closed to the sums of their days."""
    experts: dict[tuple[Any, ...], list[float]] = {}
    sizes: dict[tuple[Any, ...], list[float]] = {}
    for each in judged:
        if not math.isfinite(each.forecast):
            continue
        day = each.start - each.start % DAY
        for name, weight in each.weights.items():
            _add(experts, (day, name), (weight, 1))
        size = (day, size_of(each.forecast))
        _add(sizes, size, (1, each.forecast, each.units))
    _store(connection, expert_days, ("day", "expert"), ("weight", "forecasts"), experts)
    _store(connection, forecast_days, ("day", "size"), ("forecasts", "forecast", "units"), sizes)


def _add(sums: dict[tuple[Any, ...], list[float]], key: tuple[Any, ...], more: Any) -> None:
    held = sums.setdefault(key, [0] * len(more))
    for i, value in enumerate(more):
        held[i] += value


def _store(
    connection: Connection,
    table: Table,
    keys: tuple[str, ...],
    names: tuple[str, ...],
    sums: dict[tuple[Any, ...], list[float]],
) -> None:
    columns = [table.c[name] for name in keys]
    for part in chunks(list(sums), 200):
        found = select(*columns, *(table.c[name] for name in names)).where(
            tuple_(*columns).in_(part)
        )
        for row in connection.execute(found).all():
            _add(sums, tuple(row[: len(keys)]), row[len(keys) :])
    rows = [dict(zip(keys + names, (*key, *held), strict=True)) for key, held in sums.items()]
    put(connection, table, rows, by=keys)
