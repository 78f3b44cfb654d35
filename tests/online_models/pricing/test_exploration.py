"""Exploration: legal, affordable, logged with its true probability; holdouts left alone."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from online_models.pricing.context.decision_context import DecisionContext, LegalRange
from online_models.pricing.decision import explore
from online_models.pricing.decision.explore import draw
from schemas.values.instants import to_text

DAY = 86_400_000
OPTIMISE = [{"kind": "optimise"}]


def between(low: int, high: int, n: int) -> LegalRange:
    return LegalRange(*(np.full(n, bound) for bound in (low, high, low, high)))


def explorers(new_shop: Any, demand: Any, n: int, budget: str = "5%", **fields: Any) -> Any:
    shop = new_shop(demand=demand)
    for i in range(n):
        # offers of a category are drawn together on some days: here each is alone in its own
        shop.product(f"s{i}", cost="5.00", category=f"c{i}")
    shop.policy(
        strategy=OPTIMISE,
        explore={"kind": "thompson", "budget": budget},
        guardrails={"max_step_up": "12%", "max_step_down": "12%"},
        **fields,
    )
    return shop


def test_prices_are_drawn_as_often_as_their_propensity_says(
    new_shop: Any, known_demand: Any
) -> None:
    shop = explorers(new_shop, known_demand(sd=0.4), 3000, "100%")
    by_price: dict[str, list[float]] = {}
    for decision in shop.decisions:
        by_price.setdefault(decision["price"], []).append(decision["propensity"])
    assert len(by_price) >= 5
    drawn = [d for d in shop.decisions if d["outcome"] == "changed"]
    for price in {d["price"] for d in drawn}:
        stated = by_price[price][0]
        share = len(by_price[price]) / 3000
        assert abs(share - stated) < 4 * math.sqrt(stated * (1 - stated) / 3000) + 1e-3


def test_the_probabilities_are_those_of_thompson_sampling(
    new_shop: Any, known_demand: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Against plain simulation: sample elasticities, take the best of the very same prices.

    Much is to be learnt here, so that the posterior is widened as far as it may be.
    """
    monkeypatch.setattr(explore, "LARGEST_EXPLORATION_SCALE", 2.0)
    shop = explorers(new_shop, known_demand(sd=0.4), 1, "100%")
    terms = shop.pricing.book.terms(1, 2)
    one = np.array([0]), np.array([shop.now])
    situation = DecisionContext(shop.pricing.state, terms, *one, legal=between(880, 1120, 1))
    drawn = draw(situation, np.array([1000]))
    arms = np.arange(880, 1121, 24)
    elasticity = np.random.default_rng(0).normal(-2.0, 0.4 * math.sqrt(2.0), 200_000)
    values = (arms - 500.0) * (arms / 1000.0) ** elasticity[:, None]
    share = np.mean(arms[values.argmax(axis=1)] == drawn.price[0])
    assert abs(share - drawn.propensity[0]) < 0.005


def test_a_category_draws_as_one_on_half_of_the_days(new_shop: Any, known_demand: Any) -> None:
    shop = new_shop(demand=known_demand(sd=0.6))
    for i in range(12):
        shop.product(f"s{i}", cost="5.00", category=f"c{i % 2}")
    shop.policy(strategy=OPTIMISE, explore={"kind": "thompson", "budget": "10%"})
    terms, rows = shop.pricing.book.terms(1, 2), np.arange(12)
    as_one = []
    for day in range(1, 61):
        situation = DecisionContext(
            shop.pricing.state,
            terms,
            rows,
            np.full(12, shop.now + day * DAY),
            legal=between(880, 1120, 12),
        )
        prices = draw(situation, np.full(12, 1000)).price.reshape(6, 2)
        as_one.append((prices == prices[0]).all(axis=0))
    share = np.mean(as_one, axis=0)
    assert (share > 0.3).all()
    assert (share < 0.7).all()
    # each category has days of its own
    assert (np.array(as_one)[:, 0] != np.array(as_one)[:, 1]).any()


def test_no_draw_costs_more_than_the_budget(new_shop: Any, known_demand: Any) -> None:
    shop = explorers(new_shop, known_demand(sd=0.6), 500, "1%")
    profits = [
        (float(d["expected"]["profit"]), float(d["expected_kept"]["profit"]))
        for d in shop.decisions
    ]
    # 10.00, the kept price, is the optimum but for the posterior's spread.
    assert len({d["price"] for d in shop.decisions}) > 3
    assert all(new >= 0.985 * kept for new, kept in profits)


def test_one_draw_a_day(new_shop: Any, known_demand: Any) -> None:
    shop = explorers(new_shop, known_demand(sd=0.4), 1)
    first = shop.pricing.ledger.price[0]
    for _ in range(5):
        shop.decide([0], "inventory")
    within = {c["price"] for c in shop.changes}
    for _ in range(30):
        shop.now += DAY
        shop.decide([0], "inventory")
    assert first > 0
    assert len(within) <= 3
    assert len({c["price"] for c in shop.changes}) > 4


def test_draws_depend_on_the_seed_alone(new_shop: Any, known_demand: Any) -> None:
    one, same, other = (
        explorers(new_shop, known_demand(sd=0.4), 50, seed=seed) for seed in (1, 1, 2)
    )
    assert [d["price"] for d in one.decisions] == [d["price"] for d in same.decisions]
    assert [d["price"] for d in one.decisions] != [d["price"] for d in other.decisions]


def test_what_is_not_drawn_has_propensity_one(shop: Any) -> None:
    shop.product(cost="5.50")
    shop.policy(strategy=OPTIMISE)
    assert shop.decisions[-1]["propensity"] == 1


def test_a_tenth_of_the_skus_is_held_out_on_all_channels(shop: Any) -> None:
    for i in range(1000):
        for channel in ("web", "store"):
            shop.product(f"s{i}", channel=channel, cost="1.00")
    shop.policy(
        strategy=[{"kind": "cost_plus", "margin": "50%"}],
        experiment={"name": "autumn", "holdout": 0.1, "unit": "sku"},
    )
    arms: dict[str, set[str]] = {}
    for decision in shop.decisions:
        assert decision["experiment"]["name"] == "autumn"
        arms.setdefault(decision["sku"], set()).add(decision["experiment"]["arm"])
        held = decision["experiment"]["arm"] == "holdout"
        assert (decision["reason"] == "holdout") == held
        assert (decision["outcome"] == "held") == held
    assert all(len(arm) == 1 for arm in arms.values())
    assert 70 <= sum(arm == {"holdout"} for arm in arms.values()) <= 130


def test_key_value_items_are_no_experiment(new_shop: Any, known_demand: Any) -> None:
    shop = new_shop(demand=known_demand(sd=0.4))
    for i in range(50):
        shop.product(f"s{i}", cost="5.00", role="kvi")
    shop.policy(strategy=OPTIMISE, explore={"kind": "thompson", "budget": "5%"})
    assert {d["propensity"] for d in shop.decisions} == {1}
    assert len({d["price"] for d in shop.decisions}) == 1


def test_an_offer_whose_sales_nobody_knows_yet_is_drawn_by_lot(
    new_shop: Any, known_demand: Any
) -> None:
    """A wide belief in a low level: the mean of what is believed is what counts."""
    demand = known_demand(rate=0.1, sd=0.6)
    told = demand.curves
    chances = []
    for variance in (0.01, 4.5):
        wide = np.full(100, variance)
        demand.curves = lambda *asked, wide=wide: replace(
            told(*asked), log_rate_variance=wide[: len(asked[0])]
        )
        shop = explorers(new_shop, demand, 100)
        chances.append(np.mean([d["propensity"] for d in shop.decisions]))
    assert chances[0] > 0.9
    assert chances[1] < 0.6


def test_an_offer_that_has_lasted_is_learnt_of_for_longer(new_shop: Any, known_demand: Any) -> None:
    """What a draw tells pays back over a year and a half, and not over four months."""
    demand = known_demand(rate=2.0, sd=0.3)
    told = demand.curves
    chances = []
    for age in (180.0, 3600.0):
        demand.curves = lambda *asked, age=age: replace(
            told(*asked), age=np.full(len(asked[0]), age)
        )
        shop = explorers(new_shop, demand, 100)
        chances.append(np.mean([d["propensity"] for d in shop.decisions]))
    assert chances[0] == 1.0
    assert chances[1] < 0.6


def test_as_much_is_drawn_as_without_an_end_until_the_rest_of_a_sale_cannot_repay_it(
    new_shop: Any, known_demand: Any
) -> None:
    chances = []
    for days in (3, 30, None):
        shop = new_shop(demand=known_demand(rate=2.0, sd=0.5))
        for i in range(100):
            shop.product(f"s{i}", cost="5.00", category=f"c{i}")
        until = {} if days is None else {"sell_by": to_text(shop.now + days * DAY)}
        shop.policy(
            strategy=OPTIMISE,
            explore={"kind": "thompson", "budget": "5%"},
            objective={"maximise": "profit", **until},
        )
        chances.append(np.mean([d["propensity"] for d in shop.decisions]))
    assert chances[0] == 1.0
    assert chances[1] == chances[2] < 0.6
