"""Whole batches of JSON values, decoded and validated in few passes where nothing is wrong.

Almost every batch is clean, so it is taken as a whole; only where that fails are the values taken
one by one, and only what still fails is judged by the record's pydantic model. The verdict on a
value never depends on its neighbours.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import msgspec
from pydantic import TypeAdapter

from schemas.records.record import RecordError, decode

Row = TypeVar("Row")

#: How a row declines a value: not JSON, not its types, not an exact value, an unknown currency.
_DECLINED = (msgspec.MsgspecError, ValueError, KeyError, RecursionError)


@dataclass(slots=True)
class DecodedBatch(Generic[Row]):
    """`rows[i]` is what `values[i]` holds, None where `errors[i]` says what is wrong with it."""

    rows: list[Row | None]
    errors: dict[int, str] = field(default_factory=dict)


class BatchDecoder(Generic[Row]):
    """Decodes values of one topic to rows of type `row`, a msgspec struct.

    `settle` turns the wire's forms in freshly decoded rows into exact values in place, or raises
    ValueError. What the row declines, `record`, the pydantic model, decides; where both accept a
    value, they must read the same from it. Fields that are left out stay unread by the row, which
    therefore minds no number in them beyond a double's range.
    """

    def __init__(
        self, row: type[Row], settle: Callable[[list[Row]], None], record: TypeAdapter[Any]
    ) -> None:
        self._decoder = msgspec.json.Decoder(row)
        self._settle = settle
        self._record = record

    def decode(self, values: Sequence[bytes | None]) -> DecodedBatch[Row]:
        """The rows of `values`, in their order."""
        rows = self._together(values)
        if rows is not None:
            return DecodedBatch(rows)
        batch: DecodedBatch[Row] = DecodedBatch([])
        for index, value in enumerate(values):
            try:
                batch.rows.append(self.decode_one(value))
            except RecordError as error:
                batch.rows.append(None)
                batch.errors[index] = str(error)
        return batch

    def decode_one(self, value: bytes | None) -> Row:
        """The row of one value; RecordError, naming the field, where it is not such a record."""
        if value is None:
            raise RecordError("no value")
        try:
            if not value.isascii():
                value.decode("utf-8")
            rows = [self._decoder.decode(value)]
            self._settle(rows)
        except _DECLINED:
            return self._judged(value)
        return rows[0]

    def _judged(self, value: bytes) -> Row:
        model = decode(self._record, value)
        plain = self._record.dump_json(model, exclude_none=True)
        try:
            rows = [self._decoder.decode(plain)]
            self._settle(rows)
        except _DECLINED as error:
            raise RecordError(f"not representable: {error}") from None
        return rows[0]

    def _together(self, values: Sequence[bytes | None]) -> list[Row | None] | None:
        """All rows in a few passes; None where any value is not a plain, valid record."""
        try:
            rows = list(map(self._decoder.decode, values))  # type: ignore[arg-type]
            # JSON ends with ASCII: no character reaches from one value into the next
            joined = b"".join(values)  # type: ignore[arg-type]
            if not joined.isascii():
                joined.decode("utf-8")
            self._settle(rows)
        except (TypeError, *_DECLINED):
            return None
        return rows  # type: ignore[return-value]
