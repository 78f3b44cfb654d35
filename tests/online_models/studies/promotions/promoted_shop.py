"""A simulated shop that promoted now this offer, now that, and what more promotions would gain."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from online_models.demand.inputs.observations import Observations
from online_models.fold.fold import Fold
from online_models.fold.state import FoldSettings, State
from online_models.journal.batch import Batch, BatchBuilder, Fact, Kind, SourcePartition
from online_models.market import Market, compose
from online_models.market.batches import BatchWriter
from online_models.market.calendar import day_start
from online_models.studies.promotions.candidates import Learnt
from online_models.studies.promotions.planned import PlannedPromotion
from online_models.studies.promotions.standing import StandingPlan
from online_models.studies.promotions.whole_shop import WholeShop
from online_models.training.recorded_observations import RecordedObservations

#: Promotions last a week, and none follows within three.
WEEK, REST = 7, 21
PERCENTS = (10, 15, 20, 25, 30)
#: Days after the last start within which all that follows from a promotion has happened.
AFTER = 81


class Shop(NamedTuple):
    """A market after so many `days`, its regular prices (minor units), and what a fold of its past
    has come to know.
    """

    market: Market
    regular: NDArray[np.int64]
    days: int
    fold: Fold
    journal: BatchWriter
    parts: list[Observations]
    recorded: RecordedObservations

    @property
    def state(self) -> State:
        """Of the fold."""
        return self.fold.state

    def learnt(self) -> Learnt:
        """What its promotions did so far."""
        return Learnt.of(WholeShop.of([self.state]), self.parts)

    def step(self, batch: Batch) -> None:
        """Fold what happened, and record the windows that it closes."""
        for output in self.fold.step(batch):
            if output.topic == "demand-observations":
                self.recorded.observe(json.loads(output.value))

    def announce(self, day: int, *promotions: Mapping[str, Any]) -> None:
        """Send promotions in the morning of a day."""
        rows = BatchBuilder()
        for value in promotions:
            fact = rows.fact(Fact("promotions", None, json.dumps(value).encode()))
            source = SourcePartition(f"promotions of {value['promotion_id']}", 0)
            rows.add(Kind.FACT, day_start(day), source, offset=day, detail=fact)
        rows.add(Kind.TICK, day_start(day), flag=1)
        self.step(rows.batch())


def promoted_shop(
    name: str,
    seed: int,
    offers: int = 30,
    sales: float = 12.0,
    days: int = 150,
    dear: float = 1.0,
    often: float = 0.2,
    **policy: Any,
) -> Shop:
    """A shop that asks `dear` times the market's first prices, and promotes a free offer in a week
    with probability `often`.
    """
    market = compose(name, seed, offers, sales)
    goods = market.assortment
    regular = np.rint(goods.first_price * dear).astype(np.int64)
    told = copy.copy(market)
    told.assortment = replace(goods, first_price=regular)
    journal, fold = BatchWriter(told), Fold(FoldSettings(observe_only=True))
    parts: list[Observations] = []
    fold.state.on_learnt = lambda observations, _: parts.append(observations)
    rng = np.random.default_rng(seed)
    until, prices = np.zeros(offers, np.int64), regular.copy()
    shop = Shop(market, regular, days, fold, journal, parts, RecordedObservations())
    asked = {"policy_id": "p", "promotions": {"budget": "1000000.00"}, **policy}
    shop.step(journal.opening([asked]))
    for day in range(days):
        prices[until == day] = regular[until == day]
        if day >= REST and day % WEEK == 0 and day < days - 4 * WEEK:
            begun = []
            for offer in np.flatnonzero((until + REST <= day) & (rng.random(offers) < often)):
                percent = int(rng.choice(PERCENTS))
                until[offer] = day + WEEK
                prices[offer] = round(int(regular[offer]) * (100 - percent) / 100)
                begun.append(_promotion(goods.skus[offer], day, percent))
            shop.announce(day, *begun)
        shop.step(journal.day(market.day(prices), day))
    return shop


def gained(shop: Shop, plans: Iterable[PlannedPromotion | StandingPlan]) -> float:
    """What these promotions together add to the market's expected profit, minor units."""
    return earned(shop, plans) - earned(shop, [])


def earned(shop: Shop, plans: Iterable[PlannedPromotion | StandingPlan]) -> float:
    """The market's expected profit with these promotions, minor units, until all that follows from
    them has happened.
    """
    skus = shop.market.assortment.skus
    running = [(skus.index(p.sku), p) for p in plans]
    market, total = copy.deepcopy(shop.market), 0.0
    for _ in range(AFTER):
        now, prices = day_start(market.today), shop.regular.copy()
        for offer, each in running:
            if each.start <= now < each.end:
                prices[offer] = each.price
        total += market.expected_profit(prices)
        market.day(prices)
    return total


def _promotion(sku: str, day: int, percent: int) -> dict[str, Any]:
    return {
        "promotion_id": f"{sku}-{day}",
        "select": {"skus": [sku]},
        "starts_at": day_start(day),
        "ends_at": day_start(day + WEEK),
        "discount": {"percent": f"{percent}%"},
    }
