"""Sales at prices that nobody met, from sales at those that shoppers did meet.

In a window, a shop sold u units at the price s. At the price d, with all else of that window the
same, it would have sold u (d / s)^ε (P / S)^χ: ε is the learnt elasticity of the offer between the
two prices, P / S how the prices of the category's other offers on the channel would have moved in
the mean (geometric), χ the learnt elasticity to these. So only the answer to prices is taken from
the models: how many shoppers came is in u.

The uncertainty is that of ε and χ, by draws from their posterior, and what chance does to u. What
the errors of ε have in common within categories is drawn as one for all offers, which is careful:
it averages out nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from online_models.numerics.arrays import Floats, Ints
from online_models.numerics.special import normals

#: Draws from the posterior, and the bounds that hold 95 % of them.
DRAWS = 400
BOUNDS = 2.5, 97.5
#: No answer to a price is believed beyond a factor of e^3 in units.
LARGEST_MOVE = 3.0


@dataclass(frozen=True, slots=True)
class TrialWindows:
    """n windows, (n,) each: `offer` counts the m offers, `peers` which windows are of the same
    time, channel and category. Profits are of one unit, in the currency's main unit.
    """

    offer: Ints
    peers: Ints
    #: Units sold, and those that stock allowed at most (inf: any).
    units: Floats
    most: Floats
    #: Log of the decided price over the shown one, and ε between the two.
    move: Floats
    elasticity: Floats
    shown_profit: Floats
    decided_profit: Floats

    def __len__(self) -> int:
        return len(self.offer)


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """Of m offers, (m,) each: standard deviations of ε, the part that all share and the rest, and χ
    with its deviation.
    """

    common: Floats
    own: Floats
    cross: Floats
    cross_deviation: Floats


@dataclass(frozen=True, slots=True)
class Gains:
    """By group of offers, (groups,): units at the decided prices, and the profit beyond what was
    earned at the shown ones. `profit_draws` is (DRAWS, groups).
    """

    units: Floats
    profit: Floats
    profit_draws: Floats

    def interval(self, groups: Ints) -> tuple[float, float, float]:
        """The gain of some groups together, and its 95 % bounds."""
        drawn = self.profit_draws[:, groups].sum(axis=1)
        low, high = np.percentile(drawn, BOUNDS)
        return float(self.profit[groups].sum()), float(low), float(high)


def gains(windows: TrialWindows, unsure: Uncertainty, group: Ints, groups: int) -> Gains:
    """What the decided prices would have brought; `group` is each offer's, (m,)."""
    others, of = _others(windows), group[windows.offer]
    units, profit, draws = np.zeros(groups), np.zeros(groups), np.empty((DRAWS, groups))
    everyone = np.arange(len(group))
    for draw in range(DRAWS):
        normal = normals(draw, everyone, count=2)
        shared = normals(DRAWS, draw, count=2)[0]
        error = unsure.common * shared[0] + unsure.own * normal[:, 0]
        cross = unsure.cross + unsure.cross_deviation * shared[1]
        # demand falls in the own price, and rises in those of others
        slope = np.minimum(windows.elasticity + error[windows.offer], 0.0)
        answer = slope * windows.move + np.maximum(cross, 0.0)[windows.offer] * others
        expected = windows.units * np.exp(np.clip(answer, -LARGEST_MOVE, LARGEST_MOVE))
        sold = np.minimum(expected, windows.most)
        gain = sold * windows.decided_profit - windows.units * windows.shown_profit
        by_group = np.bincount(of, weights=gain, minlength=groups)
        units += np.bincount(of, weights=sold, minlength=groups) / DRAWS
        profit += by_group / DRAWS
        draws[draw] = (
            by_group
            + _chance(windows, sold, of, groups) * normals(DRAWS + 1, draw, np.arange(groups))[:, 0]
        )
    return Gains(units, profit, draws)


def _chance(windows: TrialWindows, sold: Floats, of: Ints, groups: int) -> Floats:
    """Standard deviation of the gain by group, for that of a Poisson number of units is itself."""
    ratio = np.divide(sold, windows.units, out=np.zeros(len(windows)), where=windows.units > 0.0)
    per_unit = ratio * windows.decided_profit - windows.shown_profit
    variance = np.bincount(of, weights=per_unit * per_unit * windows.units, minlength=groups)
    return np.sqrt(variance)


def _others(windows: TrialWindows) -> Floats:
    """The mean move of the other offers among a window's peers; 0 where there are none."""
    number = np.bincount(windows.peers)[windows.peers] - 1.0
    moves = np.bincount(windows.peers, weights=windows.move)[windows.peers] - windows.move
    return np.asarray(np.where(number > 0.0, moves / np.maximum(number, 1.0), 0.0))
