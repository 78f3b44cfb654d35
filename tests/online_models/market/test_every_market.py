"""The battery that every market passes: it finds each by its name and each part on its own."""

from __future__ import annotations

import numpy as np
import pytest

from online_models.market import MARKETS, Exactness, Market, compose, parts
from online_models.market.competitors import COMPETITORS
from online_models.market.compose import SETTINGS
from online_models.market.corruption import CORRUPTIONS
from online_models.market.demand import DEMAND_CURVES
from online_models.market.effects import EFFECTS
from online_models.market.events import NOTHING
from online_models.market.optimisers import STATIONARY, slack
from online_models.market.stock import STOCKS

PARTS = [*EFFECTS, *COMPETITORS, *STOCKS, *CORRUPTIONS, *SETTINGS]
NAMES = [*MARKETS, *DEMAND_CURVES, *(f"valuation+{part}" for part in PARTS)]
OFFERS = 30


def build(name: str) -> Market:
    return compose(name, seed=5, offers=OFFERS, sales=6.0)


@pytest.fixture(params=sorted(set(NAMES)))
def market(request: pytest.FixtureRequest) -> Market:
    return build(request.param)


def only(*kinds: Exactness) -> pytest.MarkDecorator:
    """The markets whose clairvoyant is of one of these kinds."""
    chosen = [name for name in sorted(set(NAMES)) if build(name).exactness in kinds]
    return pytest.mark.parametrize("market", chosen, indirect=True)


DAILY = (Exactness.EXACT, Exactness.STATIONARY, Exactness.MYOPIC)


def wander(market: Market, days: int, seed: int = 0) -> None:
    """Bring the market into a state that prices, competitors and stock have shaped."""
    rng = np.random.default_rng(seed)
    for _ in range(days):
        market.day(scattered(market, rng))


def scattered(market: Market, rng: np.random.Generator, spread: float = 0.1) -> np.ndarray:
    first = market.assortment.first_price
    return np.rint(first * np.exp(rng.normal(0.0, spread, len(first)))).astype(np.int64)


def test_expected_profit_is_the_mean_of_simulated_sales(market: Market) -> None:
    wander(market, 9)
    prices = scattered(market, np.random.default_rng(1))
    draws = 4000
    units = market.draw_units(prices, draws, seed=2)
    profit = market.assortment.margins(prices.astype(float)) * units
    spoiling = market.problem().spoiling
    if spoiling is not None:
        profit = profit - market.assortment.cost * np.maximum(spoiling - units, 0)
    error = profit.sum(axis=1).std() / np.sqrt(draws)
    assert abs(profit.sum(axis=1).mean() - market.expected_profit(prices)) < 4.5 * error
    single = profit.std(axis=0) / np.sqrt(draws) + 1e-9
    assert (np.abs(profit.mean(axis=0) - market.expected_profits(prices)) < 5.5 * single).all()


def test_gradient_of_expected_profit_is_its_slope(market: Market) -> None:
    wander(market, 4)
    problem = market.problem()
    prices = scattered(market, np.random.default_rng(3)).astype(float)
    steps = np.diag(1e-5 * prices)
    ahead = problem.profits(prices + steps).sum(axis=1)
    behind = problem.profits(prices - steps).sum(axis=1)
    slope = (ahead - behind) / (2e-5 * prices)
    gradient = problem.gradient(prices)
    assert np.allclose(gradient, slope, rtol=1e-4, atol=1e-5 * np.abs(gradient).max())


@only(*DAILY)
def test_no_random_or_perturbed_prices_beat_the_clairvoyant_of_a_day(market: Market) -> None:
    wander(market, 5)
    best = market.clairvoyant().prices
    reached = market.expected_profit(best)
    rng = np.random.default_rng(4)
    for spread in (0.001, 0.01, 0.05, 0.2, 0.4):
        shaken = best * np.exp(rng.normal(0.0, spread, (60, len(best))))
        low, high = market.problem().bounds
        shaken = np.clip(np.rint(shaken), np.ceil(low), np.floor(high)).astype(np.int64)
        assert market.expected_profits(shaken).sum(axis=1).max() <= reached * (1.0 + 1e-6)


@only(Exactness.COMMITTED)
def test_kept_clairvoyant_prices_beat_other_kept_prices_once_settled(market: Market) -> None:
    best = market.clairvoyant().prices
    rng = np.random.default_rng(6)
    others = [
        best,
        *(np.rint(best * np.exp(rng.normal(0, s, OFFERS))) for s in (0.05, 0.1, 0.2)),
    ]
    others += [np.rint(best * factor) for factor in (0.9, 1.1)]
    earned = []
    for prices in others:
        twin = build(market.name)
        total = 0.0
        for day in range(60):
            if day >= 40:
                total += twin.expected_profit(prices.astype(np.int64))
            twin.day(prices.astype(np.int64))
        earned.append(total)
    assert earned[0] >= 0.995 * max(earned)


@only(Exactness.STATIONARY)
def test_first_order_conditions_hold_where_offers_affect_each_other(market: Market) -> None:
    market.clairvoyant()
    assert market._solved is not None
    assert slack(market.problem(), market._solved[1]) <= STATIONARY


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(market: Market) -> None:
    def story(seed: int) -> bytes:
        twin = compose(market.name, seed=seed, offers=OFFERS, sales=6.0)
        rng = np.random.default_rng(8)
        text = b""
        for _ in range(6):
            events = twin.day(scattered(twin, rng))
            for stream in (events.orders, events.clicks, events.quotes):
                for column in vars(stream).values():
                    text += column.tobytes()
            text += twin.clairvoyant().prices.tobytes() + repr(events.promotions).encode()
        return text

    assert story(5) == story(5)
    assert story(5) != story(6)


def test_demand_falls_in_the_own_price_and_stays_below_the_visitors(market: Market) -> None:
    wander(market, 3)
    problem = market.problem()
    prices = market.assortment.first_price.astype(float)
    rates = problem.rates(prices)
    dearer = np.diagonal(problem.rates(prices + np.diag(0.05 * prices)))
    assert (rates > 0).all()
    assert (dearer < rates).all()
    visitors = getattr(market.demand, "visitors", None)
    if visitors is not None:
        cheap = problem.rates(0.3 * prices)
        assert cheap.sum() < visitors * np.exp(problem.index.traffic)


def test_every_unit_sold_is_on_record_exactly_once_without_corruption(market: Market) -> None:
    market = build("+".join(part for part in parts(market.name) if part not in CORRUPTIONS))
    prices = scattered(market, np.random.default_rng(9))
    sold = market.units(prices)
    orders = market.day(prices).orders
    assert np.array_equal(np.bincount(orders.offer, orders.quantity, OFFERS), sold)
    assert np.array_equal(orders.unit_price, prices[orders.offer])
    assert (orders.missing == NOTHING).all()


def test_time_never_runs_ahead_of_arrival_and_streams_are_in_order(market: Market) -> None:
    rng = np.random.default_rng(10)
    for _ in range(4):
        events = market.day(scattered(market, rng))
        for stream in (events.orders, events.clicks, events.quotes):
            assert (stream.time <= stream.arrival).all()
            assert (np.diff(stream.arrival) >= 0).all()
