"""`inventory`: stock on hand, reserved, and on its way."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.records.record import Event, Incoming
from schemas.values.fields import Count, Instant, Name, Stock, Text
from schemas.values.limits import MOST_LISTED


class Inbound(Incoming):
    """A delivery that is expected."""

    quantity: Count
    expected_at: Instant


class Inventory(Event):
    """The stock of a product; without `channel` it serves every channel. It has to last until the
    next delivery: `inbound`, or when counts that rise have shown that one usually comes.
    """

    sku: Name
    time: Instant | None = None
    channel: Name | None = None
    on_hand: Stock
    reserved: Stock | None = None
    location: Text | None = None
    inbound: Annotated[tuple[Inbound, ...], Field(max_length=MOST_LISTED)] = ()
