"""A market of baskets: shoppers come for a meal, if it is worth the way, and choose a product, or
none, of each category that it asks for.

How many come depends on the prices of all that the meal asks for (a logit of its inclusive values,
times `pull`); what each takes is a multinomial logit by category, with something on impulse. Beside
it each product has two that go with it: who has the one in the basket takes each of the others with
the probability `goes_with`. No effect of a promotion stands in it: what is sold more, taken, and
bought along follows from what shoppers choose.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from online_models.numerics.arrays import Floats, Ints
from online_models.recommendations.baskets import Baskets
from online_models.studies.promotions.along import BoughtAlong
from online_models.studies.promotions.past import PastSales
from online_models.studies.promotions.response import SoldAlong, respond
from online_models.studies.promotions.whole_shop import Groups

CATEGORIES, BRANDS, MEALS = 10, 4, 8
PRODUCTS = CATEGORIES * BRANDS
VISITS = 300.0
#: Deviation of the logarithm of a day's visitors, half of which is left on the next.
SWING = 0.1


class MealMarket:
    """Products, meals and draws; prices and margins are per unit, all (products,). `shock` is the
    deviation of the logarithm of what a week does to each meal.
    """

    def __init__(
        self, seed: int, pull: float = 0.0, goes_with: float = 0.0, shock: float = 0.0
    ) -> None:
        self._rng = np.random.default_rng([seed, 31])
        rng = self._rng
        self.category: Ints = np.repeat(np.arange(CATEGORIES), BRANDS)
        by_category = np.exp(rng.normal(1.2, 0.5, CATEGORIES))[self.category]
        self.price: Floats = by_category * np.exp(rng.normal(0.0, 0.15, PRODUCTS))
        self.margin: Floats = self.price * rng.uniform(0.25, 0.45, PRODUCTS)
        self._meals = [
            rng.choice(CATEGORIES, rng.integers(2, 5), replace=False) for _ in range(MEALS)
        ]
        self._weight = rng.dirichlet(np.full(MEALS, 3.0))
        self._value = rng.normal(1.0, 0.6, PRODUCTS)
        self._alpha = rng.uniform(2.0, 3.5, CATEGORIES)[self.category]
        self._impulse = rng.uniform(0.005, 0.04, PRODUCTS)
        self._pull, self._goes_with, self._shock = pull, goes_with, shock
        self._level, self._today, self._week = 0.0, 0, np.ones(MEALS)
        self._partners = [
            rng.choice(np.flatnonzero(self.category != own), 2, replace=False)
            for own in self.category
        ]

    def expected(self, price: Floats) -> Floats:
        """Units of an ordinary day, (products,)."""
        units = np.zeros(PRODUCTS)
        for visits, taken in self._visits(price):
            units += visits * taken
        more = units.copy()
        for product, partners in enumerate(self._partners):
            more[partners] += self._goes_with * units[product]
        return more

    def day(self, price: Floats) -> list[list[int]]:
        """The baskets of a day."""
        rng, baskets = self._rng, []
        self._level = 0.5 * self._level + SWING * rng.normal()
        if self._today % 7 == 0:
            self._week = np.exp(rng.normal(0.0, self._shock, MEALS))
        self._today += 1
        visits = [visits for visits, _ in self._visits(price)] * self._week * np.exp(self._level)
        for (_, taken), meal, come in zip(self._visits(price), self._meals, visits, strict=True):
            number = rng.poisson(come)
            found = rng.random((number, PRODUCTS)) < self._impulse
            for category in meal.tolist():
                brands = np.flatnonzero(self.category == category)
                reached = np.cumsum(taken[brands])
                chosen = np.searchsorted(reached, rng.random(number))
                found[:, brands] = chosen[:, None] == np.arange(BRANDS)
            along = rng.random((number, PRODUCTS, 2)) < self._goes_with
            for product, partners in enumerate(self._partners):
                for place, partner in enumerate(partners.tolist()):
                    found[:, partner] |= found[:, product] & along[:, product, place]
            baskets += [np.flatnonzero(each).tolist() for each in found if each.any()]
        return baskets

    def company_gains(self, product: int, off: float) -> tuple[float, Floats]:
        """What a deal on a product adds on a day: profit of products of other categories, and units
        of those of its own, (products,).
        """
        price = self.price.copy()
        price[product] *= 1.0 - off
        more = self.expected(price) - self.expected(self.price)
        others = self.category != self.category[product]
        return float((more * self.margin)[others].sum()), np.where(others, 0.0, more)

    def _visits(self, price: Floats) -> list[tuple[float, Floats]]:
        """Of each meal: visits a day, and the probability that each takes a product."""
        weight = np.exp(self._value - self._alpha * np.log(price / self.price))
        usually, found = np.exp(self._value), []
        for share, meal in zip(self._weight.tolist(), self._meals, strict=True):
            gained, taken = 0.0, self._impulse.copy()
            for category in meal.tolist():
                mine = self.category == category
                whole = 1.0 + weight[mine].sum()
                gained += float(np.log(whole / (1.0 + usually[mine].sum())))
                taken[mine] = weight[mine] / whole
            come = (1.0 + np.exp(0.5)) / (1.0 + np.exp(0.5 - self._pull * gained))
            found.append((share * VISITS * float(come), taken))
        return found


class MealPast(NamedTuple):
    """A market's past with promotions of now this product, now that; what its baskets tell."""

    market: MealMarket
    past: PastSales
    groups: Groups
    company: BoughtAlong


def meal_past(market: MealMarket, seed: int, days: int = 240, often: float = 0.15) -> MealPast:
    """So many days, in which a product is promoted in a week with the probability `often`."""
    rng, baskets = np.random.default_rng(seed), Baskets()
    units, depth = np.zeros((2, PRODUCTS, days))
    until = np.zeros(PRODUCTS, np.int64)
    for day in range(days):
        if day % 7 == 0 and day >= 21:
            begin = np.flatnonzero((until + 21 <= day) & (rng.random(PRODUCTS) < often))
            until[begin] = day + 7
            depth[begin, day : day + 7] = rng.choice([0.1, 0.15, 0.2, 0.25, 0.3], len(begin))[
                :, None
            ]
        for basket in market.day(market.price * (1.0 - depth[:, day])):
            baskets.learn(None, basket)
            units[basket, day] += 1.0
    regular = np.repeat(100.0 * market.price[:, None], days, axis=1)
    past = PastSales(0, units, np.ones_like(units), depth, regular, depth < 0)
    skus = np.arange(PRODUCTS)
    groups = Groups(market.category + 1, skus, np.zeros(PRODUCTS, np.int64))
    pairs = [
        (item, other, more)
        for item, company in baskets.company(50)
        for other, more in company
        if market.category[item] != market.category[other]
    ]
    first, second, more = (np.array(each) for each in zip(*sorted(pairs), strict=True))
    return MealPast(market, past, groups, BoughtAlong(first, second, more))


class CountedAlong(NamedTuple):
    """What is known of a market; and what a fifth off each product brings along in a day: as it is
    counted, as it is, and beside what the deals sell more of themselves. Profit, in units of money.
    """

    along: SoldAlong
    said: float
    true: float
    own: float


def counted_along(market: MealMarket, seed: int) -> CountedAlong:
    """From a past of the market."""
    seen = meal_past(market, seed)
    learnt = respond(seen.past, seen.groups, CATEGORIES + 1, seen.company)
    along = learnt.responses[int(learnt.probabilities.argmax())].along
    worth = seen.company.worth(market.margin)
    said = true = own = 0.0
    for product in range(PRODUCTS):
        gained, more = market.company_gains(product, 0.2)
        said += along.draw(0.0) * float((more * worth).sum())
        true += gained
        own += float(more[product] * market.margin[product])
    return CountedAlong(along, said, true, own)
