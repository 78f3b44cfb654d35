"""What detectors are shown, and what they say about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(slots=True)
class JudgedLines:
    """Placed order lines in their order, (n,): offer row, units, unit price in minor units."""

    offer: Ints
    quantity: Ints
    price: Ints
    #: Detectors' verdict: units that the learner must not see, and whose price is believed.
    excess: Ints
    priced: Flags

    @classmethod
    def of(cls, offer: Ints, quantity: Ints, price: Ints) -> JudgedLines:
        """Lines that nobody has objected to."""
        return cls(offer, quantity, price, np.zeros_like(offer), np.ones(len(offer), np.bool_))


@dataclass(slots=True)
class JudgedClicks:
    """Click records in their order, (n,): offer row, number of clicks, keyed hash of the customer
    or session (0: unknown), price shown in minor units (−1: unknown), time in ms.
    """

    offer: Ints
    count: Ints
    person: Ints
    price: Ints
    time: Ints
    #: Detectors' verdict: clicks that the learner must not see, and whose price is believed.
    ignored: Ints
    priced: Flags

    @classmethod
    def of(cls, offer: Ints, count: Ints, person: Ints, price: Ints, time: Ints) -> JudgedClicks:
        """Clicks that nobody has objected to."""
        return cls(offer, count, person, price, time, np.zeros_like(offer), price > 0)


#: Competitors whose prices are within this factor ask about as much.
NEAR = 1.5


@dataclass(frozen=True, slots=True)
class CompetitorSighting:
    """A competitor's price, minor units, beside what is known of its like.

    `trusted` is this entry's last price that was believed, `held` the last one that was not, and
    `catalogue_price` what the product's record says; 0 where there is none. `others`, `believed`
    and `own` give the other entries' prices of the SKU (believed or held), those that are believed,
    and the merchant's own in force; they are asked only where they matter.
    """

    sku: int
    price: int
    trusted: int
    held: int
    catalogue_price: int
    others: Callable[[], list[int]]
    believed: Callable[[], list[int]]
    own: Callable[[], list[int]]

    def another_near(self) -> bool:
        """Whether another competitor asks about as much: within half as much again."""
        return any(within(self.price, other, NEAR) for other in self.others())

    def believed_near(self) -> bool:
        """The same of those whose last price is believed."""
        return any(within(self.price, other, NEAR) for other in self.believed())


def within(price: int, reference: int, factor: float) -> bool:
    """Whether two prices, both positive, are within a factor of each other.

    >>> within(300, 1000, 5), within(100, 1000, 5), within(0, 1000, 5)
    (True, False, False)
    """
    return price > 0 and reference <= price * factor and price <= reference * factor
