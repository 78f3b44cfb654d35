"""A market of quotes: buyers with a reservation price each, and other sellers who bid against it.

A buyer's reservation price, as a share of the public one, is a draw from a mixture of two
Student-t distributions of its logarithm with three degrees of freedom: most buyers are near the
price that is usual in their group, some are after a bargain, and the tails are heavy. A Poisson
number of competitors bid log-normal prices. The buyer takes the quote where it is below the
reservation price, and no competitor is cheaper by more than the buyer's loyalty. No logistic curve
is in it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtr, stdtr

from online_models.fold.fold import Fold
from online_models.fold.state import FoldSettings
from online_models.journal.batch import FORCED, BatchBuilder, Fact, Kind, SourcePartition
from online_models.market.calendar import day_start
from online_models.numerics.arrays import Floats, Ints

GROUPS = ("school", "hotel", "reseller", "factory")
CATEGORIES = ("paper", "tools", "cleaning", "drinks", "furniture")
#: Offers of the market, and their guardrail.
OFFERS = 40
MINIMUM_MARGIN = 0.05
LARGEST_DISCOUNT = 0.45
#: Degrees of freedom of the reservation prices' logarithms.
FREEDOM = 3.0
POLICY = {
    "policy_id": "quotes",
    "strategy": [{"kind": "keep"}],
    "explore": {"kind": "thompson", "budget": "2%"},
    "guardrails": {"minimum_margin": MINIMUM_MARGIN},
    "segments": [
        {"segment": group, "quotes": {"largest_discount": LARGEST_DISCOUNT}} for group in GROUPS
    ],
}


@dataclass(frozen=True)
class Buyer:
    """Who asks for a quote: offers and quantities; the log of the usual reservation price against
    the public one, its scale, the share of bargain hunters; the mean log bid of competitors, how
    many of them there are on average, and the loyalty as a log price.
    """

    group: str
    offers: Ints
    quantities: Ints
    usual: float
    scale: float
    hunters: float
    competitor: float
    competitors: float
    loyalty: float

    def wins(self, log_price: Floats) -> Floats:
        """The exact probability that a quote of this log price (0: public) is taken."""
        usual = stdtr(FREEDOM, (self.usual - log_price) / self.scale)
        hunter = stdtr(FREEDOM, (self.usual - 0.22 - log_price) / (1.5 * self.scale))
        reserved = (1.0 - self.hunters) * usual + self.hunters * hunter
        below = ndtr((log_price - self.loyalty - self.competitor) / 0.07)
        return np.asarray(reserved * np.exp(-self.competitors * below))


class QuoteMarket:
    """Forty offers of five categories, and buyers of four groups; `seed` makes them."""

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng([seed, 2026])
        rng = self._rng
        self.price: Floats = np.rint(100.0 * np.exp(rng.normal(3.0, 0.8, OFFERS))) / 100.0
        self.cost: Floats = np.rint(100.0 * self.price * rng.uniform(0.45, 0.75, OFFERS)) / 100.0
        self.category = np.arange(OFFERS) % len(CATEGORIES)
        self._usual = rng.normal(-0.10, 0.06, len(GROUPS))
        self._by_category = rng.normal(0.0, 0.04, len(CATEGORIES))
        self._scale = rng.uniform(0.05, 0.12, len(GROUPS))
        self._hunters = rng.uniform(0.1, 0.4, len(GROUPS))
        self._competitor = rng.normal(-0.12, 0.05, len(CATEGORIES))
        self._competitors = rng.uniform(0.3, 2.0, len(GROUPS))
        self._loyalty = rng.uniform(0.0, 0.06, len(GROUPS))

    def products(self) -> list[dict[str, Any]]:
        """Values of `products`."""
        return [
            {
                "sku": f"w-{i}",
                "name": f"W {i}",
                "currency": "EUR",
                "price": f"{self.price[i]:.2f}",
                "cost": f"{self.cost[i]:.2f}",
                "category": CATEGORIES[self.category[i]],
            }
            for i in range(OFFERS)
        ]

    def buyer(self) -> Buyer:
        """The next who asks."""
        rng = self._rng
        group = int(rng.integers(len(GROUPS)))
        category = int(rng.integers(len(CATEGORIES)))
        own = np.flatnonzero(self.category == category)
        offers = rng.choice(own, size=int(rng.integers(1, 5)), replace=False)
        if rng.random() < 0.3:
            offers = np.append(offers, rng.choice(np.flatnonzero(self.category != category)))
        quantities = np.maximum(np.exp(rng.normal(3.0, 1.0, len(offers))), 1.0).astype(np.int64)
        size = np.log(float((self.price[offers] * quantities).sum()))
        return Buyer(
            GROUPS[group],
            offers,
            quantities,
            self._usual[group] + self._by_category[category] - 0.015 * (size - 6.0),
            self._scale[group],
            self._hunters[group],
            self._competitor[category],
            self._competitors[group],
            self._loyalty[group],
        )

    def takes(self, buyer: Buyer, log_price: float) -> bool:
        """Whether the buyer takes a quote of this log price."""
        return bool(self._rng.random() < buyer.wins(np.array([log_price]))[0])

    def prices(self, buyer: Buyer, discounts: Floats) -> Floats:
        """Unit prices at these discounts within the guardrail, (lines, k)."""
        public, cost = self.price[buyer.offers], self.cost[buyer.offers]
        floor = np.ceil(cost / (1.0 - MINIMUM_MARGIN) * 100.0 - 1e-9) / 100.0
        asked = np.round(public[:, None] * (1.0 - discounts), 2)
        return np.minimum(np.maximum(asked, floor[:, None]), public[:, None])

    def expected(self, buyer: Buyer, prices: Floats) -> Floats:
        """The exact expected profit at unit prices (lines, k), shape (k,)."""
        quantity = buyer.quantities[:, None]
        total = (prices * quantity).sum(axis=0)
        cost = float((self.cost[buyer.offers] * buyer.quantities).sum())
        public = float((self.price[buyer.offers] * buyer.quantities).sum())
        return np.asarray((total - cost) * buyer.wins(np.log(total / public)))

    def best(self, buyer: Buyer) -> float:
        """What a clairvoyant earns, who knows the buyer's distribution but not the draw."""
        discounts = np.arange(0.0, LARGEST_DISCOUNT + 1e-9, 0.001)
        return float(self.expected(buyer, self.prices(buyer, discounts)).max())


@dataclass(frozen=True)
class QuoteTrack:
    """Of every quote, in order: the exact expected profit of ours, of the clairvoyant's, and of the
    public price, (n,) each; `breaches` counts lines below their guardrail or above that price.
    """

    earned: Floats
    best: Floats
    public: Floats
    breaches: int

    def share(self, since: int = 0) -> float:
        """Profit as a share of the clairvoyant's, of the quotes from `since` on."""
        return float(self.earned[since:].sum() / self.best[since:].sum())


def quote(market: QuoteMarket, quotes: int) -> QuoteTrack:
    """Let the fold answer so many requests, each with the outcome of the one before known."""
    fold = Fold(FoldSettings())
    source, place = SourcePartition("facts", 0), 0
    rows = BatchBuilder()

    def say(topic: str, value: dict[str, Any], key: str | None = None) -> None:
        nonlocal place
        detail = rows.fact(Fact(topic, key, json.dumps(value).encode()))
        sku = rows.text(key)
        place += 1
        rows.add(Kind.FACT, day_start(0) + place, source, offset=place, detail=detail, sku=sku)

    say("pricing-policies", POLICY)
    for product in market.products():
        say("products", product, product["sku"])
    rows.add(Kind.TICK, day_start(0) + place, flag=FORCED)
    fold.step(rows.batch())
    earned, best, public = (np.zeros(quotes) for _ in range(3))
    breaches = 0
    for i in range(quotes):
        buyer = market.buyer()
        asked = zip(buyer.offers.tolist(), buyer.quantities.tolist(), strict=True)
        lines = [{"sku": f"w-{row}", "quantity": quantity} for row, quantity in asked]
        rows = BatchBuilder()
        request = {"quote_id": f"q{i}", "segment": buyer.group, "currency": "EUR", "lines": lines}
        say("quote-requests", request)
        (output,) = fold.step(rows.batch())
        answer = json.loads(output.value)
        unit = [float(line["unit_price"]) for line in answer["lines"]]
        prices = np.array(unit, dtype=np.float64)[:, None]
        earned[i] = market.expected(buyer, prices)[0]
        best[i] = market.best(buyer)
        public[i] = market.expected(buyer, market.price[buyer.offers][:, None])[0]
        floor = market.prices(buyer, np.array([1.0]))
        outside = (prices < floor - 1e-9) | (prices > market.price[buyer.offers][:, None] + 1e-9)
        breaches += int(outside.sum())
        ratio = float(answer["total"]) / float(answer["public_total"])
        won = market.takes(buyer, float(np.log(ratio)))
        rows = BatchBuilder()
        say("quote-outcomes", {"quote_id": f"q{i}", "status": "won" if won else "lost"})
        fold.step(rows.batch())
    return QuoteTrack(earned, best, public, breaches)
