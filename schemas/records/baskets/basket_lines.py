"""`basket-lines`: what was ordered and put into baskets, from each partition to the one that
recommends.

Internal: the lines of an order belong to the partitions of their SKUs, and what goes together is
learnt of whole orders.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, Strict, StringConstraints, model_validator

from schemas.records.record import Incoming
from schemas.values.fields import Currency, Instant, Name, Stock
from schemas.values.limits import LARGEST_ORDINAL

#: Lines and offers of one record.
MOST = 2_000
_Amount = Annotated[int, Strict(), Field(ge=0, le=LARGEST_ORDINAL)]
_Order = Annotated[str, Strict(), StringConstraints(pattern="^([0-9a-f]{16})?$", max_length=16)]
_Person = Annotated[
    str, Strict(), StringConstraints(pattern="^([cs][0-9a-f]{16})?$", max_length=17)
]


class BasketOffer(Incoming):
    """An offer: its price and what a unit leaves, minor units; 0 where it is not recommended."""

    sku: Name
    channel: Name
    currency: Currency
    price: _Amount = 0
    margin: _Amount = 0


class BasketLines(Incoming):
    """Lines as columns: the hash of the order (empty: put into a basket), who it was (`c` or `s`
    and the keyed hash of a customer or session who agreed; empty: not known), and the place of the
    offer among `offers`. `withdrawals` counts the customers who had withdrawn until then.
    """

    time: Instant
    withdrawals: Stock = 0
    offers: Annotated[tuple[BasketOffer, ...], Field(max_length=MOST)]
    order: Annotated[tuple[_Order, ...], Field(max_length=MOST)] = ()
    person: Annotated[tuple[_Person, ...], Field(max_length=MOST)] = ()
    offer: Annotated[tuple[Stock, ...], Field(max_length=MOST)] = ()

    @model_validator(mode="after")
    def _columns_fit(self) -> BasketLines:
        if not len(self.order) == len(self.person) == len(self.offer):
            raise ValueError("order, person and offer are of one length")
        if max(self.offer, default=-1) >= len(self.offers):
            raise ValueError("offer is a place among offers")
        return self
