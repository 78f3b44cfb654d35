"""The best promotions under a budget: one an offer, and one at a time among offers that compete."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from online_models.plans.windows import Windows

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Halvings of the interval in which the price of a unit of budget lies.
HALVINGS = 24


class Chosen(NamedTuple):
    """A place among the offers, and indices of depth, start and length."""

    offer: int
    depth: int
    start: int
    length: int


def choose(profit: Floats, spent: Floats, on: Windows, group: Ints, budget: float) -> list[Chosen]:
    """Offers (n,) at depths (n, d): `profit` added and budget `spent` per usual day; profit is 0
    where there must be none. Members of a `group` (−1: alone) are never promoted at one time:
    together they would take more from each other than each one's estimate says.

    A budget that binds has a price: every promotion must bring that much per unit spent, so that
    the last unit spent is worth the same everywhere (a multiple-choice knapsack by Lagrange).
    """
    best = _greedy(profit, on, group)
    if _cost(best, spent, on) <= budget:
        return best
    low, high = 0.0, float((profit / np.maximum(spent, 1e-9)).max(initial=0.0))
    best = []
    for _ in range(HALVINGS):
        charge = 0.5 * (low + high)
        found = _greedy(profit - charge * spent, on, group)
        if _cost(found, spent, on) <= budget:
            best, high = found, charge
        else:
            low = charge
    return best


def _greedy(value: Floats, on: Windows, group: Ints) -> list[Chosen]:
    """The most valuable first, each at its best time that its group has left."""
    first = (value[:, :, None, None] * on.worth[:, None]).max(axis=(1, 2, 3), initial=0.0)
    busy: dict[int, list[tuple[int, int]]] = {}
    found = []
    for offer in np.argsort(-first, kind="stable").tolist():
        if first[offer] <= 0.0:
            break
        taken = busy.setdefault(int(group[offer]), []) if group[offer] >= 0 else []
        worth = np.where(_overlaps(on, taken), 0.0, on.worth[offer])
        whole = value[offer][:, None, None] * worth
        place = int(whole.argmax())
        if whole.flat[place] <= 0.0:
            continue
        depth, start, length = (int(i) for i in np.unravel_index(place, whole.shape))
        taken.append((start, start + int(on.lengths[length])))
        found.append(Chosen(offer, depth, start, length))
    return found


def _overlaps(on: Windows, taken: list[tuple[int, int]]) -> NDArray[np.bool_]:
    """Which (start, length) overlap what is taken."""
    first = np.arange(len(on.starts))[:, None]
    last = first + on.lengths[None, :]
    overlaps = np.zeros(last.shape, dtype=np.bool_)
    for begin, end in taken:
        overlaps |= (first < end) & (last > begin)
    return overlaps


def _cost(found: list[Chosen], spent: Floats, on: Windows) -> float:
    return sum(float(spent[c.offer, c.depth] * on.worth[c.offer, c.start, c.length]) for c in found)
