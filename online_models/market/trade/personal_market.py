"""A market of customers who are moved by prices in three ways, and of what offers bring there.

A customer needs some products now and then, each at his own pace. With a need he takes the product
here if it costs no more than it is worth to him that day: a normal draw around his cluster's mean
and his own, as a share of the list price. The loyal take it at any price, those who compare often
find it cheaper elsewhere, and hunters come for bargains and then take two at times. Promotions of
everybody come and go. Neither clusters by evidence nor multiples of a past are in it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtr

from online_models.fold.fold import Fold
from online_models.fold.state import FoldSettings
from online_models.journal.batch import FORCED, BatchBuilder, Fact, Kind, SourcePartition
from online_models.market.calendar import day_start
from online_models.numerics.arrays import Flags, Floats, Ints
from online_models.pricing.personal.draws import held_out
from online_models.pricing.personal.options import STEPS
from online_models.pricing.state.shoppers import named
from online_models.studies.experiments.lift import Lift, LiftExperiment
from schemas.values.instants import DAY, to_ms, to_text

PRODUCTS, OF_A_CUSTOMER = 24, 8
#: Loyal, comparing, hunting: shares of the customers, what a product is worth to them over its list
#: price, how much that varies from need to need, and how often they take two of a bargain.
SHARES, WORTH, SPREAD, TWO = (0.4, 0.35, 0.25), (1.5, 1.0, 0.85), (0.2, 0.08, 0.06), (0.0, 0.1, 0.4)
#: Needs a week of a product that a customer needs at all: a Gamma distribution.
SHAPE, SCALE = 2.0, 0.25
#: A price this far below the list price is a bargain.
BARGAIN = 0.15
#: How often a product is promoted in a week, and how deep.
PROMOTED, DEEP = 0.2, 0.2
LARGEST, OFFERS, WEEK, HOLDOUT = 0.25, 2, 7, 0.2
#: Weeks before the first offer, by which the measurement allows for what customers differ by.
BEFORE = 8
MEANINGS = (
    "share: exact expected gain of what was offered, from the middle on, over that of somebody who "
    "knows the customers' true clusters and what moves them. clairvoyant: the same for who "
    "knows every need, too. uplift, lower, upper: measured profit a day of a customer who may be "
    "offered something over one who is held out, with an interval that holds at any time. given: "
    "what discounts gave away, as a share of sales. gap: mean share off of the cluster with the "
    "highest less that with the lowest. breaches: offers above the public price, below the lowest "
    "legal one, or more at a time than allowed."
)


def policy(**terms: Any) -> dict[str, Any]:
    """The shop's policy; `terms` are those of the learnt discounts."""
    learnt = {"offers": OFFERS, "every": f"P{WEEK}D", "holdout": str(HOLDOUT)} | terms
    segment = {"segment": "b2c", "personalise": True, "personal_discount": str(LARGEST)}
    return {
        "policy_id": "shop",
        "strategy": [{"kind": "keep"}],
        "guardrails": {"minimum_margin": "3%"},
        "segments": [segment | {"optimise_personal": learnt}],
    }


class PersonalMarket:
    """Products, customers and their draws; `seed` makes them."""

    def __init__(self, seed: int, customers: int = 600) -> None:
        self._rng = np.random.default_rng([seed, 4242])
        rng, n = self._rng, customers
        self.list: Ints = np.rint(100.0 * np.exp(rng.normal(2.0, 0.5, PRODUCTS))).astype(np.int64)
        self.cost: Ints = np.rint(self.list * rng.uniform(0.45, 0.7, PRODUCTS)).astype(np.int64)
        self.kind = rng.choice(len(SHARES), n, p=SHARES)
        #: Needs a day, (customers, products).
        self.need: Floats = np.zeros((n, PRODUCTS))
        for i in range(n):
            chosen = rng.choice(PRODUCTS, OF_A_CUSTOMER, replace=False)
            self.need[i, chosen] = rng.gamma(SHAPE, SCALE, OF_A_CUSTOMER) / WEEK
        self._worth = np.array(WORTH)[self.kind] + rng.normal(0.0, 0.03, n)
        self._spread, self._two = np.array(SPREAD)[self.kind], np.array(TWO)[self.kind]

    def promotions(self, weeks: int) -> Flags:
        """Which products are promoted in which week, (weeks, products)."""
        return np.asarray(self._rng.random((weeks, PRODUCTS)) < PROMOTED)

    def public(self, promoted: Flags) -> Ints:
        """Prices for everybody, (products,)."""
        low = np.rint(self.list * (1.0 - DEEP)).astype(np.int64)
        return np.where(promoted, low, self.list)

    def floor(self) -> Floats:
        """The lowest legal prices."""
        return self.cost / 0.97

    def takes(self, price: Floats) -> Floats:
        """The probability that a need is bought, (customers, products), at such prices."""
        away = self._worth[:, None] - price / self.list
        return np.asarray(ndtr(away / self._spread[:, None]))

    def _of_two(self, price: Floats) -> Floats:
        return np.where(price <= (1.0 - BARGAIN) * self.list + 0.5, self._two[:, None], 0.0)

    def units(self, price: Floats) -> Floats:
        """Expected units a day, (customers, products)."""
        return self.need * self.takes(price) * (1.0 + self._of_two(price))

    def gain(self, price: Floats, public: Floats) -> Floats:
        """Exact expected profit of a week at own prices over that at public ones."""
        without = self.units(public) * (public - self.cost)
        return WEEK * (self.units(price) * (price - self.cost) - without)

    def day(self, price: Floats) -> Ints:
        """Units that are bought in a day, (customers, products)."""
        rng = self._rng
        taken = rng.binomial(rng.poisson(self.need), self.takes(price))
        return np.asarray(taken + rng.binomial(taken, self._of_two(price)))


@dataclass(frozen=True)
class PersonalTrack:
    """Of each week, (weeks,): the exact expected gain of what was offered, of what somebody would
    offer who knows the clusters and what moves them, and learns how often each customer needs what;
    and of the best offers for who knows that, too. Measured lift of customers not held out; what
    was given away as a share of sales; the gap between clusters; breaches.
    """

    earned: Floats
    best: Floats
    clairvoyant: Floats
    lift: Lift | None
    given: float
    gap: float
    breaches: int

    def share(self, since: int) -> float:
        """Of the best gain, from a week on."""
        return float(self.earned[since:].sum() / self.best[since:].sum())

    def of_clairvoyant(self, since: int) -> float:
        """Of the gain of who knows every need, too, from a week on."""
        return float(self.earned[since:].sum() / self.clairvoyant[since:].sum())


def sell(market: PersonalMarket, weeks: int, terms: dict[str, Any]) -> PersonalTrack:
    """Let the fold learn and offer, day by day."""
    shop = _PersonalShop(market, weeks, terms)
    people = len(market.need)
    out = held_out(0, range(1, people + 1), HOLDOUT)
    past = np.zeros(people)
    experiment: LiftExperiment | None = None
    phase = (np.arange(people) + 1) % (WEEK * DAY)
    earned, best, clairvoyant = np.zeros(weeks), np.zeros(weeks), np.zeros(weeks)
    bought, met = np.zeros(market.need.shape), np.zeros(market.need.shape)
    own, until = np.full(market.need.shape, np.inf), np.zeros(market.need.shape, np.int64)
    sales = given = 0.0
    breaches = 0
    for day in range((BEFORE + weeks) * WEEK):
        week, now = day // WEEK - BEFORE, day_start(day)
        promoted = shop.promoted[day // WEEK]
        public = market.public(promoted).astype(np.float64)
        counted: dict[int, int] = {}
        fresh = []
        for who, product, price, end in shop.offers:
            if end <= now:
                until[who, product] = 0
                continue
            own[who, product], until[who, product] = price, end
            fresh.append((who, product, price))
            counted[who] = counted.get(who, 0) + 1
            breaches += price > public[product] or price < market.floor()[product]
        breaches += sum(number > OFFERS for number in counted.values())
        prices = np.where(until > now, np.minimum(own, public), public[None, :])
        reviewed = ~out & ((now - phase) // (WEEK * DAY) != (now - DAY - phase) // (WEEK * DAY))
        expected = np.where(bought > 0.0, (SHAPE + bought) / (WEEK / SCALE + met), 0.0)
        if week >= 0:
            # a need gains so much: who does not know the needs expects those of what was bought
            gains = _gains(market, public, promoted)
            best[week] += _chosen(gains * expected, gains * market.need)[reviewed].sum()
            clairvoyant[week] += _chosen(gains * market.need, gains * market.need)[reviewed].sum()
        for who, product, each in fresh:
            one = public.copy()
            one[product] = each
            earned[week] += market.gain(one[None, :], public[None, :])[who, product]
        units = market.day(prices)
        bought += units
        met += market.units(prices) / np.maximum(market.need, 1e-12)
        profit = (units * (prices - market.cost)).sum(axis=1)
        if week < 0:
            past += profit / (BEFORE * WEEK)
        else:
            experiment = experiment or LiftExperiment(out, past)
            experiment.learn(profit)
        sales += float((units * prices).sum())
        given += float((units * (public - prices)).sum())
        shop.pass_day(day, units, prices)
    lift = None if experiment is None else experiment.lift()
    return PersonalTrack(earned, best, clairvoyant, lift, given / sales, shop.gap(), breaches)


def _gains(market: PersonalMarket, public: Floats, promoted: Flags) -> Floats:
    """What each depth gains, a need a day, (steps, customers, products)."""
    steps = np.arange(1, STEPS + 1)[:, None] / STEPS
    prices = np.maximum(np.rint(public * (1.0 - LARGEST * steps)), market.floor())
    need = np.maximum(market.need, 1e-12)
    gains = [market.gain(price[None, :], public[None, :]) / need for price in prices]
    return np.where(promoted, -1.0, np.array(gains))


def _chosen(believed: Floats, true: Floats) -> Floats:
    """What the offers gain that seem best, at their best depths, (customers,)."""
    depth = believed.argmax(axis=0)[None]
    seems = np.take_along_axis(believed, depth, 0)[0]
    brings = np.take_along_axis(true, depth, 0)[0]
    best = np.argsort(-seems, axis=1, kind="stable")[:, :OFFERS]
    seems, brings = np.take_along_axis(seems, best, 1), np.take_along_axis(brings, best, 1)
    return np.asarray(np.where(seems > 0.0, brings, 0.0).sum(axis=1))


class _PersonalShop:
    """The fold of a shop with that market's products; `offers` are those since the last day, as
    (customer, product, price, until).
    """

    def __init__(self, market: PersonalMarket, weeks: int, terms: dict[str, Any]) -> None:
        self._fold = Fold(FoldSettings())
        self._offset, self._terms = 0, terms
        self.promoted = market.promotions(BEFORE + weeks)
        self.offers: list[tuple[int, int, float, int]] = []
        rows, source = BatchBuilder(), SourcePartition("facts", 0)
        values: list[tuple[str, str | None, Any]] = []
        without = policy(**terms) | {"segments": []}
        values.append(("pricing-policies", None, without))
        for i in range(PRODUCTS):
            price, cost = market.list[i] / 100, market.cost[i] / 100
            product: dict[str, Any] = {
                "sku": f"p-{i}",
                "name": f"P {i}",
                "currency": "EUR",
                "category": f"c-{i % 4}",
            }
            product |= {"price": f"{price:.2f}", "cost": f"{cost:.2f}"}
            values.append(("products", f"p-{i}", product))
        for week in range(BEFORE + weeks):
            skus = [f"p-{i}" for i in np.flatnonzero(self.promoted[week])]
            if skus:
                starts, ends = day_start(week * WEEK), day_start(week * WEEK + WEEK)
                value: dict[str, Any] = {"promotion_id": f"w-{week}", "select": {"skus": skus}}
                value |= {"starts_at": to_text(starts), "ends_at": to_text(ends)}
                values.append(("promotions", None, value | {"discount": {"percent": f"{DEEP}"}}))
        for place, (topic, sku, value) in enumerate(values):
            detail = rows.fact(Fact(topic, sku, json.dumps(value).encode()))
            columns = {"offset": place, "detail": detail, "sku": rows.text(sku)}
            rows.add(Kind.FACT, day_start(0), source, **columns)
        rows.add(Kind.TICK, day_start(0), flag=FORCED)
        self._fold.step(rows.batch())

    def _put_policy(self, rows: BatchBuilder, day: int) -> None:
        value = policy(**self._terms) | {"version": 2}
        detail = rows.fact(Fact("pricing-policies", None, json.dumps(value).encode()))
        columns = {"offset": 10**6, "detail": detail, "sku": rows.text(None)}
        rows.add(Kind.FACT, day_start(day), SourcePartition("facts", 0), **columns)

    def gap(self) -> float:
        """Between the clusters' mean discounts."""
        return self._fold.state.pricing.personal.gap.gap("b2c")

    def pass_day(self, day: int, units: Ints, price: Floats) -> None:
        """What was bought, and the next midnight."""
        rows, source = BatchBuilder(), SourcePartition("orders", 0)
        if day == BEFORE * WEEK:
            self._put_policy(rows, day)
        for who, product in np.argwhere(units > 0).tolist():
            self._offset += 1
            columns = {
                "offset": self._offset,
                "sku": rows.text(f"p-{product}"),
                "channel": rows.text("web"),
                "currency": rows.text("EUR"),
                "amount": round(float(price[who, product])),
                "count": int(units[who, product]),
                "extra": self._offset,
                "person": who + 1,
            }
            rows.add(Kind.ORDER, day_start(day) + 1000 + self._offset % 1000, source, **columns)
        rows.add(Kind.TICK, day_start(day + 1), flag=FORCED)
        self.offers = []
        for output in self._fold.step(rows.batch()):
            if output.topic == "price-offers":
                value = json.loads(output.value)
                who, product = named(value["customer"]) - 1, int(value["sku"][2:])
                price_now = round(100.0 * float(value["price"]))
                end = to_ms(value["valid_until"])
                self.offers.append((who, product, price_now, end))


def run(seed: int, weeks: int = 40, customers: int = 600, **terms: Any) -> dict[str, float]:
    """Play the market of a seed; returns the figures (`MEANINGS`)."""
    track = sell(PersonalMarket(seed, customers), weeks, terms)
    found = {
        "share": track.share(weeks // 2),
        "clairvoyant": track.of_clairvoyant(weeks // 2),
    }
    if track.lift is not None:
        ends = track.lift.sequence
        found |= {"uplift": ends.mean / 100, "lower": ends.lower / 100, "upper": ends.upper / 100}
    return found | {"given": track.given, "gap": track.gap, "breaches": float(track.breaches)}
