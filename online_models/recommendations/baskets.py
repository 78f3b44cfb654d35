"""How likely an item is in a basket, by what is in it already and by what the customer bought.

Counts of pairs, basket by basket, shrunk to how often an item is bought at all: an item-based
neighbourhood (Linden, Smith, York, "Amazon.com recommendations", IEEE Internet Computing 7, 2003)
with the smoothing of empirical Bayes. Old counts are halved now and then, so that what is no longer
bought fades.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from heapq import nsmallest
from typing import NamedTuple

from online_models.persistence.saved import Saved, attribute

#: Baskets that an item's own counts must outweigh, and orders that a customer's must.
SHRUNK_ITEM, SHRUNK_CUSTOMER = 10.0, 8.0
#: Of a long basket only so many items count, the last ones.
MOST_ITEMS = 40
#: Candidates: what goes most with an item of the basket, and what sells most.
NEIGHBOURS, POPULAR = 40, 40
#: Orders after which the best sellers are found anew.
POPULAR_EVERY = 500
#: Items that are remembered beside one; beyond twice as many, those most bought with it are kept.
MOST_BESIDE = 400
#: Customers whose purchases are remembered, and items of each; the oldest give way.
MOST_CUSTOMERS, MOST_BOUGHT = 100_000, 100
#: Orders after which all counts are halved.
HALVED_AFTER = 500_000


class Recommended(NamedTuple):
    """An item (its number), the probability that it is bought too, and that times its margin."""

    item: int
    probability: float
    worth: float


class BasketCandidate(NamedTuple):
    """An item, the probability that it is bought anyway, and what of that the customer's own
    purchases say beyond what is usual.
    """

    item: int
    probability: float
    habit: float
    usual: float


class Baskets:
    """What was bought together; items are numbers, customers texts."""

    SAVED = Saved(
        orders=float,
        learnt=int,
        sold=attribute("_sold", dict[int, float]),
        beside=attribute("_beside", dict[int, dict[int, float]]),
        bought=attribute("_bought", dict[str, dict[int, float]]),
        orders_of=attribute("_orders_of", dict[str, float]),
        popular=attribute("_popular", list[int]),
    )

    def __init__(self) -> None:
        #: Orders, halved as the counts are, and as they came.
        self.orders = 0.0
        self.learnt = 0
        self._sold: dict[int, float] = {}
        self._beside: dict[int, dict[int, float]] = {}
        self._bought: dict[str, dict[int, float]] = {}
        self._orders_of: dict[str, float] = {}
        self._popular: list[int] = []

    def learn(self, customer: str | None, items: Sequence[int]) -> None:
        """One order, its items each once."""
        items = items[-MOST_ITEMS:]
        self.orders += 1.0
        self.learnt += 1
        _add(self._sold, items)
        for item in items:
            near = self._beside.setdefault(item, {})
            _add(near, [other for other in items if other != item])
            if len(near) > MOST_BESIDE * 2:
                self._beside[item] = {i: near[i] for i in _most(near, MOST_BESIDE)}
        if customer is not None:
            self._buy(customer, items)
        if self.learnt % POPULAR_EVERY == 1:
            self._popular = _most(self._sold, POPULAR)
        if self.learnt % HALVED_AFTER == 0:
            self._halve()

    def forget(self, customer: str) -> None:
        """What a customer bought is no longer known as his."""
        self._bought.pop(customer, None)
        self._orders_of.pop(customer, None)

    def popular(self, basket: Sequence[int], number: int) -> list[int]:
        """The items that sell most and are not in the basket."""
        return [item for item in self._popular if item not in basket][:number]

    def recommend(
        self,
        customer: str | None,
        basket: Sequence[int],
        number: int,
        margin: Mapping[int, float],
    ) -> list[Recommended]:
        """The items of the highest expected margin that are not in the basket, best first; those of
        equal worth by number.
        """
        found = [
            Recommended(each.item, each.probability, each.probability * margin[each.item])
            for each in self.candidates(customer, basket)
            if margin.get(each.item, 0.0) > 0.0
        ]
        found.sort(key=lambda each: (-each.worth, each.item))
        return found[:number]

    def candidates(self, customer: str | None, basket: Sequence[int]) -> list[BasketCandidate]:
        """Items that may be bought with a basket and are not in it."""
        own = self._bought.get(customer or "", {})
        found = dict.fromkeys([*self._popular, *own])
        for item in basket:
            found |= dict.fromkeys(_most(self._beside.get(item, {}), NEIGHBOURS))
        return [
            self._candidate(customer, own, basket, item) for item in found if item not in basket
        ]

    def company(self, orders: int) -> Iterator[tuple[int, list[tuple[int, float]]]]:
        """Items of at least so many orders, and how much more probably others are in a basket with
        each than in any.
        """
        for item in sorted(item for item, sold in self._sold.items() if sold >= orders):
            found = [
                (each.item, each.probability - each.usual)
                for each in self.candidates(None, [item])
                if each.probability > each.usual
            ]
            yield item, found

    def nearest(self, basket: Sequence[int], item: int) -> int | None:
        """The item of the basket that this one is most often bought with."""
        shares = [
            (self._beside.get(one, {}).get(item, 0.0) / self._sold.get(one, 1.0), -place)
            for place, one in enumerate(basket)
        ]
        share, place = max(shares, default=(0.0, 0))
        return basket[-place] if share > 0.0 else None

    def _candidate(
        self, customer: str | None, own: Mapping[int, float], basket: Sequence[int], item: int
    ) -> BasketCandidate:
        usual = self._sold.get(item, 0.0) / max(self.orders, 1.0)
        beside = usual
        if basket:
            shares = 0.0
            for one in basket:
                together = self._beside.get(one, {}).get(item, 0.0)
                shares += (together + SHRUNK_ITEM * usual) / (
                    self._sold.get(one, 0.0) + SHRUNK_ITEM
                )
            beside = shares / len(basket)
        if customer is None:
            return BasketCandidate(item, beside, 0.0, usual)
        orders = self._orders_of.get(customer, 0.0)
        habit = (own.get(item, 0.0) + SHRUNK_CUSTOMER * usual) / (orders + SHRUNK_CUSTOMER) - usual
        # of two accounts of one habit the part beyond the usual counts of each
        return BasketCandidate(item, min(max(beside + habit, 0.0), 1.0), habit, usual)

    def _buy(self, customer: str, items: Sequence[int]) -> None:
        self._orders_of[customer] = self._orders_of.pop(customer, 0.0) + 1.0
        own = self._bought[customer] = self._bought.pop(customer, {})
        for item in items:
            own[item] = own.pop(item, 0.0) + 1.0
        while len(own) > MOST_BOUGHT:
            del own[next(iter(own))]
        if len(self._bought) > MOST_CUSTOMERS:
            self.forget(next(iter(self._bought)))

    def _halve(self) -> None:
        self.orders /= 2.0
        self._sold = _halved(self._sold)
        self._beside = {item: _halved(near) for item, near in self._beside.items()}
        self._bought = {who: _halved(own) for who, own in self._bought.items()}
        self._orders_of = {who: number / 2.0 for who, number in self._orders_of.items()}


def _add(counts: dict[int, float], items: Sequence[int]) -> None:
    for item in items:
        counts[item] = counts.get(item, 0.0) + 1.0


def _halved(counts: Mapping[int, float]) -> dict[int, float]:
    """Half of each count; what has become rare is dropped."""
    return {item: count / 2.0 for item, count in counts.items() if count > 0.5}


def _most(counts: Mapping[int, float], number: int) -> list[int]:
    """The items of the highest counts, those of equal counts by number."""
    return nsmallest(number, counts, key=lambda item: (-counts[item], item))
