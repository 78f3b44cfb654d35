"""`quote-requests`: a customer asks for one price for several lines."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.records.record import Event, Incoming
from schemas.values.fields import Count, Currency, Instant, Name, Some, Text
from schemas.values.limits import MOST_QUOTED


class RequestedLine(Incoming):
    """So many units of a product."""

    sku: Name
    quantity: Count


class QuoteRequest(Event):
    """A request; without `time` the Kafka record's timestamp holds.

    `segment` is the customer's group, whose terms the policy states. After `deadline` an answer is
    of no use. The journal gets a keyed hash of `customer_id`.
    """

    quote_id: Name
    time: Instant | None = None
    customer_id: Text | None = None
    segment: Name = "b2b"
    channel: Name = "web"
    currency: Currency
    lines: Annotated[Some[RequestedLine], Field(max_length=MOST_QUOTED)]
    deadline: Instant | None = None
