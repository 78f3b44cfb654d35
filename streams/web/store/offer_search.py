"""Offers by filter, in an order, a page at a time."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, func, literal_column, not_, or_, select

from streams.web.store.database import chunks
from streams.web.store.tables.shop import OFFER_ORDERS, offers

STATES: dict[str, tuple[str, ColumnElement[bool]]] = {
    "waiting": ("waits for approval", offers.c.proposed_at.is_not(None)),
    "below-cost": ("sold below cost", offers.c.margin < 0),
    "above-competitor": ("dearer than a competitor", offers.c.competitor_price < offers.c.price),
    "never-sold": ("sold nothing for 30 days", func.coalesce(offers.c.sold, 0) == 0),
    "out-of-stock": ("out of stock", offers.c.on_hand <= 0),
    "refused": ("refused by the shop", offers.c.acknowledged == "rejected"),
    "conflict": ("rules contradict each other", offers.c.reason == "bounds_conflict"),
}


Row = Mapping[str, Any]


class CursorError(ValueError):
    """A cursor that no page gave."""


@dataclass(frozen=True)
class Filter:
    """Which offers; what is empty does not filter."""

    q: str = ""
    category: str = ""
    brand: str = ""
    channel: str = ""
    policy: str = ""
    state: str = ""

    def conditions(self) -> list[ColumnElement[bool]]:
        """As SQL."""
        found: list[ColumnElement[bool]] = [offers.c.listed]
        words = self.q.casefold().split()
        found += [offers.c.text.contains(word, autoescape=True) for word in words]
        if self.category:
            below = offers.c.category.startswith(f"{self.category}/", autoescape=True)
            found.append(or_(offers.c.category == self.category, below))
        same = {"brand": self.brand, "channel": self.channel}
        found += [offers.c[name] == value for name, value in same.items() if value]
        if self.policy:
            found.append(offers.c.policy_id == self.policy)
        if self.state in STATES:
            found.append(STATES[self.state][1])
        return found


@dataclass(frozen=True)
class SortOrder:
    """By which column, and which way."""

    by: str = "name"
    descending: bool = False

    @property
    def key(self) -> ColumnElement[Any]:
        """The column, with what an empty cell counts as."""
        return literal_column(OFFER_ORDERS[self.by])

    @property
    def unindexed_key(self) -> ColumnElement[Any]:
        """The same, as SQLite finds it in no index."""
        return _unindexed(OFFER_ORDERS[self.by])

    @classmethod
    def parsed(cls, text: str) -> SortOrder:
        """ "-margin" is the highest margin first; ValueError for an unknown column."""
        by = text.removeprefix("-")
        if by not in OFFER_ORDERS:
            raise ValueError(f"{by}: offers can be sorted by {', '.join(OFFER_ORDERS)}")
        return cls(by, text.startswith("-"))


@dataclass(frozen=True)
class Page:
    """Some rows, and the cursor of those that follow, None at the end.

    total: how many offers there are on all pages, where that was asked for.
    """

    rows: list[Row]
    following: str | None
    total: int | None = None


def search(
    connection: Connection,
    which: Filter,
    order: SortOrder,
    limit: int,
    cursor: str | None = None,
    *,
    counted: bool = False,
) -> Page:
    """A page of offers; CursorError for a cursor of another order, or of none.

    counted: whether to say how many there are on all pages.
    """
    matches = _matches(connection, which, order)
    key, number = matches.c.sort_key, matches.c.id
    query = select(number, key)
    if counted:
        # the database finds the matches once, and both counts and sorts them
        query = query.add_columns(select(func.count()).select_from(matches).scalar_subquery())
    if cursor:
        after, last = _decoded(cursor, order)
        # by itself the first condition says where in the order's index the page begins
        if order.descending:
            query = query.where(key <= after, or_(key < after, number < last))
        else:
            query = query.where(key >= after, or_(key > after, number > last))
    sides = (key.desc(), number.desc()) if order.descending else (key, number)
    found = connection.execute(query.order_by(*sides).limit(limit + 1)).all()
    held: dict[int, Row] = {}
    for part in chunks([row.id for row in found]):
        whole = connection.execute(select(offers).where(offers.c.id.in_(part))).mappings()
        held |= {row["id"]: dict(row) for row in whole}
    rows: list[Row] = [{**held[row.id], "sort_key": row.sort_key} for row in found]
    following = None
    if len(rows) > limit:
        rows.pop()
        following = _encoded(order, rows[-1]["sort_key"], rows[-1]["id"])
    if not counted:
        return Page(rows, following)
    return Page(rows, following, found[0][2] if found else count(connection, which))


def _matches(connection: Connection, which: Filter, order: SortOrder) -> Any:
    """The ids and sort keys of the offers of a filter, as a table.

    SQLite is told which index is quickest: the order's own for all offers, that of filters for some
    of them, of which the order's would look up every row.
    """
    conditions, key = which.conditions(), order.key
    if connection.dialect.name == "sqlite":
        if len(conditions) == 1:
            conditions = [_unindexed("listed")]
        else:
            key = order.unindexed_key
    found = select(offers.c.id, key.label("sort_key")).select_from(offers).where(*conditions)
    return found.cte("matches")


def _unindexed(sql: str) -> ColumnElement[Any]:
    return literal_column(f"+{sql}")


def count(connection: Connection, which: Filter) -> int:
    """How many offers there are."""
    found = select(func.count()).select_from(offers).where(*which.conditions())
    return int(connection.execute(found).scalar_one())


def in_states(connection: Connection) -> dict[str, int]:
    """How many offers each state holds."""
    sums = [func.count().filter(in_state) for _, in_state in STATES.values()]
    numbers = connection.execute(select(*sums).where(offers.c.listed)).one()
    return dict(zip(STATES, numbers, strict=True))


def every(connection: Connection, which: Filter, order: SortOrder) -> Iterator[Mapping[str, Any]]:
    """All offers of the filter, without holding them all."""
    cursor: str | None = None
    while True:
        page = search(connection, which, order, 1000, cursor)
        yield from page.rows
        if page.following is None:
            return
        cursor = page.following


def one(connection: Connection, sku: str, channel: str) -> Mapping[str, Any] | None:
    """The row of an offer; None where no product or decision named it."""
    found = select(offers).where(offers.c.sku == sku, offers.c.channel == channel)
    row = connection.execute(found).mappings().first()
    return None if row is None else dict(row)


def named(connection: Connection, names: Collection[tuple[str, str]]) -> dict[tuple[str, str], Row]:
    """Offers by SKU and channel, as they stand; those that nobody has told of are missing."""
    found: dict[tuple[str, str], Row] = {}
    for skus in chunks(sorted({sku for sku, _ in names})):
        for row in connection.execute(select(offers).where(offers.c.sku.in_(skus))).mappings():
            if (row["sku"], row["channel"]) in names:
                found[row["sku"], row["channel"]] = dict(row)
    return found


def choices(connection: Connection, column: str, most: int = 200) -> list[str]:
    """The values of a column that offers have, for a list to choose from."""
    found = (
        select(offers.c[column])
        .where(offers.c[column].is_not(None), not_(offers.c[column] == ""))
        .distinct()
        .order_by(offers.c[column])
        .limit(most)
    )
    return list(connection.execute(found).scalars())


def _encoded(order: SortOrder, key: Any, number: int) -> str:
    held = msgspec.json.encode([order.by, order.descending, key, number])
    return base64.urlsafe_b64encode(held).decode().rstrip("=")


def _decoded(cursor: str, order: SortOrder) -> tuple[Any, int]:
    try:
        held = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        shape = tuple[str, bool, str | float | int, int]
        by, descending, key, number = msgspec.json.decode(held, type=shape)
    except (ValueError, binascii.Error, RecursionError):
        raise CursorError("cursor: it was given by no page") from None
    textual = isinstance(key, str)
    if (by, descending) != (order.by, order.descending) or textual != (by == "name"):
        raise CursorError("cursor: it belongs to another order")
    if not -(2**63) <= number < 2**63 or (not textual and abs(float(key)) > 1e19):
        raise CursorError("cursor: it was given by no page")
    return key, number
