"""Tastes and price sensitivities wander, and some jump."""

from __future__ import annotations

from typing import Any

import numpy as np

from online_models.market.arrays import Floats
from online_models.market.assortment import Assortment
from online_models.market.index import Shift
from online_models.market.randomness import generator

#: Daily step (log) of an offer's level, and of its sensitivity relative to its elasticity.
LEVEL_STEP = 0.015
SLOPE_STEP = 0.012
#: Chance a day that an offer jumps, and the spread of the jump in level and relative sensitivity.
JUMP_CHANCE = 0.002
JUMP_LEVEL = 0.4
JUMP_SLOPE = 0.15
#: Relative change of the sensitivity stays within this.
SLOPE_LIMIT = 0.35
#: Mean reversion per day, so that a market of several years stays one.
REVERSION = 0.003


class Drift:
    """A mean-reverting random walk with rare jumps, in level and in sensitivity."""

    stateful = False

    def __init__(self, assortment: Assortment, seed: int) -> None:
        self._seed = seed
        self._elasticity = assortment.elasticity
        self._level = np.zeros(len(assortment))
        self._slope = np.zeros(len(assortment))

    def shift(self, _day: int) -> Shift:
        """The level as taste, the sensitivity's change as slope."""
        return Shift(taste=self._level, slope=self._elasticity * self._slope)

    def advance(self, day: int, _coordinate: Floats) -> None:
        """One step of the walk; the prices play no part."""
        rng = generator(self._seed, "drift", day)
        size = len(self._level)
        jumps = rng.random(size) < JUMP_CHANCE
        step = rng.normal(0.0, LEVEL_STEP, size) + jumps * rng.normal(0.0, JUMP_LEVEL, size)
        turn = rng.normal(0.0, SLOPE_STEP, size) + jumps * rng.normal(0.0, JUMP_SLOPE, size)
        self._level = (1.0 - REVERSION) * self._level + step
        slope = (1.0 - REVERSION) * self._slope + turn
        self._slope = np.clip(slope, -SLOPE_LIMIT, SLOPE_LIMIT)

    def announce(self, _day: int) -> list[dict[str, Any]]:
        """Nobody announces a change of taste."""
        return []
