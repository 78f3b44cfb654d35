"""The best promotions under a budget, none beside another of its group."""

from __future__ import annotations

from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from online_models.studies.promotions.choice import Chosen, PromotionWorth, choose
from online_models.studies.promotions.past import PromotionTimes

OFFERS, DEPTHS, STARTS = 6, 2, 4
LENGTHS = np.array([1, 2])
ALONE = np.full(OFFERS, -1)


def windows(seed: int = 1) -> PromotionTimes:
    worth = np.random.default_rng(seed).uniform(0.5, 2.0, (OFFERS, STARTS, len(LENGTHS)))
    return PromotionTimes(np.arange(STARTS), LENGTHS, worth)


def tables(seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    shape = OFFERS, DEPTHS, len(LENGTHS)
    return np.maximum(rng.normal(1.0, 2.0, shape), 0.0), rng.uniform(0.5, 3.0, shape)


def worth(table: np.ndarray, found: list[Chosen], on: PromotionTimes) -> float:
    return sum(
        float(table[c.offer, c.depth, c.length] * on.worth[c.offer, c.start, c.length])
        for c in found
    )


@given(st.integers(0, 10_000), st.floats(0.0, 20.0))
def test_no_budget_is_overdrawn_and_nothing_without_a_gain_is_chosen(
    seed: int, budget: float
) -> None:
    (profit, spent), on = tables(seed), windows(seed)
    found = choose(PromotionWorth(profit, spent), on, (ALONE,), budget)
    assert worth(spent, found, on) <= budget + 1e-9
    assert all(profit[c.offer, c.depth, c.length] > 0.0 for c in found)
    assert len({c.offer for c in found}) == len(found)


@given(st.integers(0, 10_000))
def test_members_of_a_group_are_never_promoted_at_one_time(seed: int) -> None:
    (profit, spent), on = tables(seed), windows(seed)
    shelf, goods = np.array([0, 0, 0, 1, 1, -1]), np.array([0, 1, 2, 0, 1, 2])
    found = choose(PromotionWorth(profit, spent), on, (shelf, goods), np.inf)
    for one, other in product(found, found):
        together = one.start < other.start + LENGTHS[other.length]
        together &= other.start < one.start + LENGTHS[one.length]
        if one.offer < other.offer and together:
            assert shelf[one.offer] != shelf[other.offer] or shelf[one.offer] < 0
            assert goods[one.offer] != goods[other.offer]


def test_a_budget_goes_where_a_unit_of_it_brings_most() -> None:
    on = windows()
    for seed in range(20):
        profit, spent = tables(seed)
        budget = 0.5 * worth(spent, choose(PromotionWorth(profit, spent), on, (ALONE,), np.inf), on)
        places = list(np.ndindex(DEPTHS, STARTS, len(LENGTHS)))
        # the best of the relaxed problem bounds every choice from above
        bound = min(
            charge * budget
            + sum(
                max(
                    0.0,
                    *(
                        (profit[o, d, m] - charge * spent[o, d, m]) * on.worth[o, s, m]
                        for d, s, m in places
                    ),
                )
                for o in range(OFFERS)
            )
            for charge in np.linspace(0.0, 5.0, 101)
        )
        found = worth(profit, choose(PromotionWorth(profit, spent), on, (ALONE,), budget), on)
        assert 0.7 * bound <= found <= bound + 1e-9
