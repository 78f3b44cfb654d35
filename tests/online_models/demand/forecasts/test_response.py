"""A price response is judged by what prices that moved have sold, and by nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from online_models.demand.forecast import UnitsForecast
from online_models.demand.forecasts.member import PublishedForecast
from online_models.demand.forecasts.response import DOUBT, MOST_AGAINST, MOST_FOR, ResponseJudge
from online_models.demand.forecasts.seat import Curves
from online_models.demand.inputs.observations import DAY, Observations, WindowRows
from online_models.numerics.arrays import Floats

OFFERS = 50
TRUTH, HOUSE = -4.0, -2.0
ROWS = np.arange(OFFERS)


def said(elasticity: float) -> PublishedForecast:
    none, full = np.zeros(OFFERS), np.ones(OFFERS)
    whole = np.zeros(OFFERS, np.int64)
    curves = Curves(
        full > 0.0,
        *(whole, whole, whole),
        *(np.log(1000.0) * full, 5.0 * full, 9.0 * full, none),
        *(elasticity * full, none, none),
    )
    return PublishedForecast(UnitsForecast.single(full, full), full > 0.0, curves)


def judged(
    claims: list[float], move: float, days: int = 30, together: bool = False
) -> ResponseJudge:
    """After days on which every other price stood `move` above or below its usual one; or, where
    they move together, all did.
    """
    judge, rng = ResponseJudge(), np.random.default_rng(1)
    for _ in claims:
        judge.join()
    judge.grow(OFFERS, 2)
    judge.usual[:] = np.log(1000.0)
    for day in range(days):
        x = move * np.where((ROWS * (not together) + day) % 2 == 0, 1.0, -1.0)
        units = rng.poisson(10.0 * np.exp(TRUTH * x)).astype(np.float64)
        seen = Observations.of(ROWS, day * DAY, units, price=1000.0 * np.exp(x))
        window = WindowRows(seen, ROWS, 0 * ROWS, 0 * ROWS + 1)
        expected: Floats = 10.0 * np.exp(HOUSE * x)
        own, none = np.full(OFFERS, HOUSE), np.zeros(OFFERS)
        judge.learn(window, expected, np.full(OFFERS, 1e9), none, own, [said(e) for e in claims])
        judge.usual[:] = np.log(1000.0)
    return judge


def weights(judge: ResponseJudge, row: int = 1, claims: list[float] | None = None) -> list[float]:
    said = np.array(claims or [TRUTH] * judge.evidence.shape[1])
    found: list[float] = judge.weights(np.array([0]), np.array([row]), said[None])[0].tolist()
    return found


def test_the_truth_is_believed_and_what_is_worse_than_the_house_has_no_weight() -> None:
    true, worse = weights(judged([TRUTH, -0.1], 0.05), claims=[TRUTH, -0.1])
    assert true > 0.9
    assert worse == 0.0


def test_prices_that_do_not_move_tell_nothing() -> None:
    judge = judged([TRUTH, -0.1], 0.0)
    assert not judge.evidence.any()
    assert weights(judge) == [0.0, 0.0]


def test_a_newcomer_has_no_weight_and_gains_it_step_by_step() -> None:
    judge = ResponseJudge()
    judge.join()
    judge.grow(1, 1)
    found = []
    for nats in (0.0, 1.0, DOUBT, 8.0):
        judge.evidence[0] = nats
        found.append(weights(judge, 0)[0])
    assert found[0] == 0.0
    assert found == sorted(found)
    assert found[2] == pytest.approx(0.49, abs=0.02)


def test_evidence_is_bounded_so_that_a_model_that_turns_bad_is_found_out() -> None:
    judge = judged([TRUTH, -0.1], 0.3)
    assert judge.evidence.max() == MOST_FOR
    assert judge.evidence.min() == -MOST_AGAINST


def test_a_response_that_jumps_must_earn_its_weight_again() -> None:
    judge = judged([TRUTH], 0.05)
    same, nearly, other = (weights(judge, claims=[e])[0] for e in (TRUTH, 1.1 * TRUTH, 0.4 * TRUTH))
    assert same == nearly > 0.9
    assert other < 0.02


def test_prices_that_all_move_together_tell_nothing_of_a_response() -> None:
    judge = judged([2.0 * TRUTH, 0.5 * HOUSE], 0.05, together=True)
    assert np.abs(judge.evidence).max() < DOUBT


def test_a_new_version_is_believed_half_as_much() -> None:
    judge = judged([TRUTH, -0.1], 0.05)
    before = judge.evidence.copy()
    judge.doubt(0)
    judge.doubt(1)
    assert (judge.evidence[:, 0] == before[:, 0] / 2).all()
    assert (judge.evidence[:, 1] == before[:, 1]).all()
