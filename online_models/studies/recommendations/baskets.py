"""How likely an item is in a basket, by what is in it already and by what the customer bought.

Counts of pairs, basket by basket, shrunk to how often an item is bought at all: an item-based
neighbourhood (Linden, Smith, York, "Amazon.com recommendations", IEEE Internet Computing 7, 2003)
with the smoothing of empirical Bayes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

#: Baskets that an item's own counts must outweigh, and orders that a customer's must.
SHRUNK_ITEM, SHRUNK_CUSTOMER = 10.0, 8.0
#: Of a long basket only so many items count, the last ones.
MOST_ITEMS = 40
#: Candidates: what goes most with an item of the basket, and what sells most.
NEIGHBOURS, POPULAR = 40, 40


class Recommended(NamedTuple):
    """An item (its number), the probability that it is bought too, and that times its margin."""

    item: int
    probability: float
    worth: float


class Baskets:
    """What was bought together; items and customers are numbers."""

    def __init__(self) -> None:
        self.orders = 0
        self._sold: Counter[int] = Counter()
        self._with: dict[int, Counter[int]] = {}
        self._bought: dict[int, Counter[int]] = {}
        self._orders_of: Counter[int] = Counter()
        self._popular: list[int] = []

    def learn(self, customer: int | None, items: Sequence[int]) -> None:
        """One order, its items each once."""
        items = items[-MOST_ITEMS:]
        self.orders += 1
        self._sold.update(items)
        for item in items:
            beside = self._with.setdefault(item, Counter())
            beside.update(other for other in items if other != item)
        if customer is not None:
            self._orders_of[customer] += 1
            self._bought.setdefault(customer, Counter()).update(items)
        if self.orders % 500 == 1:
            self._popular = [item for item, _ in self._sold.most_common(POPULAR)]

    def popular(self, basket: Sequence[int], number: int) -> list[int]:
        """The items that sell most and are not in the basket."""
        return [item for item in self._popular if item not in basket][:number]

    def recommend(
        self,
        customer: int | None,
        basket: Sequence[int],
        number: int,
        margin: Mapping[int, float],
    ) -> list[Recommended]:
        """The items of the highest expected margin that are not in the basket, best first; those of
        equal worth by number.
        """
        own = self._bought.get(-1 if customer is None else customer, Counter())
        candidates = dict.fromkeys([*self._popular, *own])
        for item in basket:
            near = self._with.get(item, Counter()).most_common(NEIGHBOURS)
            candidates |= dict.fromkeys(other for other, _ in near)
        found = []
        for item in candidates:
            if item in basket or margin.get(item, 0.0) <= 0.0:
                continue
            probability = self._probability(customer, own, basket, item)
            found.append(Recommended(item, probability, probability * margin[item]))
        found.sort(key=lambda each: (-each.worth, each.item))
        return found[:number]

    def _probability(
        self, customer: int | None, own: Counter[int], basket: Sequence[int], item: int
    ) -> float:
        usual = self._sold[item] / max(self.orders, 1)
        beside = usual
        if basket:
            shares = [
                (self._with.get(one, Counter())[item] + SHRUNK_ITEM * usual)
                / (self._sold[one] + SHRUNK_ITEM)
                for one in basket
            ]
            beside = sum(shares) / len(shares)
        if customer is None:
            return beside
        orders = self._orders_of[customer]
        habit = (own[item] + SHRUNK_CUSTOMER * usual) / (orders + SHRUNK_CUSTOMER)
        # of two accounts of one habit the part beyond the usual counts of each
        return min(max(beside + habit - usual, 0.0), 1.0)
