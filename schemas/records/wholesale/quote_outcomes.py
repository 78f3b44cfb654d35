"""`quote-outcomes`: what became of a quote. A lost one teaches as much as a won one."""

from __future__ import annotations

from typing import Literal

from schemas.records.record import Event
from schemas.values.fields import Instant, Money, Name, Text


class QuoteOutcome(Event):
    """The customer ordered, or did not; `price` is the total at which they decided, where it was
    negotiated to be another one than the quote's.
    """

    quote_id: Name
    status: Literal["won", "lost"]
    price: Money | None = None
    reason: Text | None = None
    time: Instant | None = None
