"""A market: asked for a day at given prices, it sells, and lets competitors and shoppers react."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from online_models.market.assortment import Assortment
from online_models.market.calendar import DAY_MS, day_start
from online_models.market.clairvoyant import (
    Exactness,
    Optimum,
    committed_optimum,
    day_optimum,
    whole,
)
from online_models.market.competitors import Competitors
from online_models.market.corruption import Corruption
from online_models.market.demand.curves import DemandCurve
from online_models.market.demand.index import DemandIndex, sum_shifts
from online_models.market.effects import DemandEffect
from online_models.market.events import (
    ArrivingRows,
    ClickRows,
    Events,
    OrderRows,
    QuoteRows,
    StockRows,
    identities,
    order_lines,
    view_counts,
)
from online_models.market.problem import Problem, SalesDistribution
from online_models.market.randomness import generator
from online_models.market.stock import Warehouse
from online_models.numerics.arrays import Floats, Ints


class Market:
    """A seeded market that advances day by day; prices are fixed within a day.

    Parameters
    ----------
    name, seed: what it is called; every random draw follows from the seed and the day.
    assortment, demand, effects, competitors, stock, corruptions, sales: its parts.

    Attributes
    ----------
    today: the number of days that have passed.
    """

    def __init__(
        self,
        name: str,
        seed: int,
        assortment: Assortment,
        demand: DemandCurve,
        effects: Sequence[DemandEffect],
        competitors: Competitors,
        stock: Warehouse | None,
        corruptions: Sequence[tuple[str, Corruption]],
        sales: SalesDistribution,
    ) -> None:
        self.name = name
        self.seed = seed
        self.assortment = assortment
        self.demand = demand
        self.competitors = competitors
        self.stock = stock
        self.today = 0
        self._effects = tuple(effects)
        self._corruptions = tuple(corruptions)
        self._sales = sales
        self._late: list[Events] = []
        self._problem: Problem | None = None
        self._solved: tuple[DemandIndex, Floats] | None = None

    def products(self) -> list[dict[str, object]]:
        """Records of topic `products`."""
        return self.assortment.products()

    def problem(self) -> Problem:
        """Today's pricing problem."""
        if self._problem is None:
            competitor, sold = self.competitors.lowest()
            shifts = [effect.shift(self.today) for effect in self._effects]
            self._problem = Problem(
                assortment=self.assortment,
                demand=self.demand,
                index=sum_shifts(shifts, len(self.assortment), competitor, sold),
                sales=self._sales,
                on_hand=None if self.stock is None else self.stock.on_hand(),
                spoiling=None if self.stock is None else self.stock.spoiling(),
            )
        return self._problem

    def expected_profits(self, prices: Ints) -> Floats:
        """Exact expected profit of today by offer, in minor units, given today's state.

        `prices` in minor units; both of shape (…, n).
        """
        return self.problem().profits(prices.astype(np.float64))

    def expected_profit(self, prices: Ints) -> float:
        """Exact expected profit of today in minor units; `prices` of shape (n,)."""
        return float(self.expected_profits(prices).sum())

    def elasticities(self, prices: Ints) -> Floats:
        """Today's own-price elasticities of expected demand (positive), shape (n,)."""
        problem, step = self.problem(), 1e-4
        moves = step * np.eye(len(prices))
        at = prices.astype(np.float64) * np.exp(np.stack([-moves, moves]))
        behind, ahead = np.log(np.maximum(np.diagonal(problem.rates(at), axis1=1, axis2=2), 1e-300))
        return np.asarray((behind - ahead) / (2.0 * step), dtype=np.float64)

    def clairvoyant(self) -> Optimum:
        """Today's best prices, with what is known of them (see `Exactness`)."""
        problem = self.problem()
        if any(effect.stateful for effect in self._effects):
            settled = [e.shift(self.today) for e in self._effects if not e.stateful]
            index = sum_shifts(
                settled, len(self.assortment), problem.index.competitor, problem.index.contested
            )
            problem = replace(problem, index=index)
        if self._solved is None or self._outdated(problem.index):
            starts = self._starts()
            if self.competitors.reacts:
                best = committed_optimum(problem, self.competitors, starts)
            else:
                best = day_optimum(problem, starts)
            self._solved = (problem.index, best)
        return Optimum(whole(problem, self._solved[1]), self.exactness)

    @property
    def exactness(self) -> Exactness:
        """What is known of `clairvoyant`."""
        if self.competitors.reacts or any(effect.stateful for effect in self._effects):
            return Exactness.COMMITTED
        if self.stock is not None:
            return Exactness.MYOPIC
        return Exactness.EXACT if self.demand.separable else Exactness.STATIONARY

    def units(self, prices: Ints) -> Ints:
        """Draw today's sales at `prices` without ending the day, shape (n,)."""
        return self._draw(prices, generator(self.seed, "sales", self.today))

    def draw_units(self, prices: Ints, draws: int, seed: int) -> Ints:
        """Independent draws of today's sales, shape (draws, n), for a check of the expectation."""
        many = np.broadcast_to(prices, (draws, len(prices)))
        return self._draw(many, generator(seed, "check", self.today))

    def day(self, prices: Ints) -> Events:
        """Sell for a day at `prices` (minor units, shape (n,)), and advance to the next.

        Raises
        ------
        ValueError
            Where a price is not positive or their number is wrong.
        """
        if prices.shape != (len(self.assortment),) or (prices <= 0).any():
            raise ValueError("prices: one positive amount of minor units per offer is needed")
        sold = self.units(prices)
        events = self._record(prices, sold)
        for name, corruption in self._corruptions:
            # the purpose is part of the random key: another text would give other draws
            rng = generator(self.seed, f"dirt {name}", self.today)
            events = corruption.corrupt(events, self.today, rng)
        self._advance(prices, sold)
        return self._arrived(events)

    def _draw(self, prices: Ints, rng: np.random.Generator) -> Ints:
        problem = self.problem()
        asked = self._sales.draw(problem.rates(prices.astype(np.float64)), rng)
        return asked if problem.on_hand is None else np.minimum(asked, problem.on_hand)

    def _starts(self) -> list[Floats]:
        """Where an ascent begins: yesterday's optimum, else a few different price vectors."""
        if self._solved is not None:
            return [self._solved[1]]
        first = self.assortment.first_price.astype(np.float64)
        rng = generator(self.seed, "starts")
        scattered = [first * np.exp(rng.normal(0.0, 0.2, len(first))) for _ in range(2)]
        markup = self.assortment.cost / self.assortment.kept / 0.6
        return [first, markup, *scattered]

    def _outdated(self, index: DemandIndex) -> bool:
        """Whether the last optimum no longer holds.

        Traffic scales all profits alike, so that it moves no optimum but a stock's. Prices to be
        kept against reacting competitors are found anew once a week where offers affect each other.
        """
        assert self._solved is not None
        if self.stock is not None:
            return True
        if self.competitors.reacts and not self.demand.separable and self.today % 7:
            return False
        before = self._solved[0]
        return not all(
            np.array_equal(getattr(index, part), getattr(before, part))
            for part in ("taste", "slope", "competitor", "contested")
        )

    def _record(self, prices: Ints, sold: Ints) -> Events:
        """The clean record of today."""
        day, problem = self.today, self.problem()
        usual = self.assortment.views_per_unit * self.assortment.base
        attention = usual * np.exp(problem.index.traffic)
        rng = generator(self.seed, "record", day)
        return Events(
            orders=order_lines(day, sold, prices, rng),
            clicks=view_counts(day, rng.poisson(attention), rng),
            quotes=self._quotes(),
            levels=self._levels(),
            promotions=[r for effect in self._effects for r in effect.announce(day)],
        )

    def _quotes(self) -> QuoteRows:
        competitor, offer = np.nonzero(self.competitors.sells)
        time = np.full(len(competitor), day_start(self.today), dtype=np.int64)
        return QuoteRows(
            event=identities(self.today, 3, len(competitor)),
            offer=offer,
            time=time,
            arrival=time,
            missing=np.zeros(len(competitor), dtype=np.int64),
            competitor=competitor,
            price=np.rint(self.competitors.price[competitor, offer]).astype(np.int64),
            in_stock=self.competitors.in_stock[competitor, offer].astype(np.int64),
        )

    def _levels(self) -> StockRows:
        count = 0 if self.stock is None else len(self.assortment)
        offer = np.arange(count, dtype=np.int64)
        time = np.full(count, day_start(self.today), dtype=np.int64)
        if self.stock is None:
            return StockRows(offer, time, offer, offer, offer)
        coming = self.stock.inbound()
        first = (coming > 0).argmax(axis=0)
        expected = time + (first + 1) * DAY_MS
        return StockRows(offer, time, self.stock.on_hand(), coming[first, offer], expected)

    def _advance(self, prices: Ints, sold: Ints) -> None:
        own = prices.astype(np.float64)
        coordinate = self.demand.coordinate(own)
        for effect in self._effects:
            effect.advance(self.today, coordinate)
        self.competitors.advance(self.today, own)
        if self.stock is not None:
            self.stock.advance(self.today, sold)
        self.today += 1
        self._problem = None

    def _arrived(self, events: Events) -> Events:
        """What has arrived by the end of the day just closed; the rest waits."""
        end = day_start(self.today)
        waiting = [*self._late, events]
        streams: dict[str, Any] = {}
        held: dict[str, Any] = {}
        kinds: tuple[tuple[str, type[ArrivingRows]], ...] = (
            ("orders", OrderRows),
            ("clicks", ClickRows),
            ("quotes", QuoteRows),
        )
        for name, kind in kinds:
            rows = kind.joined([getattr(part, name) for part in waiting])
            streams[name] = rows.take(rows.arrival < end).in_order()
            held[name] = rows.take(rows.arrival >= end)
        late = any(len(rows) for rows in held.values())
        self._late = [replace(events, **held)] if late else []
        return replace(events, **streams)
