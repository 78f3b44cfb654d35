"""Fast decoding of whole batches, equal to the records' pydantic models in verdict and value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from schemas.records import RecordError, decode
from schemas.topics import topic
from schemas.wire import acks, clickstream, competitor_prices, inventory, orders
from schemas.wire.batches import Batch, BatchDecoder

#: The topics that come in volume; those of the others are decoded one by one by their models.
DECODERS: dict[str, BatchDecoder[Any]] = {
    "orders": orders.DECODER,
    "competitor-prices": competitor_prices.DECODER,
    "clickstream": clickstream.DECODER,
    "inventory": inventory.DECODER,
    "price-acks": acks.DECODER,
}


def decode_batch(name: str, values: Sequence[bytes | None]) -> Batch[Any]:
    """The rows of the `values` of topic `name`: structs of this package, else pydantic records.

    A tombstone of a compacted topic is a row None without an error.
    """
    if name in DECODERS:
        return DECODERS[name].decode(values)
    settings = topic(name)
    batch: Batch[Any] = Batch([])
    for index, value in enumerate(values):
        row = None
        try:
            if value is not None:
                row = decode(settings.adapter, value)
            elif not settings.compacted:
                raise RecordError("no value")
        except RecordError as error:
            batch.errors[index] = str(error)
        batch.rows.append(row)
    return batch


__all__ = ["DECODERS", "Batch", "BatchDecoder", "decode_batch"]
