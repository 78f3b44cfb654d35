"""What models that publish forecasts cost or earn in simulated markets: a table on stdout.

    python -m tests.benchmarks.forecast_members [--market plain] [--sales 8] [--seeds 3]

Each contender is the pricer of always, beside which one model publishes forecasts: one that knows
the market's demand, and such as err in each way that matters. A share is of the clairvoyant's
profit, over all days and over those after the first 60; in brackets, what it is over the house's in
points, with the standard error of that over the seeds.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from online_models.demand.inputs.observations import Observations
from online_models.forecasting.forecaster import Forecaster
from online_models.forecasting.observed import ObservedWindow
from online_models.market import Market, compose
from online_models.market.batches import BatchWriter
from online_models.market.calendar import DAY_MS, day_start
from online_models.market.closed_loop import compete
from online_models.market.contenders import CONTENDERS
from online_models.market.contenders.contender import RecordedDay
from online_models.market.contenders.pricetide import Pricetide
from online_models.numerics.arrays import Floats, Ints
from schemas.values.instants import to_text as instant_text

OFFERS = 120
LEARNT = 60
#: Prices of a curve, as multiples of the price in force.
AROUND = np.array([0.85, 0.925, 1.0, 1.08, 1.17])

#: Units expected at prices (k, n), given the market's own and the day.
Speaker = Callable[[Market, Floats, Floats, int], Floats | None]


def oracle(_market: Market, _prices: Floats, true: Floats, _day: int) -> Floats:
    """The truth."""
    return true


def wrong_sign(_market: Market, _prices: Floats, true: Floats, _day: int) -> Floats:
    """Demand that rises in its price."""
    return true[::-1]


def steep(_market: Market, prices: Floats, true: Floats, _day: int) -> Floats:
    """Twice the elasticity: too low prices."""
    middle = true[len(true) // 2]
    return middle * (true / middle) ** 2


def shallow(_market: Market, _prices: Floats, true: Floats, _day: int) -> Floats:
    """A third of the elasticity: far too high prices."""
    middle = true[len(true) // 2]
    return middle * (true / middle) ** 0.33


def ten_times(_market: Market, _prices: Floats, true: Floats, _day: int) -> Floats:
    """Ten times the units."""
    return 10.0 * true


def flat(_market: Market, _prices: Floats, true: Floats, _day: int) -> Floats:
    """A model that knows nothing of price."""
    return np.repeat(true[len(true) // 2][None], len(true), axis=0)


def turns(market: Market, prices: Floats, true: Floats, day: int) -> Floats:
    """The truth for 60 days, and a third of the elasticity after."""
    return true if day < LEARNT else shallow(market, prices, true, day)


def silent(_market: Market, _prices: Floats, true: Floats, day: int) -> Floats | None:
    """The truth for 60 days, and nothing after."""
    return true if day < LEARNT else None


class Stale:
    """The truth of the first day, for ever after."""

    def __init__(self) -> None:
        self._first: Floats | None = None

    def __call__(self, _market: Market, _prices: Floats, true: Floats, _day: int) -> Floats:
        """The units of the first day at the same multiples of the price."""
        if self._first is None:
            self._first = true
        return self._first


SPEAKERS: dict[str, Callable[[], Speaker]] = {
    "stale": Stale,
    **{
        each.__name__: partial(lambda speaker: speaker, each)
        for each in (oracle, wrong_sign, steep, shallow, ten_times, flat, turns, silent)
    },
}


class Forecast:
    """Pricetide beside a model that publishes a curve of every offer every day."""

    def __init__(self, market: Market, seed: int, speaker: Speaker) -> None:
        self._market, self._speaker = market, speaker
        self._pricer = Pricetide(market, seed)
        self._writer: BatchWriter = self._pricer._journal
        self.audit = self._pricer.audit

    def decide(self, day: int, yesterday: RecordedDay | None) -> Ints:
        """The pricer's prices; then the model says what it expects of the days to come."""
        prices = self._pricer.decide(day, yesterday)
        facts = self._facts(day, prices)
        if facts:
            self._pricer._step(self._writer.said(facts, day))
        return prices

    def elasticities(self) -> Floats | None:
        """What the pricer believes."""
        return self._pricer.elasticities()

    def _facts(self, day: int, prices: Ints) -> list[dict[str, Any]]:
        tried = np.rint(AROUND[:, None] * prices).clip(1)
        true = np.stack([_one_by_one(self._market, prices, at) for at in tried])
        said = self._speaker(self._market, tried, true, day)
        if said is None:
            return []
        start, goods = day_start(day), self._market.assortment
        return [
            {
                "model": "m",
                "version": "1",
                "sku": sku,
                "bucket_start": instant_text(start),
                "bucket_end": instant_text(start + DAY_MS),
                "horizon": 3,
                "points": [
                    {"price": f"{at / 100:.2f}", "units": float(units)}
                    for at, units in zip(tried[:, row].tolist(), said[:, row], strict=True)
                ],
            }
            for row, sku in enumerate(goods.skus)
        ]


def _one_by_one(market: Market, prices: Ints, tried: Floats) -> Floats:
    """Expected units of every offer at its tried price, the others at theirs, (n,)."""
    matrix = np.repeat(prices.astype(np.float64)[None], len(prices), axis=0)
    np.fill_diagonal(matrix, tried)
    return np.diagonal(market.problem().rates(matrix)).copy()


#: A bag of regressions.
BAG = {
    "model": "river.ensemble.BaggingRegressor",
    "args": [{"model": "river.linear_model.BayesianLinearRegression"}],
    "n_models": 3,
    "seed": 1,
}


class River(Forecast):
    """Beside a River model that learns as the role `forecast` does."""

    def __init__(self, market: Market, seed: int) -> None:
        super().__init__(market, seed, silent)
        self._forecaster = Forecaster("river", BAG)
        self._yesterday: RecordedDay | None = None

    def decide(self, day: int, yesterday: RecordedDay | None) -> Ints:
        """The pricer's prices; then the model learns a day, and says what it expects."""
        self._yesterday = yesterday
        return super().decide(day, yesterday)

    def _facts(self, day: int, prices: Ints) -> list[dict[str, Any]]:
        del prices
        if self._yesterday is None:
            return []
        seen, start = self._yesterday, day_start(day - 1)
        rows = [
            ObservedWindow(
                *(sku, "web", start, start + DAY_MS, float(units), price / 100, 2),
                *(competitor / 100 if competitor else float("nan"), False, 0.0, 1.0),
            )
            for sku, units, price, competitor in zip(
                self._market.assortment.skus,
                seen.units.tolist(),
                seen.prices.tolist(),
                seen.lowest_competitor.tolist(),
                strict=True,
            )
        ]
        self._forecaster.learn(rows)
        return list(self._forecaster.curves(rows, 0))


class Within(Forecast):
    """One of the pricer's own experts says its curve as if it were published: what its price
    response is worth beside the filter's.
    """

    def __init__(self, market: Market, seed: int, expert: str) -> None:
        super().__init__(market, seed, self._says)
        self._expert = expert

    def _says(self, market: Market, prices: Floats, true: Floats, day: int) -> Floats | None:
        state = self._pricer._fold.state
        if not state.catalogue.offers.size:
            return None
        demand, names = state.demand, state.catalogue
        offers = np.array([names.offer(names.sku(sku), 0) for sku in market.assortment.skus])
        order = np.argsort(offers)
        said = np.empty_like(true)
        for row, at in zip(said, prices, strict=True):
            seen = Observations.of(
                offers[order], day_start(day), np.zeros(len(offers)), price=at[order]
            )
            row[order] = demand.experts[self._expert].predict(demand._window(seen)).mean
        return said


class Alone(Forecast):
    """The model's response decides alone."""

    def __init__(self, market: Market, seed: int, speaker: Speaker) -> None:
        super().__init__(market, seed, speaker)
        judge = self._pricer._fold.state.demand.forecasts.judge
        judge.weights = lambda _offer, _row, said: (said == said).astype(float)  # type: ignore[method-assign]


def run(name: str, market_name: str, seed: int, sales: float, days: int) -> Floats:
    """Profit by day."""
    market = compose(market_name, seed, OFFERS, sales)
    if name == "clairvoyant":
        contender: Any = CONTENDERS["clairvoyant"](market, seed)
    elif name == "house":
        contender = Pricetide(market, seed)
    elif name == "oracle alone":
        contender = Alone(market, seed, oracle)
    elif name in ("count", "panel"):
        contender = Within(market, seed, name)
    elif name == "river":
        contender = River(market, seed)
    else:
        contender = Forecast(market, seed, SPEAKERS[name]())
    profit: Floats = compete(market, contender, days).profit
    return profit


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a line per contender."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--market", default="plain")
    parser.add_argument("--sales", type=float, default=8.0)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first-seed", type=int, default=3000)
    parser.add_argument("--days", type=int, default=120)
    parser.add_argument(
        "--only", default=",".join(["house", "count", "panel", "river", "oracle alone", *SPEAKERS])
    )
    args = parser.parse_args(arguments)
    seeds = range(args.first_seed, args.first_seed + args.seeds)
    best = {s: run("clairvoyant", args.market, s, args.sales, args.days) for s in seeds}
    house: Floats | None = None
    print(f"{args.market}, {args.sales:g} a day, {args.days} days, {args.seeds} seeds")
    for name in args.only.split(","):
        began = time.process_time()
        shares = []
        for seed in seeds:
            profit = run(name, args.market, seed, args.sales, args.days)
            late = slice(LEARNT, None)
            shares.append(
                (profit.sum() / best[seed].sum(), profit[late].sum() / best[seed][late].sum())
            )
        found = np.array(shares)
        house = found if house is None else house
        columns = [
            f"{mean:.4f} ({100 * gap.mean():+.2f} ± {100 * gap.std() / len(gap) ** 0.5:.2f})"
            for mean, gap in zip(found.mean(axis=0), (found - house).T, strict=True)
        ]
        seconds = (time.process_time() - began) / args.seeds
        print(f"{name:14} {'  '.join(columns)}  {seconds:.0f} s a run", flush=True)


if __name__ == "__main__":
    main()
