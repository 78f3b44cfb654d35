"""What the page of models asks: which models count, and whether their forecasts hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, func, select

from schemas.values.instants import DAY
from streams.web.store.reading import Row, rows
from streams.web.store.tables.forecasts import expert_days, forecast_days

#: Days that the page looks back, from the newest that was judged.
DAYS = 60
#: Models beyond these count for little, and are summed up as "others".
MOST = 7
OTHERS = "others"


def expert_weights(connection: Connection) -> list[Row]:
    """Per day, what each model counted for on average in the forecasts of that day; 1 in all."""
    newest = connection.execute(select(func.max(expert_days.c.day))).scalar()
    if newest is None:
        return []
    found = rows(
        connection,
        select(expert_days)
        .where(expert_days.c.day > newest - DAYS * DAY)
        .order_by(expert_days.c.day, expert_days.c.expert),
    )
    totals: dict[str, float] = {}
    days: dict[int, float] = {}
    for row in found:
        totals[row["expert"]] = totals.get(row["expert"], 0.0) + row["weight"]
        days[row["day"]] = days.get(row["day"], 0.0) + row["weight"]
    first = sorted(totals, key=lambda name: (-totals[name], name))[:MOST]
    sums: dict[tuple[int, str], float] = {}
    for row in found:
        name = row["expert"] if row["expert"] in first else OTHERS
        key = row["day"], name
        sums[key] = sums.get(key, 0.0) + row["weight"]
    return [
        {"day": day, "expert": name, "weight": weight / days[day]}
        for (day, name), weight in sums.items()
        if days[day] > 0
    ]


def calibration(connection: Connection) -> list[Mapping[str, Any]]:
    """Of forecasts of about the same size: what was forecast and what was sold, on average."""
    newest = connection.execute(select(func.max(forecast_days.c.day))).scalar()
    if newest is None:
        return []
    total = func.sum(forecast_days.c.forecasts)
    return rows(
        connection,
        select(
            forecast_days.c.size,
            total.label("forecasts"),
            (func.sum(forecast_days.c.forecast) / total).label("forecast"),
            (func.sum(forecast_days.c.units) / total).label("units"),
        )
        .where(forecast_days.c.day > newest - DAYS * DAY)
        .group_by(forecast_days.c.size)
        .order_by(forecast_days.c.size),
    )
