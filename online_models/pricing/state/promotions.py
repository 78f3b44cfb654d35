"""Promotions: which are in force where, and what they make of a regular price."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from online_models.numerics.arrays import filled
from online_models.numerics.ratios import round_one
from online_models.persistence.kinds import Document, Items, Part
from online_models.persistence.saved import Saved, attribute
from online_models.pricing.policy.selection import Traits, selected, specificity, traits
from online_models.shop.catalogue import NEVER, PPM, Catalogue, Interner
from schemas.records.shop.promotions import Discount, Promotion
from schemas.values import money, percentages

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

NONE = -1
#: Numeric attributes that demand sees; the first names to appear take the places.
ATTRIBUTES = 4


@dataclass(frozen=True, slots=True)
class InForce:
    """The promotion of each offer at an instant, shape (n,).

    `promotion` indexes the promotions (NONE), `price` is the regular price with its discount, and
    `boundary` the next instant at which that may change.
    """

    promotion: NDArray[np.int32]
    price: Ints
    boundary: Ints


class Promoted(NamedTuple):
    """What demand sees of the promotions of n offers."""

    #: Share of the regular price that the promotion takes off, and 1 where there is one, (n,).
    depth: Floats
    promoted: Floats
    #: Of all that are in force, whichever makes the price, (n, ATTRIBUTES).
    attributes: Floats
    #: The promotion that makes the price (NONE), and the next instant at which any of this changes.
    promotion: NDArray[np.int32]
    boundary: Ints


class Promotions:
    """Promotions in order of appearance; of several the lowest price wins, then the lowest id."""

    SAVED = Saved(
        ids=Part(),
        records=attribute("_records", Items(Document(Promotion))),
        attributes=attribute("_attributes", Part()),
        of_offer=attribute("_of_offer", dict[int, list[int]]),
    )
    DERIVED = ("_by_sku", "_broad", "_first_end")

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self.ids = Interner()
        self._records: list[Promotion | None] = []
        self._attributes = Interner()
        self._of_offer: dict[int, list[int]] = {}
        #: Promotions by the SKUs that they name, and those that name none; the first end of all.
        self._by_sku: dict[str, list[int]] = {}
        self._broad: list[int] = []
        self._first_end = NEVER

    def put(self, promotion_id: str, promotion: Promotion | None, now: int) -> Ints:
        """Add, replace or (None) withdraw a promotion; returns the offers it concerns."""
        index = self.ids.id(promotion_id)
        if index == len(self._records):
            self._records.append(None)
        before: list[int] = []
        if self._records[index] is not None:
            before = [row for row, members in self._of_offer.items() if index in members]
            self._unlist(index)
            self._records[index] = None
        for row in before:
            self._leave(row, index)
        self._forget(now)
        live = promotion is not None and not promotion.cancelled and promotion.ends_at > now
        self._records[index] = promotion if live else None
        if live:
            self._list(index)
        rows: list[int] = []
        if live and promotion is not None:
            self._name_attributes(promotion)
            chosen = selected(self._catalogue, promotion.select).tolist()
            rows = [row for row in chosen if self._on_channel(promotion, row)]
            for row in rows:
                self._of_offer.setdefault(row, []).append(index)
        return np.array(sorted({*before, *rows}), dtype=np.int64)

    def stands(self, promotion_id: str, now: int) -> bool | None:
        """Whether a promotion is in force or to come at `now` (ms), False where it is over or was
        withdrawn, None where nobody has announced it.
        """
        index = self.ids.index.get(promotion_id)
        if index is None:
            return None
        record = self._records[index]
        return record is not None and record.ends_at > now

    def enrol(self, rows: Ints) -> None:
        """Find the promotions of offers that are new or whose traits changed."""
        if not self._by_sku and not self._broad and not self._of_offer:
            return
        for row in rows.tolist():
            offer = traits(self._catalogue, row)
            candidates = sorted([*self._by_sku.get(offer.sku, ()), *self._broad])
            members = [i for i in candidates if _selects(self._records[i], offer)]
            if members:
                self._of_offer[row] = members
            else:
                self._of_offer.pop(row, None)

    def concern(self, rows: Ints) -> bool:
        """Whether any of these offers has a promotion, now or to come."""
        return bool(self._of_offer) and any(row in self._of_offer for row in rows.tolist())

    def in_force(self, rows: Ints, now: Ints, base: Ints, digits: Any) -> InForce:
        """What is in force at `now` (ms) given regular prices, all of shape (n,)."""
        n = len(rows)
        best = InForce(filled(n, NONE, np.int32), base.copy(), filled(n, NEVER))
        if not self._of_offer:
            return best
        places = np.broadcast_to(np.asarray(digits), n)
        for place, row in enumerate(rows.tolist()):
            members = self._of_offer.get(row)
            if members:
                at, regular = int(now[place]), int(base[place])
                found = self._best(members, at, regular, int(places[place]))
                best.promotion[place], best.price[place], best.boundary[place] = found
        return best

    def details(self, index: int) -> dict[str, Any]:
        """The terms of a promotion, for an explanation."""
        record = self._records[index]
        if record is None:
            return {"promotion_id": self.ids[index]}
        discount = record.discount.model_dump(mode="json", exclude_none=True)
        return {"promotion_id": self.ids[index], "discount": discount}

    @property
    def attribute_names(self) -> list[str]:
        """The names of the places of `attributes`, as far as they are taken."""
        return self._attributes.names[:ATTRIBUTES]

    def attributes(self, rows: Ints, now: Ints) -> Floats:
        """Numeric attributes of what is in force at `now` (ms), both (n,): (n, ATTRIBUTES).

        Of several promotions the largest of each, 0 where none has it: an advertisement and a
        discount that run at once are both seen.
        """
        found = np.zeros((len(rows), ATTRIBUTES))
        if not self._of_offer:
            return found
        for place, row in enumerate(rows.tolist()):
            members = self._of_offer.get(row)
            if members:
                found[place] = self._merged(members, int(now[place]))
        return found

    def _merged(self, members: list[int], now: int) -> list[float]:
        largest: dict[int, float] = {}
        for index in members:
            record = self._records[index]
            if record is None or not record.starts_at <= now < record.ends_at:
                continue
            for place, name in enumerate(self.attribute_names):
                value = record.attributes.get(name)
                if isinstance(value, (bool, int, float)):
                    largest[place] = max(largest.get(place, float(value)), float(value))
        return [largest.get(place, 0.0) for place in range(ATTRIBUTES)]

    def _name_attributes(self, promotion: Promotion) -> None:
        """Take places for attributes that are numbers, as long as there are any; what is text is
        the merchant's own.
        """
        for name, value in promotion.attributes.items():
            if len(self._attributes) < ATTRIBUTES and isinstance(value, (bool, int, float)):
                self._attributes.id(name)

    def _best(self, members: list[int], now: int, base: int, digits: int) -> tuple[int, int, int]:
        best: tuple[int, str, int] | None = None
        boundary = NEVER
        for index in members:
            record = self._records[index]
            if record is None or now >= record.ends_at:
                continue
            if now < record.starts_at:
                boundary = min(boundary, record.starts_at)
                continue
            boundary = min(boundary, record.ends_at)
            offer = (discounted(record.discount, base, digits), record.promotion_id, index)
            best = offer if best is None else min(best, offer)
        return (NONE, base, boundary) if best is None else (best[2], best[0], boundary)

    def _on_channel(self, promotion: Promotion, row: int) -> bool:
        channel = self._catalogue.channel_names[self._catalogue.offers.channel[row]]
        return not promotion.channels or channel in promotion.channels

    def _forget(self, now: int) -> None:
        """Drop what has ended; its id stays."""
        if now < self._first_end:
            return
        ended = {i for i, record in enumerate(self._records) if record and record.ends_at <= now}
        for index in sorted(ended):
            self._unlist(index)
            self._records[index] = None
        ends = (record.ends_at for record in self._records if record)
        self._first_end = min(ends, default=NEVER)
        for row, members in list(self._of_offer.items()):
            left = [index for index in members if index not in ended]
            if left:
                self._of_offer[row] = left
            else:
                del self._of_offer[row]

    def restored(self) -> None:
        """List what a snapshot brought."""
        for index in range(len(self._records)):
            self._list(index)

    def _list(self, index: int) -> None:
        record = self._records[index]
        if record is None:
            return
        self._first_end = min(self._first_end, record.ends_at)
        if not record.select.skus:
            self._broad.append(index)
        for sku in dict.fromkeys(record.select.skus):
            self._by_sku.setdefault(sku, []).append(index)

    def _unlist(self, index: int) -> None:
        record = self._records[index]
        if record is None:
            return
        if not record.select.skus:
            self._broad.remove(index)
        for sku in dict.fromkeys(record.select.skus):
            self._by_sku[sku].remove(index)
            if not self._by_sku[sku]:
                del self._by_sku[sku]

    def _leave(self, row: int, index: int) -> None:
        members = self._of_offer[row]
        members.remove(index)
        if not members:
            del self._of_offer[row]


def discounted(discount: Discount, base: int, digits: int) -> int:
    """The regular price with the discount, minor units, at least 1 and at most `base`.

    >>> discounted(Discount(percent="20%"), 1299, 2)
    1039
    """
    if discount.percent is not None:
        left = PPM - percentages.to_ppm(discount.percent)
        price = round_one(base, left, PPM)
    elif discount.amount is not None:
        price = base - money.scaled(discount.amount, digits)
    else:
        price = money.scaled(discount.price or 0, digits)
    return min(max(price, 1), base)


def _selects(promotion: Promotion | None, offer: Traits) -> bool:
    if promotion is None:
        return False
    if promotion.channels and offer.channel not in promotion.channels:
        return False
    return specificity(promotion.select, offer) is not None
