"""Rows of a table as records of a topic, each checked before anything is sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, NamedTuple

import msgspec

from schemas.records.record import RecordError
from schemas.topics import TOPICS, decode
from streams.errors import InputError
from streams.mapping.paths import target
from streams.tables.cells import CellReader
from streams.tables.files import Row

#: Where the column goes by which lines are one order.
_ORDER = (None, ("order_id",))


class RowKind(NamedTuple):
    """What rows become: records of a topic; `fixed` are fields that all of them have, `happen`:
    whether each tells of a moment, and so may tell of the past.
    """

    topic: str
    fixed: Mapping[str, Any] = {}
    happen: bool = False


KINDS: Mapping[str, RowKind] = {
    "products": RowKind("products"),
    "orders": RowKind("orders", happen=True),
    "competitor-prices": RowKind("competitor-prices", happen=True),
    "inventory": RowKind("inventory", happen=True),
    "costs": RowKind("products"),
    "manual-prices": RowKind("pricing-control", {"kind": "set_price"}),
}


class Bad(NamedTuple):
    """A row that is no record, and why."""

    line: int
    reason: str


class Made(NamedTuple):
    """A record that may be sent; `time`: when it happened, ms, where Kafka is to know it."""

    topic: str
    key: bytes | None
    value: bytes
    time: int | None = None


class Records:
    """Makes records of rows.

    Parameters
    ----------
    kind
        A name of `KINDS`.
    columns
        Column → field, for columns that are not called as the field is.
    reader
        How cells are read.
    fixed
        Fields that all records have.
    products
        The newest record of each product, where costs are to be set.
    history
        Whether the rows tell of the past, and so must say when each happened.
    """

    def __init__(
        self,
        kind: str,
        columns: Mapping[str, str],
        *,
        reader: CellReader,
        fixed: Mapping[str, Any],
        products: Mapping[str, dict[str, Any]],
        history: bool = False,
    ) -> None:
        self._kind = kind
        self._of = KINDS[kind]
        self._columns = columns
        self._reader = reader
        self._products, self._history = products, history
        self._paths: dict[str, tuple[str | None, tuple[str, ...]] | None] = {}
        #: Where a column's cells go → that column.
        self._taken: dict[tuple[str | None, tuple[str, ...]], str] = {}
        for column in columns:
            self._where(column)
        self._fixed = [
            (field, self._fixed_at(field), value)
            for field, value in {**self._of.fixed, **fixed}.items()
        ]
        self.bad: list[Bad] = []

    def make(self, rows: Iterable[Row]) -> Iterator[Made]:
        """The records, in the order of their first rows; what is wrong is in `bad`."""
        groups = self._orders(rows) if self._kind == "orders" else ((row,) for row in rows)
        for group in groups:
            try:
                yield self._made(group)
            except RecordError as error:
                self.bad.append(Bad(group[0].line, str(error)))

    def _orders(self, rows: Iterable[Row]) -> Iterator[tuple[Row, ...]]:
        """The rows of each order: the lines of one may stand apart."""
        found: dict[Any, list[Row]] = {}
        for number, row in enumerate(rows):
            named = next((c for name, c in row.cells.items() if self._where(name) == _ORDER), None)
            found.setdefault(("", number) if named is None else named, []).append(row)
        yield from map(tuple, found.values())

    def _made(self, group: tuple[Row, ...]) -> Made:
        document: dict[str, Any] = {}
        items: dict[str, list[dict[str, Any]]] = {}
        for row in group:
            if row.beyond:
                raise RecordError("there are more cells than the header has")
            inner: dict[str, dict[str, Any]] = {}
            cells = ((column, self._where(column), cell) for column, cell in row.cells.items())
            for column, where, cell in chain(self._fixed, cells):  # what a row says itself counts
                if where is None:
                    continue
                array, path = where
                into = document if array is None else inner.setdefault(array, {})
                try:
                    value = self._reader.value(path[-1], cell)
                except RecordError as error:
                    raise RecordError(f"{column}: {error}") from None
                _set(into, path, value)
            for array, item in inner.items():
                items.setdefault(array, []).append(item)
        document |= items
        if self._kind == "costs":
            document = self._with_cost(document)
        value = msgspec.json.encode(document)
        event = decode(self._of.topic, value)
        key = TOPICS[self._of.topic].key_of(document)
        time = event.time if self._history else None
        if self._history and time is None:
            raise RecordError("time: required of what happened in the past, but absent")
        return Made(self._of.topic, None if key is None else key.encode(), value, time)

    def _with_cost(self, document: dict[str, Any]) -> dict[str, Any]:
        sku, cost = document.get("sku"), document.get("cost")
        if sku is None or cost is None:
            raise RecordError(f"{'sku' if sku is None else 'cost'}: required, but absent")
        known = self._products.get(str(sku))
        if known is None:
            raise RecordError(f"sku: there is no product {sku!r}")
        return {**known, "cost": cost}

    def _fixed_at(self, field: str) -> tuple[str | None, tuple[str, ...]]:
        """Where a field that all records have goes; InputError where there is none."""
        try:
            return target(self._of.topic, field)
        except ValueError as error:
            raise InputError(f"--set {field}: {error}") from None

    def _where(self, column: str) -> tuple[str | None, tuple[str, ...]] | None:
        """Where a column's cells go; None where the record has no such field."""
        if column not in self._paths:
            self._paths[column] = where = self._found(column)
            if where is not None and (other := self._taken.setdefault(where, column)) != column:
                if column not in self._columns and other in self._columns:
                    self._paths[column] = None  # the field was named another column
                else:
                    field = ".".join(where[1])
                    raise InputError(f"columns {other} and {column} are both the field {field}")
        return self._paths[column]

    def _found(self, column: str) -> tuple[str | None, tuple[str, ...]] | None:
        field = self._columns.get(column) or _name(column)
        try:
            found = target(self._of.topic, field)
        except ValueError as error:
            if column in self._columns:
                raise InputError(f"column {column}: {error}") from None
            return None
        return found.array, found.path


def _name(column: str) -> str:
    return column.strip().lower().replace(" ", "_").replace("-", "_")


def _set(document: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    *parents, last = path
    for part in parents:
        document = document.setdefault(part, {})
        if not isinstance(document, dict):
            raise RecordError(f"{part}: is a value and a table at once")
    document[last] = value


def flat(document: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """A record as cells: tables by dotted names, lists as JSON."""
    for name, value in document.items():
        if isinstance(value, dict) and value:
            yield from flat(value, f"{before}{name}.")
        elif isinstance(value, list | dict):
            yield f"{before}{name}", msgspec.json.encode(value).decode()
        else:
            yield f"{before}{name}", value
