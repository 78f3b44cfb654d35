"""A schedule of quantity breaks that customers cannot play against itself.

Every tier's price is for all units of an order from its quantity on (second-degree price
discrimination: customers choose their tier). So that they choose it by what they need:

- a larger order never pays more a unit, so that nobody splits one;
- a larger order never pays less in all, so that nobody buys units to throw them away;
- the units that a tier adds to the tier before bring the lowest legal price at least.

References: Maskin and Riley, "Monopoly with incomplete information", RAND Journal of Economics 15
(1984); Tirole, "The Theory of Industrial Organization", 1988, section 3.3.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from online_models.numerics.ratios import round_one
from online_models.shop.catalogue import PPM


class Tier(NamedTuple):
    """The price of a unit in orders of `quantity` and more, minor units; what the discount alone
    would make of the public price, and between which bounds the other tiers leave it.
    """

    quantity: int
    price: int
    asked: int
    discount: int
    lowest: int
    highest: int


def schedule(
    public: int, floor: int, quantities: Sequence[int], discounts: Sequence[int]
) -> list[Tier]:
    """Tiers from ascending quantities and the discounts (parts per million) that are wanted.

    `floor` is the lowest legal price; one above the public price leaves that alone.

    >>> [tier.price for tier in schedule(1000, 600, [5, 10], [200_000, 500_000])]
    [800, 720]
    """
    tiers: list[Tier] = []
    before, price = 1, public
    floor = min(floor, public)
    for quantity, discount in zip(quantities, discounts, strict=True):
        asked = max(1, int(round_one(public, PPM - discount, PPM)))
        lowest = max(
            floor,
            -(-price * (quantity - 1) // quantity),
            -(-(floor * (quantity - before) + price * before) // quantity),
        )
        lowest = min(lowest, price)
        highest = price
        price = min(max(asked, lowest), highest)
        tiers.append(Tier(quantity, price, asked, discount, lowest, highest))
        before = quantity
    return tiers
