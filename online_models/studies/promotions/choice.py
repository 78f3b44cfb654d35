"""The best promotions under a budget: one an offer, and one at a time among offers that compete."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from online_models.numerics.arrays import Flags, Floats, Ints
from online_models.studies.promotions.past import PromotionTimes

#: Halvings of the interval in which the price of a unit of budget lies.
HALVINGS = 24


class Chosen(NamedTuple):
    """A place among the offers, and indices of depth, start and length."""

    offer: int
    depth: int
    start: int
    length: int


class PromotionWorth(NamedTuple):
    """Of n offers at d depths and m lengths, per usual day, (n, d, m): `profit` added, 0 where
    there must be no promotion, and discounts `given`; `cost` is of each promotion, however long.
    """

    profit: Floats
    given: Floats
    cost: float = 0.0


def choose(
    worth: PromotionWorth, on: PromotionTimes, groups: Sequence[Ints], budget: float
) -> list[Chosen]:
    """The promotions that together add most; discounts and costs stay within the budget.

    Members of one of the `groups` (each (n,); −1: alone) are never promoted at one time: together
    they would take more from each other than each one's estimate says.

    A budget that binds has a price: every promotion must bring that much per unit spent, so that
    the last unit spent is worth the same everywhere (a multiple-choice knapsack by Lagrange). What
    is left then goes to the most valuable that still fit.
    """
    best = _greedy(worth, on, groups, 0.0, np.inf)
    if _cost(best, worth, on) <= budget:
        return best
    low, high = 0.0, float((worth.profit / np.maximum(worth.given, 1e-9)).max(initial=0.0))
    for _ in range(HALVINGS):
        charge = 0.5 * (low + high)
        found = _greedy(worth, on, groups, charge, np.inf)
        if _cost(found, worth, on) <= budget:
            high = charge
        else:
            low = charge
    return _greedy(worth, on, groups, high, budget)


def _greedy(
    worth: PromotionWorth,
    on: PromotionTimes,
    groups: Sequence[Ints],
    charge: float,
    budget: float,
) -> list[Chosen]:
    """The most valuable first, each at its best time that its groups have left."""
    value, left = np.where(worth.profit > 0.0, worth.profit - charge * worth.given, 0.0), budget
    fixed = (1.0 + charge) * worth.cost
    first = (value[:, :, None] * on.worth[:, None]).max(axis=(1, 2, 3), initial=0.0) - fixed
    busy: dict[tuple[int, int], list[tuple[int, int]]] = {}
    found: list[Chosen] = []
    for offer in np.argsort(-first, kind="stable").tolist():
        if first[offer] <= 0.0:
            break
        mine = [(kind, int(g[offer])) for kind, g in enumerate(groups) if g[offer] >= 0]
        taken = [window for each in mine for window in busy.get(each, [])]
        days = np.where(_overlaps(on, taken), 0.0, on.worth[offer])
        cost = worth.given[offer][:, None] * days + worth.cost
        whole = np.where(cost <= left, value[offer][:, None] * days - fixed, 0.0)
        place = int(whole.argmax())
        if whole.flat[place] <= 0.0:
            continue
        left -= float(cost.flat[place])
        depth, start, length = (int(i) for i in np.unravel_index(place, whole.shape))
        for each in mine:
            busy.setdefault(each, []).append((start, start + int(on.lengths[length])))
        found.append(Chosen(offer, depth, start, length))
    return found


def _overlaps(on: PromotionTimes, taken: list[tuple[int, int]]) -> Flags:
    """Which (start, length) overlap what is taken."""
    first = np.arange(len(on.starts))[:, None]
    last = first + on.lengths[None, :]
    overlaps = np.zeros(last.shape, dtype=np.bool_)
    for begin, end in taken:
        overlaps |= (first < end) & (last > begin)
    return overlaps


def _cost(found: list[Chosen], worth: PromotionWorth, on: PromotionTimes) -> float:
    return sum(
        float(worth.given[offer, depth, length] * on.worth[offer, start, length]) + worth.cost
        for offer, depth, start, length in found
    )
