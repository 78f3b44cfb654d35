"""Filters of offers under names that people give them; everybody sees all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, select

from streams.errors import InputError
from streams.web.store.database import put, writing
from streams.web.store.tables.people import views

MOST = 100


def save(store: Engine, name: str, query: str, actor: str) -> None:
    """Keep a filter, in the place of one of that name; InputError where there are too many."""
    with writing(store).begin() as connection:
        number = connection.execute(select(func.count()).select_from(views)).scalar_one()
        if number >= MOST:
            raise InputError(f"There are {MOST} views already: delete one.")
        put(connection, views, [{"name": name, "query": query, "actor": actor}], by=["name"])


def listed(connection: Connection) -> Sequence[Any]:
    """All, by name."""
    return connection.execute(select(views).order_by(views.c.name)).all()


def drop(store: Engine, name: str) -> None:
    """Forget a filter."""
    with writing(store).begin() as connection:
        connection.execute(delete(views).where(views.c.name == name))
