from __future__ import annotations

import hashlib
import importlib.util

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from online_models.demand.curves import DemandCurves
from online_models.demand.networks import chunks
from online_models.demand.networks.container import WeightsError
from online_models.market.compose import compose
from online_models.persistence.saved import restore, save
from online_models.pricing.learned.policy import FACTORS, MODEL, SHAPES, LearnedPolicy
from online_models.pricing.learned.seat import PolicySeat, trained
from online_models.pricing.learned.state import FEATURES, markup, state
from online_models.training.rollout import FOLLOW, rollout
from schemas.records.demand.model_updates import ModelUpdate


def policy(seed: int = 0) -> LearnedPolicy:
    rng = np.random.default_rng(seed)
    return LearnedPolicy({k: rng.normal(0, 0.4, s).astype(np.float32) for k, s in SHAPES.items()})


def curves(n: int, seed: int = 0) -> DemandCurves:
    rng = np.random.default_rng(seed)
    return DemandCurves(
        anchor_price=np.full(n, 1000.0),
        log_rate=rng.normal(0, 2, n),
        elasticity=rng.normal(-2, 2, n),
        log_rate_variance=rng.random(n),
        covariance=np.zeros(n),
        elasticity_variance=rng.random(n),
        dispersion=np.ones(n),
        cross=np.zeros(n),
        cross_variance=np.zeros(n),
        informs=np.zeros(n),
        age=np.full(n, 30.0),
        bend=np.zeros(n),
    )


def test_the_markup_is_the_best_price_at_constant_elasticity() -> None:
    cost, reference = np.array([600.0]), np.array([1000.0])
    best = float(markup(np.array([-2.5]), cost, reference)[0])
    grid = np.arange(601.0, 2000.0)
    assert best == pytest.approx(grid[np.argmax((grid - 600.0) * grid**-2.5)], abs=1.0)


@given(st.floats(-1e6, 1e6), st.floats(0.0, 1e9), st.floats(1.0, 1e9), st.floats(1.0, 1e9))
def test_states_are_bounded_and_prices_near_the_reference_whatever_the_belief(
    elasticity: float, cost: float, price: float, reference: float
) -> None:
    one = np.ones(1)
    spread = one * abs(elasticity)
    belief = DemandCurves(
        *(
            one,
            one * elasticity,
            one * elasticity,
            one,
            one,
            spread,
            one,
            *(0.0 * one,) * 2,
            spread,
        ),
        age=one,
        bend=0.0 * one,
    )
    seen = state(belief, one * price, one * reference, one * cost)
    assert seen.shape == (1, FEATURES)
    assert (np.abs(seen) <= 3.0).all()
    asked, _ = policy().propose(belief, one * price, one * reference, one * cost)
    assert 0.4 * reference - 1.0 <= float(asked[0]) <= 2.5 * reference + 1.0


def test_an_offer_is_priced_alike_alone_and_among_others() -> None:
    belief, mine = curves(50), policy()
    price, reference, cost = np.full(50, 900.0), np.full(50, 1000.0), np.linspace(100, 800, 50)
    together, _ = mine.propose(belief, price, reference, cost)
    for row in (0, 17, 49):
        alone = belief.take(np.array([row]))
        part = slice(row, row + 1)
        assert mine.propose(alone, price[part], reference[part], cost[part])[0] == together[row]


def test_values_are_the_same_on_every_machine() -> None:
    values = policy(3).values(state(curves(40), *(np.full(40, x) for x in (900.0, 1000.0, 500.0))))
    assert hashlib.sha256(values.tobytes()).hexdigest()[:16] == "f7018a13744f9c8c"


def test_a_policy_travels_as_a_model_update_and_a_bad_one_is_refused() -> None:
    mine = policy()
    standing = chunks.ModelStanding(MODEL, "p1", 1_700_000_000_000, 1_700_000_000_000, {})
    (value,) = chunks.records(mine.document(), mine.weights, standing)
    packed = chunks.Assembly().add(ModelUpdate.model_validate(value))
    assert packed is not None
    again = LearnedPolicy.of(*packed)
    assert all(np.array_equal(again.weights[k], v) for k, v in mine.weights.items())
    with pytest.raises(WeightsError, match="architecture"):
        LearnedPolicy.of({**mine.document(), "hidden": 9}, mine.weights)
    with pytest.raises(WeightsError, match="values/bias is missing"):
        LearnedPolicy.of(
            mine.document(), {k: v for k, v in mine.weights.items() if k != "values/bias"}
        )


def test_rewards_of_a_rollout_are_the_share_of_profit_given_away() -> None:
    market = compose("plain", seed=5, offers=15, sales=4.0)
    seen = rollout(market, 12, None, 0.0, seed=1)
    assert seen.state.shape == (11 * 15, FEATURES)
    assert (seen.action == FOLLOW).all()
    assert seen.reward.max() <= 1e-9
    assert seen.reward.mean() > -0.5
    again = rollout(compose("plain", seed=5, offers=15, sales=4.0), 12, None, 0.0, seed=1)
    assert np.array_equal(seen.reward, again.reward)


def test_the_policy_that_the_package_brings_earns_more_than_following_the_belief() -> None:
    shares = []
    for mine in (None, trained()):
        market = compose("plain", seed=77, offers=30, sales=8.0)
        shares.append(rollout(market, 60, mine, 0.0, seed=1).reward.mean())
    assert shares[1] > shares[0] + 0.01


def sent(mine: LearnedPolicy, version: str, status: str = "champion") -> ModelUpdate:
    standing = chunks.ModelStanding(
        MODEL, version, 1_700_000_000_000, 1_700_000_000_000, {}, status
    )
    (value,) = chunks.records(mine.document(), mine.weights, standing)
    return ModelUpdate.model_validate(value)


def test_the_policy_in_force_changes_with_an_update_and_survives_a_snapshot() -> None:
    seat, mine = PolicySeat(), policy(5)
    assert seat.policy is trained()
    assert seat.accept(sent(mine, "p1")).kind == "accepted"
    broken = {**mine.weights, "values/bias": mine.weights["values/bias"] * np.float32("nan")}
    assert "not finite" in seat.accept(sent(LearnedPolicy(broken), "p2")).reason
    again = PolicySeat()
    restore(again, save(seat))
    assert again.version == seat.version == "p1"
    assert all(np.array_equal(again.policy.weights[k], v) for k, v in mine.weights.items())
    retired = sent(mine, "p1", "retired").model_copy(update={"weights": None})
    assert again.accept(retired).kind == "accepted"
    assert again.policy is trained()
    assert again.accept(retired).kind == "rejected"


@pytest.mark.deep
def test_fitted_q_finds_the_action_that_pays() -> None:
    if importlib.util.find_spec("tensorflow") is None:
        pytest.skip("TensorFlow is not installed (the `deep` extra)")
    import keras

    from online_models.training import fitted_q
    from online_models.training.rollout import Transitions

    rng = np.random.default_rng(1)
    n = 6000
    seen = rng.uniform(-1.0, 1.0, (n, FEATURES))
    action = rng.integers(0, len(FACTORS), n)
    wanted = np.where(seen[:, 0] > 0.0, 1, 5)
    data = Transitions(seen, action, -np.abs(action - wanted) / 6.0, seen)
    keras.utils.set_random_seed(0)
    found = fitted_q._fitted(fitted_q._network(keras), data)
    clear = np.abs(seen[:, 0]) > 0.2
    chosen = found.actions(seen)
    assert (np.abs(chosen - wanted)[clear] <= 1).mean() > 0.9
