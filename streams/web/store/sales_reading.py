"""What was sold, day by day, and what it left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from schemas.values.instants import DAY
from streams.web.store.reading import Row
from streams.web.store.tables.shop import observations, offers


def sales_by_day(connection: Connection, begin: int, days: int, offset: int) -> list[Row]:
    """Per currency and day, of those from `begin` on: revenue and margin of what was sold, in minor
    units; and the units that were forecast, those then sold, and by how many the forecasts missed.

    offset: by how many ms the days' clock is ahead of UTC.
    """
    foreseen = observations.c.forecast.is_not(None)
    sums = select(
        func.count().label("buckets"),
        func.max(observations.c.end - observations.c.start).label("longest"),
        func.sum(observations.c.units * observations.c.price).label("revenue"),
        func.sum(margin_of_units(observations)).label("margin"),
        func.sum(observations.c.units).filter(foreseen).label("foreseen"),
        func.sum(observations.c.forecast).label("forecast"),
        func.sum(func.abs(observations.c.units - observations.c.forecast)).label("missed"),
    ).join(offers, offers.c.id == observations.c.offer_id)
    currencies = select(offers.c.currency).where(offers.c.currency.is_not(None)).distinct()
    found: list[Row] = []
    for currency in sorted(connection.execute(currencies).scalars()):
        # one day after the other: SQLite would sort all their buckets to group them, in memory
        for start in range(begin, begin + days * DAY, DAY):
            of_day = sums.where(
                observations.c.start >= start,
                observations.c.start < start + DAY,
                offers.c.currency == currency,
            )
            row = connection.execute(of_day).mappings().one()
            if row["buckets"]:
                found.append({**row, "currency": currency, "day": start + offset})
    return found


def whole_days(rows: Sequence[Row], now: int) -> list[Row]:
    """The rows of one currency without its last days, where not all of these is known yet: the day
    has not ended, or the offers that are counted by the day have not been heard of.

    now: by the days' clock.
    """
    found = list(rows)
    while found and (
        found[-1]["day"] + DAY > now
        or (len(found) > 1 and 2 * found[-1]["longest"] < found[-2]["longest"])
    ):
        found.pop()
    return found


def margin_of_units(observed: Any) -> Any:
    """What a bucket's units left after tax, cost and fees, beside the row of its offer."""
    net = observed.c.price / (1.0 + func.coalesce(offers.c.tax_rate, 0.0))
    fees = offers.c.fee_rate * observed.c.price + offers.c.fee_fixed
    return observed.c.units * (net - offers.c.cost - fees)
