"""The product level of the panel model: an exact Gaussian process over a window."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from online_models.demand.inputs.observations import DAY
from online_models.demand.panel.kernel import LINEAR, own_covariance, own_variance, pooled_features
from online_models.demand.panel.prior import CHANNEL_SLOPES, FIRST, SPREADS, Prior, prior
from online_models.demand.panel.product import ROOM, SLOTS, SOLVED_A_WINDOW, WINDOW, ProductLevel
from online_models.demand.panel.solution import Seen, Solution
from online_models.persistence.saved import restore, save

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


#: What channels say that never differed.
NOTHING = np.zeros(len(CHANNEL_SLOPES)), np.ones(len(CHANNEL_SLOPES))
PRICE = CHANNEL_SLOPES[0]


def designs(rng: np.random.Generator, n: int) -> Floats:
    design = rng.standard_normal((LINEAR, n))
    design[0] = 1.0
    return design


def believing(slopes: int, curves: int, minor: int, price: float = 0.0) -> Prior:
    told = np.where(np.array(CHANNEL_SLOPES) == PRICE, price, 0.0)
    return prior(np.array([slopes, curves, minor]), told, np.full(len(CHANNEL_SLOPES), 0.01))


def following(level: ProductLevel, block: int) -> tuple[int, int]:
    """The window after the last one that a block has learnt."""
    return DAY * int(level.windows[block]), DAY


def predict(
    level: ProductLevel, block: int, slot: Integers, design: Floats
) -> tuple[Floats, Floats]:
    return level.predict(block, slot, design, *following(level, block))


def learn(level: ProductLevel, block: int, slot: Integers, design: Floats, target: Floats) -> None:
    told = predict(level, block, slot, design)
    level.learn(block, slot, design, target, told, *following(level, block))


def taught(windows: int, blocks: int = 1, products: int = 5, seed: int = 5) -> ProductLevel:
    rng = np.random.default_rng(seed)
    level = ProductLevel()
    level.grow(blocks)
    for _ in range(windows):
        for block in range(blocks):
            design = designs(rng, products)
            target = 2.0 + 0.5 * design[1] + 0.3 * rng.standard_normal(products)
            learn(level, block, np.arange(products), design, target)
        level.solve(np.arange(blocks), NOTHING)
    return level


def test_a_solution_is_the_gaussian_process_that_its_kernel_says() -> None:
    rng = np.random.default_rng(1)
    products, n = 3, 8
    design = np.stack([designs(rng, n) for _ in range(products)])
    time = np.sort(rng.integers(0, 20, (products, n)), axis=1).astype(float)
    target = rng.standard_normal((products, n))
    there = np.ones((products, n), np.bool_)
    there[1, 5:] = False
    noise = 0.1 + 0.2 * rng.random((products, n))
    new, place = designs(rng, products), np.arange(products)
    seen, believed = Seen(design, time, target, there), believing(3, -1, 0, price=-0.4)
    solution = Solution(seen, noise, believed)
    mean, variance = solution.predict(place, new, 21)

    at = [(p, i) for p in range(products) for i in range(n) if there[p, i]]
    columns = np.stack([design[p, :, i] for p, i in at], axis=1)
    shared = pooled_features(columns)
    new_shared = pooled_features(new)
    spread = believed.variance[:, None]
    covariance = shared.T @ (spread * shared)
    cross = new_shared.T @ (spread * shared)
    prior_variance = np.einsum("kp,k,kp->p", new_shared, believed.variance, new_shared)
    own_prior = believed.own, believed.own_curve
    prior_variance += own_variance(*own_prior, new)
    for p in range(products):
        mine = [k for k, (q, _) in enumerate(at) if q == p]
        when = np.array([time[at[k]] for k in mine])
        own = own_covariance(*own_prior, columns[:, mine], when, columns[:, mine], when)
        covariance[np.ix_(mine, mine)] += own
        now = np.array([21.0])
        cross[p, mine] += own_covariance(*own_prior, new[:, [p]], now, columns[:, mine], when)[0]
    covariance += np.diag([noise[a] for a in at])
    y = np.array([target[a] for a in at]) - believed.mean @ shared
    expected = believed.mean @ new_shared + cross @ np.linalg.solve(covariance, y)
    left = prior_variance - np.einsum("pk,kp->p", cross, np.linalg.solve(covariance, cross.T))
    np.testing.assert_allclose(mean, expected, atol=2e-3)
    np.testing.assert_allclose(variance, left, rtol=1e-2)
    likelihood = -0.5 * (np.linalg.slogdet(covariance)[1] + y @ np.linalg.solve(covariance, y))
    assert solution.evidence == pytest.approx(likelihood, abs=0.02)


def test_a_product_without_observations_has_the_pooled_answer_and_a_wide_variance() -> None:
    level = taught(60)
    design = np.zeros((LINEAR, 2))
    design[0] = 1.0
    mean, variance = predict(level, 0, np.array([0, 9]), design)
    assert mean[1] == pytest.approx(2.0, abs=0.5)
    assert variance[1] > 3.0 * variance[0]


def test_one_absurd_period_moves_the_forecast_little() -> None:
    design = np.zeros((LINEAR, 1))
    design[0] = 1.0
    before = taught(60)
    after = taught(60)
    learn(after, 0, np.array([0]), design, np.array([30.0]))
    for _ in range(5):
        after.solve(np.array([0]), NOTHING)
    moved = (
        predict(after, 0, np.array([0]), design)[0] - predict(before, 0, np.array([0]), design)[0]
    )
    assert abs(moved[0]) < 0.3


@pytest.mark.parametrize("windows", [3, 40, ROOM + 30])
def test_what_is_restored_says_and_learns_the_same_to_the_last_bit(windows: int) -> None:
    level = taught(windows)
    again = restore(ProductLevel(), save(level))
    rng = np.random.default_rng(9)
    slot = np.arange(SLOTS)
    for _ in range(3):
        design = designs(rng, SLOTS)
        for ours, theirs in zip(
            predict(level, 0, slot, design), predict(again, 0, slot, design), strict=True
        ):
            np.testing.assert_array_equal(ours, theirs)
        for one in (level, again):
            learn(one, 0, slot, design, np.ones(SLOTS))
            one.solve(np.array([0]), NOTHING)


def test_the_window_keeps_the_latest_and_forgets_what_is_older() -> None:
    level = taught(3 * ROOM, products=1)
    assert WINDOW <= level.state.count[0] <= ROOM
    held = level.state.time[0, : level.state.count[0]]
    np.testing.assert_array_equal(held, np.arange(3 * ROOM - len(held), 3 * ROOM))


def test_with_many_blocks_the_longest_waiting_are_solved_first_and_none_is_left_out() -> None:
    blocks = 2 * SOLVED_A_WINDOW + 3
    level = taught(6, blocks=blocks, products=1)
    waiting = (level.state.count - level.state.solved).reshape(blocks, SLOTS).sum(axis=1)
    assert waiting.max() <= 3
    assert (level.state.solved.reshape(blocks, SLOTS)[:, 0] > 0).all()


def of_products(slopes: Floats, bend: float, windows: int = 60) -> ProductLevel:
    """A level that has seen products of these price slopes, and how their curve bends."""
    rng, level = np.random.default_rng(4), ProductLevel()
    level.grow(1)
    for _ in range(windows):
        design = np.zeros((LINEAR, len(slopes)))
        design[0], design[PRICE] = 1.0, rng.standard_normal(len(slopes))
        target = slopes * design[PRICE] + bend * np.sin(2.0 * design[PRICE])
        target += 0.2 * rng.standard_normal(len(slopes))
        learn(level, 0, np.arange(len(slopes)), design, target)
        level.solve(np.array([0]), NOTHING)
    return level


def test_a_block_learns_whether_its_products_differ_and_whether_their_curves_bend() -> None:
    rng = np.random.default_rng(3)
    apart = -1.0 + 0.5 * rng.standard_normal(8)
    found = [
        of_products(slopes, bend).belief.exponents[0]
        for slopes, bend in ((np.full(8, -1.0), 0.0), (apart, 0.0), (np.full(8, -1.0), 0.5))
    ]
    alike, differing, bent = found
    assert alike.shape == (SPREADS,)
    assert alike[0] < FIRST < differing[0]
    assert alike[1] < FIRST < bent[1]


def test_a_price_that_never_moved_acts_as_the_channels_tell_as_surely_as_they_do() -> None:
    told, slot = np.where(np.array(CHANNEL_SLOPES) == PRICE, -0.5, 0.0), np.array([0])
    usual = np.zeros((LINEAR, 1))
    usual[0] = 1.0
    dear = usual.copy()
    dear[PRICE] = 1.0
    spreads = []
    for doubt in (1e-4, 1.0):
        level = ProductLevel()
        level.grow(1)
        for _ in range(5):
            learn(level, 0, slot, usual, np.array([3.0]))
            level.solve(np.array([0]), (told, np.full(len(CHANNEL_SLOPES), doubt)))
        before, after = predict(level, 0, slot, usual), predict(level, 0, slot, dear)
        assert (after[0] - before[0])[0] == pytest.approx(-0.5, abs=0.05)
        spreads.append(float((after[1] - before[1])[0]))
    assert spreads[1] > 4.0 * spreads[0] > 0.0


def test_silence_makes_a_product_vaguer_and_draws_its_level_to_the_usual_one() -> None:
    level, slot = taught(40), np.arange(5)
    usual = np.zeros((LINEAR, 5))
    usual[0] = 1.0
    start, length = following(level, 0)
    (soon, sure), (late, vague) = (
        level.predict(0, slot, usual, start + days * DAY, length) for days in (0, 100)
    )
    np.testing.assert_array_less(1.2 * sure, vague)
    assert np.std(late) < np.std(soon)
