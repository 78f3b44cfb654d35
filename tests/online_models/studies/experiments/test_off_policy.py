from __future__ import annotations

import numpy as np
import pytest

from online_models.studies.experiments.off_policy import OffPolicy, doubly_robust

EXPERIMENTS = 500
PRICES = np.array([0.85, 0.95, 1.0, 1.05, 1.15])


def draw(
    rng: np.random.Generator, skus: int, days: int, tilt: float, model_error: float
) -> tuple[OffPolicy, float, float]:
    """A log of softmax prices; the target policy prefers dear ones. Returns the estimate and truth.

    The rewards of a SKU share a shock; the model is off by `model_error` and knows no shock.
    """
    size = rng.lognormal(1.5, 0.6, skus)[:, None]
    elasticity = rng.uniform(1.5, 3.5, skus)[:, None]
    profit = size * PRICES**-elasticity * (PRICES - 0.5)
    logging = np.exp(6.0 * rng.uniform(0.0, 0.3, (skus, len(PRICES))))
    logging /= logging.sum(axis=1, keepdims=True)
    target = logging * np.exp(tilt * (PRICES - 1.0))
    target /= target.sum(axis=1, keepdims=True)
    chosen = (rng.random((skus, days, 1)) > np.cumsum(logging, axis=1)[:, None, :]).sum(axis=2)
    chosen = np.minimum(chosen, len(PRICES) - 1)
    sku = np.repeat(np.arange(skus), days)
    action = chosen.ravel()
    shock = rng.normal(0.0, 0.3, skus) + 1.0
    noise = rng.normal(0.0, 1.0, len(sku)) * np.sqrt(size[sku, 0])
    reward = profit[sku, action] * shock[sku] + noise
    model = profit * (1.0 + model_error) + model_error
    found = doubly_robust(
        reward,
        logging[sku, action],
        target[sku, action],
        model[sku, action],
        (target * model).sum(axis=1)[sku],
        cluster=sku,
    )
    # The population value: SKUs are drawn afresh in every experiment.
    return (
        found,
        float((target * profit).sum(axis=1).mean()),
        float((logging * profit).sum(1).mean()),
    )


@pytest.mark.parametrize("model_error", [0.0, 0.5])
def test_intervals_cover_value_and_gain_with_a_good_and_a_bad_model(model_error: float) -> None:
    rng = np.random.default_rng(7)
    drawn = [draw(rng, 150, 20, tilt=4.0, model_error=model_error) for _ in range(EXPERIMENTS)]
    value = np.mean([truth for _, truth, _ in drawn])
    gain = np.mean([truth - logged for _, truth, logged in drawn])
    assert 0.93 <= np.mean([not found.value.excludes(value) for found, _, _ in drawn]) <= 0.97
    assert 0.93 <= np.mean([not found.gain.excludes(gain) for found, _, _ in drawn]) <= 0.97


def test_a_better_model_narrows_the_interval_and_neither_is_biased() -> None:
    widths, errors = [], []
    for model_error in (0.0, 1.0):
        rng = np.random.default_rng(8)
        drawn = [draw(rng, 60, 20, tilt=6.0, model_error=model_error) for _ in range(200)]
        widths.append(np.mean([found.gain.upper - found.gain.lower for found, _, _ in drawn]))
        errors.append(np.mean([f.gain.mean - (t - b) for f, t, b in drawn]))
        spread = np.std([f.gain.mean - (t - b) for f, t, b in drawn]) / np.sqrt(200)
        assert abs(errors[-1]) < 4.0 * spread
    assert widths[0] < widths[1]


def test_the_policy_in_force_is_worth_what_it_earned() -> None:
    rng = np.random.default_rng(9)
    reward, propensity = rng.normal(5.0, 1.0, 400), rng.uniform(0.1, 1.0, 400)
    predicted = rng.normal(5.0, 1.0, 400)
    found = doubly_robust(reward, propensity, propensity, predicted, predicted)
    assert found.value.mean == pytest.approx(reward.mean())
    assert found.gain.lower == pytest.approx(0.0, abs=1e-12)
    assert found.effective_decisions == pytest.approx(400.0)
    assert found.largest_weight == pytest.approx(1.0)


def test_a_policy_that_shares_no_price_with_the_log_rests_on_the_model_alone() -> None:
    rng = np.random.default_rng(10)
    reward, forecast = rng.normal(5.0, 1.0, 50), rng.normal(6.0, 1.0, 50)
    found = doubly_robust(reward, np.full(50, 0.5), np.zeros(50), forecast, forecast)
    assert found.value.mean == pytest.approx(forecast.mean())
    assert found.effective_decisions == 0.0


@pytest.mark.parametrize(
    ("propensity", "target", "field"),
    [(0.0, 0.5, "propensity"), (1.2, 0.5, "propensity"), (0.5, 1.5, "target")],
)
def test_probabilities_that_are_none_are_refused(
    propensity: float, target: float, field: str
) -> None:
    some = np.ones(5)
    with pytest.raises(ValueError, match=field):
        doubly_robust(some, propensity * some, target * some, some, some)


def test_one_cluster_gives_no_interval() -> None:
    some = np.ones(5)
    with pytest.raises(ValueError, match="cluster"):
        doubly_robust(some, some, some, some, some, cluster=np.zeros(5, dtype=np.int64))
