"""`quote-lines`: what a partition of the journal knows of the lines of a request for a quote.

Internal: the SKUs of a request may belong to several partitions, and one of them answers it.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.records.record import Incoming
from schemas.records.wholesale.quote_requests import QuoteRequest
from schemas.values.fields import Attributes, Instant, Name, Ordinal, Stock, Text
from schemas.values.limits import MOST_LISTED, MOST_QUOTED


class LineBound(Incoming):
    """A guardrail's bounds on the price of a unit, minor units, and the terms behind it."""

    rule: Name
    floor: Ordinal | None = None
    ceiling: Ordinal | None = None
    facts: Attributes = {}


class LineTerms(Incoming):
    """The line at `place` of the request. Money in minor units, shares in parts per million.

    `problem` says why no price can be quoted for it. `entitled` is what the customer pays without
    a quote, `entitled_by` why. What is left of a price is price × 10⁶ / (10⁶ + tax) − fee × price
    − fixed. `approval` of −1: no discount waits for approval.
    """

    place: Stock
    problem: Text | None = None
    category: Text = ""
    public: Ordinal = 0
    entitled: Ordinal = 0
    entitled_by: Text = ""
    tax_ppm: Ordinal = 0
    fee_ppm: Ordinal = 0
    fixed: Ordinal = 0
    bounds: Annotated[tuple[LineBound, ...], Field(max_length=MOST_LISTED)] = ()
    largest_discount: Ordinal = 0
    approval: Ordinal = -1
    approval_expires: Ordinal = 0
    valid_for: Ordinal = 0
    exploration: Ordinal = -1
    seed: Ordinal = 0
    policy_id: Name = "default"
    policy_version: Ordinal = 0


class QuoteLines(Incoming):
    """The lines of a request that belong to one partition."""

    request: QuoteRequest
    time: Instant
    lines: Annotated[tuple[LineTerms, ...], Field(max_length=MOST_QUOTED)]
