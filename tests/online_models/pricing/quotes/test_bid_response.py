"""The bid response finds the odds that outcomes were drawn from, as a batch regression does."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from river.linear_model import LogisticRegression
from river.optim import SGD

from online_models.persistence.plain import same
from online_models.persistence.saved import restore, save
from online_models.pricing.quotes.bid_response import Bid, BidResponse, Odds

#: Group → log odds at the public price, and their fall per tenth of it.
TRUTH = {"school": (-0.5, -1.0), "hotel": (-2.0, -3.0)}


def outcomes(number: int, seed: int) -> list[tuple[str, float, bool]]:
    rng = np.random.default_rng(seed)
    found = []
    for i in range(number):
        group = ("school", "hotel")[i % 2]
        x = float(rng.uniform(-2.0, 0.0))
        level, slope = TRUTH[group]
        found.append((group, x, bool(rng.random() < 1 / (1 + np.exp(-level - slope * x)))))
    return found


def taught(said: list[tuple[str, float, bool]]) -> BidResponse:
    response = BidResponse()
    for group, x, won in said:
        response.learn(Bid(group, {"food": 1.0}, 0.0), x, won)
    return response


def chance(odds: Odds, x: float) -> float:
    return float(odds.probability(np.array([x]))[0])


@pytest.mark.parametrize("group", TRUTH)
def test_it_comes_as_near_to_the_truth_as_a_regression_on_all_outcomes_at_once(group: str) -> None:
    from sklearn.linear_model import LogisticRegression as BatchRegression

    errors: dict[str, list[float]] = {"ours": [], "batch": [], "river": []}
    for seed in range(3):
        said = outcomes(3000, seed)
        odds = taught(said).odds(Bid(group, {"food": 1.0}, 0.0))
        own = [(x, won) for g, x, won in said if g == group]
        batch = BatchRegression(C=1e3).fit([[x] for x, _ in own], [won for _, won in own])
        river = LogisticRegression(SGD(0.05), intercept_lr=0.05)
        for x, won in own:
            river.learn_one({"x": x}, won)
        level, slope = TRUTH[group]
        for x in (-1.5, -1.0, -0.5):
            truth = 1 / (1 + np.exp(-level - slope * x))
            errors["ours"].append(chance(odds, x) - truth)
            errors["batch"].append(float(batch.predict_proba([[x]])[0, 1]) - truth)
            errors["river"].append(river.predict_proba_one({"x": x})[True] - truth)
    rmse = {name: float(np.sqrt(np.mean(np.square(e)))) for name, e in errors.items()}
    assert rmse["ours"] < 0.04
    assert rmse["ours"] < rmse["batch"] + 0.01
    assert rmse["ours"] < rmse["river"]


def test_a_new_group_begins_with_what_all_groups_have_shown() -> None:
    said = [("school", x, won) for _, x, won in outcomes(400, 1)]
    response = taught([*said, *(("café", x, won) for _, x, won in said)])
    unknown = response.odds(Bid("new", {"food": 1.0}, 0.0))
    fresh = BidResponse().odds(Bid("new", {"food": 1.0}, 0.0))
    known = response.odds(Bid("school", {"food": 1.0}, 0.0))
    assert abs(chance(unknown, -1.0) - chance(known, -1.0)) < 0.1
    assert known.slope_variance < unknown.slope_variance < fresh.slope_variance


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    held = []
    for seed in range(40):
        response = taught(outcomes(300, seed))
        for group, (level, slope) in TRUTH.items():
            odds = response.odds(Bid(group, {"food": 1.0}, 0.0))
            low, high = odds.interval(np.array([-1.0]))
            held.append(low[0] <= 1 / (1 + np.exp(-level + slope)) <= high[0])
    assert 0.8 <= np.mean(held) <= 1.0


def test_no_quote_is_won_more_surely_at_a_higher_price() -> None:
    said = [("school", x, x > -1.0) for x in np.linspace(-2.0, 0.0, 300).tolist()]
    odds = taught(said).odds(Bid("school", {"food": 1.0}, 0.0))
    grid = odds.mean(np.linspace(-3.0, 0.0, 50))
    assert (np.diff(grid) < 0.0).all()


def test_what_was_learnt_outlives_a_restart_to_the_bit() -> None:
    said = outcomes(200, 3)
    whole, half = taught(said), taught(said[:100])
    again = restore(BidResponse(), save(half))
    for group, x, won in said[100:]:
        again.learn(Bid(group, {"food": 1.0}, 0.0), x, won)
    assert same(save(again), save(whole))


@given(
    level=st.floats(-15, 15),
    slope=st.floats(-5, 1),
    deviations=st.tuples(st.floats(0, 3), st.floats(0, 2)),
    correlation=st.floats(-1, 1),
)
def test_the_probability_lies_within_its_interval(
    level: float, slope: float, deviations: tuple[float, float], correlation: float
) -> None:
    first, second = deviations
    odds = Odds(level, slope, first**2, correlation * first * second, second**2)
    x = np.linspace(-4.0, 0.5, 19)
    lower, upper = odds.interval(x)
    likely = odds.probability(x)
    assert (lower <= likely).all()
    assert (likely <= upper).all()
