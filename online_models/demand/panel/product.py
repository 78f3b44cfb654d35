"""Product level: a Gaussian process on the mean of a product's log units over its channels.

Up to 16 products of one category share a block, whose posterior is solved exactly over a window
of the latest windows (`panel_solution`). Shocks have heavy tails: each observation's weight is
that of a Student-t, renewed from what the last solution left unexplained. At most a fixed number
of blocks is solved a window, in turn, so that a large catalogue costs no more; what came since a
block's last solution waits for the next.

References: Lange, Little and Taylor, "Robust statistical modeling using the t distribution",
JASA 84 (1989), for the weights.
"""

from __future__ import annotations

import numpy as np

from online_models.demand.panel.kernel import LINEAR
from online_models.demand.panel.prior import (
    CHANNEL_SLOPES,
    FIRST,
    SPREADS,
    belief,
    neighbour,
    prior,
)
from online_models.demand.panel.solution import Seen, Solution
from online_models.numerics.arrays import Floats, Ints
from online_models.numerics.columns import Columns, column
from online_models.persistence.kinds import Part
from online_models.persistence.saved import Saved

SLOTS = 16
#: Observations kept of a product: the window, and as many more before the oldest are dropped.
WINDOW, MORE = 104, 24
ROOM = WINDOW + MORE
#: Blocks solved a window; some 35 ms each, twice that where another spread is tried.
SOLVED_A_WINDOW = 24
#: Windows in which every solution tries another spread; afterwards one in so many does, the blocks
#: by turns, so that no window has to wait for all of them.
TRYING, SELDOM = 48, 4
DEGREES_OF_FREEDOM = 6.0
NOISE_STEP = 0.05
FIRST_NOISE = 0.12


class BlockState(Columns):
    """One row per block and slot: row = block × SLOTS + slot."""

    #: Observations held, and how many of them the block's solution has seen.
    count: Ints = column(np.int64, 0)
    solved: Ints = column(np.int64, 0)
    #: Variance of a product's own shocks, now and as the solution was made.
    noise: Floats = column(np.float64, FIRST_NOISE)
    solved_noise: Floats = column(np.float64, FIRST_NOISE)
    #: Window, mean log units, Student-t weight and regressors of the observations, oldest first.
    time: Floats = column(np.float64, 0.0, ROOM)
    target: Floats = column(np.float64, 0.0, ROOM)
    weight: Floats = column(np.float64, 1.0, ROOM)
    design: Floats = column(np.float64, 0.0, ROOM * LINEAR)


class BlockBelief(Columns):
    """One row per block."""

    #: Windows learnt; the time of the last one in windows since the first, and its start in ms.
    windows: Ints = column(np.int64, 0, saved_as="periods")
    clock: Ints = column(np.int64, -1)
    last: Ints = column(np.int64, -1)
    #: Spreads tried.
    tried: Ints = column(np.int64, 0)
    #: Spreads as powers of two.
    exponents: Ints = column(np.int64, FIRST, SPREADS)
    #: Slopes of the channels as the solution was made, and their variances.
    channel_slopes: Floats = column(np.float64, 0.0, len(CHANNEL_SLOPES), saved_as="told")
    doubt: Floats = column(np.float64, 1.0, len(CHANNEL_SLOPES))


class ProductLevel:
    """Observations of every block, and the solutions that follow from them."""

    SAVED = Saved(belief=Part(), state=Part())
    TRANSIENT = ("_solutions",)

    def __init__(self) -> None:
        self.state = BlockState()
        self.belief = BlockBelief()
        #: Made again from the state where it is missing.
        self._solutions: dict[int, Solution] = {}

    def grow(self, blocks: int) -> None:
        """Make room for blocks of products that are still unknown."""
        self.belief.grow(blocks)
        self.state.grow(blocks * SLOTS)

    @property
    def windows(self) -> Ints:
        """Windows that each block has learnt."""
        return self.belief.windows

    def predict(
        self, block: int, slot: Ints, design: Floats, start: int, length: int
    ) -> tuple[Floats, Floats]:
        """Mean and variance of each product's mean in the window of `length` that begins at
        `start` (ms), from design (LINEAR, products).
        """
        solution = self._solution(block)
        mean, variance = solution.predict(slot, design, self._time(block, start, length))
        return mean, variance + self.state.noise[block * SLOTS + slot]

    def learn(
        self,
        block: int,
        slot: Ints,
        design: Floats,
        target: Floats,
        channel_slopes: tuple[Floats, Floats],
        start: int,
        length: int,
    ) -> None:
        """Remember one window's product means, and what they show of the noise; `channel_slopes`
        is what was predicted of them.
        """
        time = self._time(block, start, length)
        self.belief.clock[block], self.belief.last[block] = time, start
        state, row = self.state, block * SLOTS + slot
        if self.windows[block] > 2:
            mean, spread = channel_slopes
            noise = state.noise[row]
            square = (target - mean) ** 2
            weight = (DEGREES_OF_FREEDOM + 1.0) / (DEGREES_OF_FREEDOM + square / spread)
            moved = noise + NOISE_STEP * (noise / spread) * (weight * square - noise)
            state.noise[row] = np.minimum(np.maximum(moved, 1e-3), 2.0)
        full = row[state.count[row] == ROOM]
        if len(full):
            self._drop_oldest(block)
        at = state.count[row]
        state.time[row, at] = float(time)
        state.target[row, at] = target
        state.weight[row, at] = 1.0
        state.design.reshape(-1, ROOM, LINEAR)[row, at] = design.T
        state.count[row] += 1
        self.windows[block] += 1

    def solve(self, blocks: Ints, channel_slopes: tuple[Floats, Floats]) -> None:
        """Renew the solutions of blocks that have just learnt, the longest waiting first.

        `channel_slopes` are the pooled slopes as the channels have them, and their variances,
        (len(CHANNEL_SLOPES),) each.
        """
        rows = blocks[:, None] * SLOTS + np.arange(SLOTS)
        waiting = (self.state.count[rows] - self.state.solved[rows]).sum(axis=1)
        for b in blocks[np.argsort(-waiting, kind="stable")][:SOLVED_A_WINDOW].tolist():
            self._renew(b, channel_slopes)

    def _time(self, block: int, start: int, length: int) -> int:
        """When a window is, in windows since the block's first one; silence counts as well."""
        last = int(self.belief.last[block])
        passed = (start - last + length // 2) // length if last >= 0 else 1
        return int(self.belief.clock[block]) + max(passed, 1)

    def _renew(self, block: int, channel_slopes: tuple[Floats, Floats]) -> None:
        """Reweigh what the old solution has seen, and solve anew with all that is held."""
        state = self.state
        rows = np.arange(block * SLOTS, (block + 1) * SLOTS)
        if state.solved[rows].any():
            old = self._solution(block)
            noise = state.solved_noise[rows[: len(old.residual)], None]
            left = old.residual * old.residual / noise
            weight = (DEGREES_OF_FREEDOM + 1.0) / (DEGREES_OF_FREEDOM + left)
            kept = old.seen.there
            part = state.weight[rows[: len(weight)], : weight.shape[1]]
            state.weight[rows[: len(weight)], : weight.shape[1]] = np.where(kept, weight, part)
        self.belief.channel_slopes[block], self.belief.doubt[block] = channel_slopes
        self._take_all(block)
        windows = int(self.windows[block])
        if windows <= TRYING or (windows + block) % SELDOM == 0:
            self._try(block)

    def _try(self, block: int) -> None:
        """Take another spread where what was seen is likelier under it."""
        held, now = self.belief, self._solution(block)
        exponents = held.exponents[block].copy()
        held.exponents[block] = neighbour(exponents, int(held.tried[block]))
        held.tried[block] += 1
        del self._solutions[block]
        gained = self._solution(block).evidence - now.evidence
        if gained + belief(held.exponents[block]) <= belief(exponents):
            held.exponents[block], self._solutions[block] = exponents, now

    def _take_all(self, block: int) -> None:
        """Let the next solution see all that is held, with the noise as it is now."""
        state, rows = self.state, slice(block * SLOTS, (block + 1) * SLOTS)
        state.solved[rows] = state.count[rows]
        state.solved_noise[rows] = state.noise[rows]
        self._solutions.pop(block, None)

    def _solution(self, block: int) -> Solution:
        found = self._solutions.get(block)
        if found is None:
            state = self.state
            first = block * SLOTS
            solved = state.solved[first : first + SLOTS]
            taken = int(np.flatnonzero(solved)[-1]) + 1 if solved.any() else 1
            n = max(int(solved.max()), 1)
            rows = slice(first, first + taken)
            design = state.design[rows].reshape(taken, ROOM, LINEAR)[:, :n]
            seen = Seen(
                np.ascontiguousarray(np.swapaxes(design, 1, 2)),
                state.time[rows, :n].copy(),
                state.target[rows, :n].copy(),
                np.arange(n) < solved[:taken, None],
            )
            noise = state.solved_noise[rows, None] / state.weight[rows, :n]
            held = self.belief
            found = self._solutions[block] = Solution(
                seen,
                noise,
                prior(held.exponents[block], held.channel_slopes[block], held.doubt[block]),
            )
        return found

    def _drop_oldest(self, block: int) -> None:
        """Make room in every product of a block, and solve with what is left."""
        state = self.state
        for row in range(block * SLOTS, (block + 1) * SLOTS):
            surplus = int(state.count[row]) - WINDOW
            if surplus > 0:
                for name, width in (("time", 1), ("target", 1), ("weight", 1), ("design", LINEAR)):
                    held = getattr(state, name)[row]
                    held[: WINDOW * width] = held[surplus * width : (surplus + WINDOW) * width]
                    held[WINDOW * width :] = 1.0 if name == "weight" else 0.0
                state.count[row] = WINDOW
        self._take_all(block)
