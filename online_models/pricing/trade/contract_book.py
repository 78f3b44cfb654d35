"""The contract prices of a partition's SKUs."""

from __future__ import annotations

from typing import NamedTuple

from online_models.persistence.saved import Saved, attribute
from online_models.shop.catalogue import NEVER


class ContractTerms(NamedTuple):
    """A promised price of a unit, minor units, in [valid_from, valid_until), ms; `customer` is a
    keyed hash, None where the price is for all of the segment. `conflict` names the guardrails that
    it was last seen to break.
    """

    contract: str
    channel: str
    customer: str | None
    segment: str
    price: int
    quantity: int
    valid_from: int
    valid_until: int
    terms: str | None
    conflict: tuple[str, ...] = ()

    def holds(self, channel: str, now: int) -> bool:
        """Whether it is in force on a channel at `now`, ms."""
        return self.channel == channel and self.valid_from <= now < self.valid_until

    def is_for(self, customer: str | None, segment: str) -> bool:
        """Whether a customer of a segment was promised it."""
        return self.segment == segment if self.customer is None else self.customer == customer


class ContractBook:
    """Contract prices by SKU, and there by contract and quantity."""

    SAVED = Saved(by_sku=attribute("_by_sku", dict[str, dict[str, ContractTerms]]))

    def __init__(self) -> None:
        self._by_sku: dict[str, dict[str, ContractTerms]] = {}

    def __bool__(self) -> bool:
        """Whether anything is promised."""
        return bool(self._by_sku)

    def has(self, sku: str) -> bool:
        """Whether anything is promised about a SKU."""
        return sku in self._by_sku

    def put(self, sku: str, terms: ContractTerms) -> ContractTerms | None:
        """Take up a promise, in place of the one before, which is returned."""
        promises = self._by_sku.setdefault(sku, {})
        before = promises.get(_key(terms))
        promises[_key(terms)] = terms
        return before

    def broken(self, sku: str, terms: ContractTerms) -> bool:
        """Whether a promise was last seen to break a guardrail."""
        return bool(self._by_sku[sku][_key(terms)].conflict)

    def end(self, sku: str, terms: ContractTerms) -> ContractTerms | None:
        """Drop a promise; returns it."""
        return self._by_sku.get(sku, {}).pop(_key(terms), None)

    def of(self, sku: str) -> list[ContractTerms]:
        """All promises about a SKU, in order of arrival."""
        return list(self._by_sku.get(sku, {}).values())

    def best(
        self, sku: str, channel: str, customer: str | None, segment: str, quantity: int, now: int
    ) -> ContractTerms | None:
        """The lowest price that a customer, or their group, was promised for that many."""
        found = [
            terms
            for terms in self.of(sku)
            if terms.holds(channel, now)
            and terms.is_for(customer, segment)
            and terms.quantity <= quantity
        ]
        return min(found, key=lambda t: (t.price, t.customer is None, t.contract), default=None)

    def forget(self, customer: str) -> list[tuple[str, ContractTerms]]:
        """Drop what a customer (keyed hash) was promised; returns it, with the SKUs."""
        dropped = []
        for sku, promises in list(self._by_sku.items()):
            dropped += [(sku, terms) for terms in promises.values() if terms.customer == customer]
            kept = {name: terms for name, terms in promises.items() if terms.customer != customer}
            if kept:
                self._by_sku[sku] = kept
            else:
                del self._by_sku[sku]
        return dropped

    def prune(self, now: int) -> None:
        """Drop what has run out."""
        for sku, promises in list(self._by_sku.items()):
            self._by_sku[sku] = {k: t for k, t in promises.items() if t.valid_until > now}
            if not self._by_sku[sku]:
                del self._by_sku[sku]


def _key(terms: ContractTerms) -> str:
    return f"{terms.contract}\0{terms.channel}\0{terms.quantity}"


def until(instant: int | None) -> int:
    """When a promise ends, ms."""
    return NEVER if instant is None else instant
