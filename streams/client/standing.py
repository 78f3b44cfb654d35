"""Which of the prices below the public one stand: what replaces what."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")


class OfferIdentity(NamedTuple):
    """What tells records of `price-offers` for a SKU on a channel apart; `customer` is a hash."""

    decision_id: str
    segment: str
    minimum_quantity: int
    customer: str | None
    contract_id: str | None
    learnt: bool

    def is_for(self, customer: str | None, segment: str) -> bool:
        """Whether a customer (hash) of a segment may have it."""
        return self.segment == segment if self.customer is None else self.customer == customer


class StandingOffers(Generic[T]):
    """The offers of one SKU on a channel that stand.

    The first offer of another decision replaces all of the one before; one that is alike in all
    else replaces that. A learnt one replaces that of the same customer, and nothing else does.

    >>> standing = StandingOffers[str]()
    >>> standing.take(OfferIdentity("d1", "b2b", 10, None, None, False), "9.00")
    >>> standing.take(OfferIdentity("d1", "b2b", 10, None, None, False), "9.10")
    >>> list(standing)
    ['9.10']
    """

    def __init__(self) -> None:
        self._decision = ""
        self._of_decision: dict[tuple[str, int, str | None, str | None], T] = {}
        self._learnt: dict[str | None, T] = {}

    def take(self, identity: OfferIdentity, offer: T) -> None:
        """Keep an offer, in place of those that it replaces."""
        decision, segment, quantity, customer, contract, learnt = identity
        if learnt:
            self._learnt[customer] = offer
            return
        if decision != self._decision:
            self._decision, self._of_decision = decision, {}
        self._of_decision[segment, quantity, customer, contract] = offer

    def __iter__(self) -> Iterator[T]:
        return chain(self._of_decision.values(), self._learnt.values())
