"""How long what is kept; ages are counted back from the newest record of the same kind."""

from __future__ import annotations

from sqlalchemy import Engine, Table, delete, func, select

from schemas.values.instants import DAY
from streams.web.store.database import writing
from streams.web.store.tables.forecasts import expert_days, forecast_days
from streams.web.store.tables.shop import alerts, changes, dead_letters, documents, observations
from streams.web.store.tables.trade import listings, quotes

#: Decisions of each offer, and the number at which the older ones go, so that not every decision
#: deletes one.
DECISIONS_KEPT = 40
DECISIONS_TOO_MANY = 48
#: Table, its column of time, and how far back it reaches.
AGES: tuple[tuple[Table, str, int], ...] = (
    (changes, "time", 400 * DAY),
    (observations, "start", 400 * DAY),
    (alerts, "time", 90 * DAY),
    (dead_letters, "time", 30 * DAY),
    (expert_days, "day", 400 * DAY),
    (forecast_days, "day", 400 * DAY),
    (quotes, "time", 400 * DAY),
    (listings, "time", 90 * DAY),
)
RECOMMENDATIONS_AGE = 30 * DAY
#: Rows of what may come by the million in a day.
MOST = tuple((table, 100_000) for table in (alerts, dead_letters, quotes, listings))


def trim(store: Engine) -> None:
    """Delete what is too old, or too much."""
    with writing(store).begin() as connection:
        for table, name, age in AGES:
            column = table.c[name]
            newest = connection.execute(select(func.max(column))).scalar()
            if newest is not None:
                connection.execute(delete(table).where(column < newest - age))
        column = documents.c.time
        personal = documents.c.kind == "recommendations"
        newest = connection.execute(select(func.max(column)).where(personal)).scalar()
        if newest is not None:
            connection.execute(
                delete(documents).where(personal, column < newest - RECOMMENDATIONS_AGE)
            )
        for table, most in MOST:
            oldest = select(table.c.id).order_by(table.c.id.desc()).offset(most).limit(1)
            connection.execute(delete(table).where(table.c.id <= oldest.scalar_subquery()))
