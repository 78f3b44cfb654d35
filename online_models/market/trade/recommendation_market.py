"""A market of baskets: customers who buy for a need, and overlook most of what would serve it.

A customer comes for one of a dozen needs, by his own tastes, and puts one of its products into the
basket. Every other product has a value for him: its need's, its own, his liking, and chance; all
are normal, but for a share of customers who want twice as much. He buys what is worth its price to
him and what he notices. What sells much is noticed anyway, what is rare hardly ever; what is shown
is noticed more often. So best sellers gain little by being shown. Neither counts of pairs nor a
response by probability are in it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtr

from online_models.fold.fold import Fold
from online_models.fold.state import FoldSettings
from online_models.journal.batch import (
    FORCED,
    Action,
    Agreed,
    BatchBuilder,
    Fact,
    Kind,
    SourcePartition,
)
from online_models.market.calendar import day_start
from online_models.numerics.arrays import Floats
from online_models.pricing.state.shoppers import named
from schemas.values.instants import MINUTE

NEEDS, OF_A_NEED = 12, 5
#: Products that go with everything.
STAPLES = 6
PRODUCTS = NEEDS * OF_A_NEED + STAPLES
CUSTOMERS = 600
#: Customers who come at a time, and minutes between two such rounds.
ROUND, EVERY = 40, 30 * MINUTE
SHOWN = 3
#: How often what is shown is noticed that else would not be, by its place.
NOTICED = (0.6, 0.5, 0.4)
POLICY = {
    "policy_id": "shop",
    "strategy": [{"kind": "keep"}],
    "recommend": {"number": SHOWN, "holdout": "10%", "explore": "10%"},
}


class RecommendationMarket:
    """Products, customers and their draws; `seed` makes them."""

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng([seed, 717])
        rng = self._rng
        self.need = np.append(np.repeat(np.arange(NEEDS), OF_A_NEED), np.full(STAPLES, -1))
        self.price: Floats = np.rint(100.0 * np.exp(rng.normal(2.3, 0.6, PRODUCTS))) / 100.0
        share = rng.uniform(0.15, 0.5, PRODUCTS)
        self.margin: Floats = np.floor(100.0 * self.price * share) / 100.0
        #: What a product is worth beyond its need, and how often it is noticed.
        self._own = rng.normal(-0.2, 0.5, PRODUCTS)
        self._noticed = np.where(self.need >= 0, rng.beta(1.2, 3.0, PRODUCTS), 0.6)
        self._near = rng.normal(-2.0, 0.4, (NEEDS, NEEDS))
        np.fill_diagonal(self._near, 0.1)
        self._taste = rng.dirichlet(np.full(NEEDS, 0.4), CUSTOMERS)
        self._liking = rng.normal(0.0, 0.5, (CUSTOMERS, PRODUCTS))
        self._eager = np.where(rng.random(CUSTOMERS) < 0.25, 0.7, 0.0)

    def products(self) -> list[dict[str, Any]]:
        """Values of `products`."""
        return [
            {
                "sku": f"r-{i}",
                "name": f"R {i}",
                "currency": "EUR",
                "price": f"{self.price[i]:.2f}",
                "cost": f"{self.price[i] - self.margin[i]:.2f}",
                "category": "staples" if self.need[i] < 0 else f"need-{self.need[i]}",
            }
            for i in range(PRODUCTS)
        ]

    def visitors(self) -> list[tuple[int, int]]:
        """(customer, the product that each begins with), all different customers."""
        found = []
        for customer in self._rng.choice(CUSTOMERS, ROUND, replace=False).tolist():
            need = self._rng.choice(NEEDS, p=self._taste[customer])
            own = np.flatnonzero(self.need == need)
            weight = self._noticed[own] * ndtr(self._own[own] + self._liking[customer, own])
            found.append((customer, int(self._rng.choice(own, p=weight / weight.sum()))))
        return found

    def wanted(self, customer: int, first: int) -> Floats:
        """The probability that each product would be bought if it were noticed, (products,)."""
        of_need = np.where(self.need >= 0, self._near[self.need[first], self.need], -0.3)
        value = of_need + self._own + self._liking[customer] + self._eager[customer]
        found = np.asarray(ndtr(value))
        found[first] = 0.0
        return found

    def gain(self, customer: int, first: int, shown: list[int]) -> float:
        """The exact expected additional profit of showing these, best place first."""
        wanted = self.wanted(customer, first)[shown]
        more = (1.0 - self._noticed[shown]) * np.array(NOTICED[: len(shown)])
        return float((self.margin[shown] * wanted * more).sum())

    def best(self, customer: int, first: int) -> float:
        """What showing the best products adds, for who knows all but the draws."""
        worth = self.margin * self.wanted(customer, first) * (1.0 - self._noticed)
        return self.gain(customer, first, np.argsort(-worth)[:SHOWN].tolist())

    def basket(self, customer: int, first: int, shown: list[int]) -> list[int]:
        """What is bought."""
        noticed = self._noticed.copy()
        noticed[shown] += (1.0 - noticed[shown]) * np.array(NOTICED[: len(shown)])
        buys = self._rng.random(PRODUCTS) < noticed * self.wanted(customer, first)
        return [first, *np.flatnonzero(buys).tolist()]


@dataclass(frozen=True)
class RecommendationTrack:
    """Of every visit that was recommended something, in order, (n,): the exact additional profit of
    what was shown, of the best sellers, of those that earn most, and of the best choice.
    """

    earned: Floats
    popular: Floats
    earners: Floats
    best: Floats

    def over_popular(self, since: int) -> float:
        """Additional profit over that of showing best sellers, as a share, from a visit on."""
        return float(self.earned[since:].sum() / self.popular[since:].sum()) - 1.0

    def over_earners(self, since: int) -> float:
        """The same over showing what has earned most."""
        return float(self.earned[since:].sum() / self.earners[since:].sum()) - 1.0

    def share(self, since: int) -> float:
        """Additional profit as a share of the best choice's, from a visit on."""
        return float(self.earned[since:].sum() / self.best[since:].sum())


def recommend(market: RecommendationMarket, rounds: int) -> RecommendationTrack:
    """Let the fold recommend to so many rounds of visitors, each with all before them known."""
    shop = _Shop(market)
    sold = np.zeros(PRODUCTS)
    earned: list[float] = []
    popular: list[float] = []
    earners: list[float] = []
    best: list[float] = []
    for number in range(rounds):
        visitors = market.visitors()
        answers = shop.put_in(number, visitors)
        baskets = []
        for customer, first in visitors:
            shown = answers.get(customer + 1)
            if shown is not None:
                earned.append(market.gain(customer, first, shown))
                popular.append(market.gain(customer, first, _highest(sold, first)))
                profits = _highest(sold * market.margin, first)
                earners.append(market.gain(customer, first, profits))
                best.append(market.best(customer, first))
            basket = market.basket(customer, first, shown or [])
            sold[basket] += 1.0
            baskets.append((customer, basket))
        shop.order(number, baskets)
    return RecommendationTrack(*map(np.array, (earned, popular, earners, best)))


def _highest(score: Floats, but: int) -> list[int]:
    ranked: list[int] = np.argsort(-score, kind="stable").tolist()
    return [item for item in ranked if item != but][:SHOWN]


class _Shop:
    """The fold of a shop with that market's products."""

    def __init__(self, market: RecommendationMarket) -> None:
        self._market = market
        self._fold = Fold(FoldSettings())
        self._offset = 0
        rows, source = BatchBuilder(), SourcePartition("facts", 0)
        values = [("pricing-policies", None, POLICY)]
        values += [("products", each["sku"], each) for each in market.products()]
        for place, (topic, sku, value) in enumerate(values):
            detail = rows.fact(Fact(topic, sku, json.dumps(value).encode()))
            rows.add(
                Kind.FACT, day_start(0), source, offset=place, detail=detail, sku=rows.text(sku)
            )
        rows.add(Kind.TICK, day_start(0), flag=FORCED)
        self._fold.step(rows.batch())

    def put_in(self, number: int, visitors: list[tuple[int, int]]) -> dict[int, list[int]]:
        """Visitors put their first product into the basket; what each is shown who is not held out,
        by person.
        """
        rows, at = BatchBuilder(), day_start(0) + number * EVERY
        source = SourcePartition("clickstream", 0)
        for customer, first in visitors:
            self._offset += 1
            rows.add(
                Kind.CLICK,
                at,
                source,
                offset=self._offset,
                sku=rows.text(f"r-{first}"),
                channel=rows.text("web"),
                flag=Action.CART,
                extra=Agreed.CUSTOMER,
                person=customer + 1,
            )
        rows.add(Kind.TICK, at, flag=FORCED)
        found: dict[int, list[int]] = {}
        for output in self._fold.step(rows.batch()):
            if output.topic == "recommendations":
                value = json.loads(output.value)
                if value["arm"] == "recommended":
                    shown = [int(item["sku"].removeprefix("r-")) for item in value["items"]]
                    found[named(value["customer"])] = shown
        return found

    def order(self, number: int, baskets: list[tuple[int, list[int]]]) -> None:
        """They order."""
        rows, at = BatchBuilder(), day_start(0) + number * EVERY + 5 * MINUTE
        source, price = SourcePartition("orders", 0), self._market.price
        for customer, basket in baskets:
            self._offset += 1
            for item in basket:
                rows.add(
                    Kind.ORDER,
                    at,
                    source,
                    offset=self._offset,
                    sku=rows.text(f"r-{item}"),
                    channel=rows.text("web"),
                    currency=rows.text("EUR"),
                    amount=round(100.0 * float(price[item])),
                    extra=self._offset,
                    person=customer + 1,
                )
        rows.add(Kind.TICK, at, flag=FORCED)
        rows.add(Kind.TICK, at + 2 * MINUTE, flag=FORCED)
        self._fold.step(rows.batch())
