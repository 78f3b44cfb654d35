"""`quote-lines`: what a partition of the journal knows of the lines of a request for a quote.

Internal: the SKUs of a request may belong to several partitions, and one of them answers it.
"""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field, Strict, model_validator

from schemas.records.record import Incoming
from schemas.records.wholesale.quote_requests import QuoteRequest
from schemas.values.durations import LONGEST
from schemas.values.fields import Attributes, Flag, Instant, Name, Ordinal, Stock, Text
from schemas.values.limits import LARGEST_ORDINAL, MOST_LISTED, MOST_QUOTED

#: What the border makes of a customer's id.
_KEYED_HASH = re.compile("[0-9a-f]{16}")
#: 100 % in parts per million.
_WHOLE = 1_000_000
#: Minor units; a share, parts per million; a tax, which may be larger than the price; ms.
_Amount = Annotated[int, Strict(), Field(ge=0, le=LARGEST_ORDINAL)]
_Share = Annotated[int, Strict(), Field(ge=0, le=_WHOLE)]
_OptionalShare = Annotated[int, Strict(), Field(ge=-1, le=_WHOLE)]
_Tax = Annotated[int, Strict(), Field(ge=0, le=10 * _WHOLE)]
_Span = Annotated[int, Strict(), Field(ge=0, le=LONGEST)]


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
    public: _Amount = 0
    entitled: _Amount = 0
    entitled_by: Text = ""
    tax_ppm: _Tax = 0
    fee_ppm: _Share = 0
    fixed: _Amount = 0
    bounds: Annotated[tuple[LineBound, ...], Field(max_length=MOST_LISTED)] = ()
    largest_discount: _Share = 0
    approval: _OptionalShare = -1
    approval_expires: _Span = 0
    valid_for: _Span = 0
    exploration: _OptionalShare = -1
    seed: Ordinal = 0
    policy_id: Name = "default"
    policy_version: Ordinal = 0

    @model_validator(mode="after")
    def _priced_or_not(self) -> LineTerms:
        ceilings = [bound.ceiling for bound in self.bounds if bound.ceiling is not None]
        if self.problem is None and not 0 < self.entitled <= self.public:
            raise ValueError("without a problem, 0 < entitled <= public")
        if self.problem is None and min(ceilings, default=1) < 1:
            raise ValueError("without a problem, every ceiling is a price")
        return self


class QuoteLines(Incoming):
    """The lines of a request that belong to one partition; `again` where they have moved while its
    quote may wait for approval.
    """

    request: QuoteRequest
    time: Instant
    lines: Annotated[tuple[LineTerms, ...], Field(max_length=MOST_QUOTED)]
    again: Flag = False

    @model_validator(mode="after")
    def _lines_of_the_request(self) -> QuoteLines:
        places = [line.place for line in self.lines]
        if len(set(places)) < len(places) or max(places, default=0) >= len(self.request.lines):
            raise ValueError("lines have places of their own among those of the request")
        return self

    @model_validator(mode="after")
    def _no_customer_in_clear(self) -> QuoteLines:
        customer = self.request.customer_id
        if customer is not None and not _KEYED_HASH.fullmatch(customer):
            raise ValueError(
                "the request names its customer by a keyed hash: 16 hexadecimal digits"
            )
        return self
