"""Which candidates are shown: the best, and now and then, to learn, the next best instead."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from online_models.numerics.special import uniforms


class JudgedItem(NamedTuple):
    """A candidate: the offer, the probability that it is bought anyway as the baskets have it, that
    it is taken where it is shown and where it is not, and what showing it adds, minor units.
    """

    item: int
    anyway: float
    probability: float
    without: float
    gain: float


class Slot(NamedTuple):
    """A candidate, whether it is shown, and the probability with which it was to be."""

    candidate: JudgedItem
    shown: bool
    propensity: float


def slots(
    candidates: Sequence[JudgedItem],
    number: int,
    explore: float,
    held_out: bool,
    words: tuple[int, ...],
) -> list[Slot]:
    """Fill `number` places, each with its own candidate or, with the probability `explore`, with
    its second choice; drawn by a generator keyed by `words`. Both choices of every place come back.

    Who is held out is shown nothing; the propensities are those of everybody else.
    """
    ranked = sorted(candidates, key=lambda each: (-each.gain, each.item))[: 2 * number]
    first, second = ranked[:number], ranked[number:]
    if not first:
        return []
    draws = uniforms(*words, count=len(first))[0].tolist()
    chosen: list[Slot] = []
    reserves: list[Slot] = []
    for place, candidate in enumerate(first):
        tries = draws[place] < explore
        chosen.append(Slot(candidate, not tries and not held_out, 1.0 - explore))
        if place < len(second):
            reserves.append(Slot(second[place], tries and not held_out, explore))
    return chosen + reserves
