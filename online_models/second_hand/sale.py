"""How soon used things sell: the hazard of a sale in the price asked over the value, by time.

The hazard is constant within stretches of the time on the market (piecewise exponential), and log
linear in the price. A thing that is still on the market, or was taken back, says what it can: it
did not sell in the time that it was offered.

References: Friedman, "Piecewise exponential models for survival data with covariates", Annals of
Statistics 10 (1982).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from online_models.numerics.arrays import Floats, Ints
from online_models.numerics.elementary import exp
from online_models.persistence.kinds import Part
from online_models.persistence.saved import Saved
from online_models.second_hand.features import FeatureRow, Weights
from online_models.second_hand.item import Feature, Item, sale_features

MOST_FEATURES = 200
#: Days on the market between which the hazard is constant; the last stretch is open.
EDGES = (0.0, 1.0, 3.0, 7.0, 14.0, 30.0, 60.0, 120.0)
#: Log ratios beyond say nothing more.
FURTHEST = 0.7
#: Before anything is known one in twenty sells each day, and 1 % more asked is 4 % slower.
_LEVEL, _SLOPE = -3.0, -4.0
DRIFT = 2e-5
#: The first stretch in which the price may matter otherwise: who would have paid it soon, has.
LATE = 4
_MORE = (
    ("ratio above", 1.5),
    ("ratio late", 1.5),
    ("unadvised", 0.3),
    ("unadvised ratio", 1.5),
)
_ALL = Feature("", "all", 1.0, 1.5)


class Offered(NamedTuple):
    """A price over the value, in logs, and whether it was advised. A seller who asks more than
    things like it are worth may know why; so what they ask themselves has a slope of its own.
    """

    log_ratio: float
    advised: bool


class SaleModel:
    """The model; `learnt` counts the sales."""

    SAVED = Saved(weights=Part(), learnt=int)

    def __init__(self) -> None:
        self.weights = Weights(MOST_FEATURES)
        self.learnt = 0
        self._common()

    def row(self, thing: Item, *, add: bool) -> FeatureRow:
        """The features of a thing that its price and time do not change."""
        return self.weights.row(sale_features(thing), add=add)

    def learn(
        self, row: FeatureRow, offered: Offered, days: tuple[float, float], sold: bool
    ) -> None:
        """A thing was offered from one age on the market to another, at a price over its value; it
        sold at the end, or did not yet.
        """
        start, end = days
        self.learnt += sold
        for stretch, low in enumerate(EDGES):
            high = EDGES[stretch + 1] if stretch + 1 < len(EDGES) else np.inf
            exposure = min(end, high) - max(start, low)
            last = low < end <= high or (end <= 0.0 and stretch == 0)
            if exposure <= 0.0 and not (last and sold):
                continue
            rows, values = self._at(row, stretch, offered)
            # a sale at the very moment has taken a moment
            exposure = max(exposure, 1e-3)
            self.weights.belief.learn_event(rows, values, exposure, last and sold)

    def survival(self, row: FeatureRow, log_ratios: Floats, age: float, days: Floats) -> Floats:
        """Probabilities that a thing that is `age` days on the market is unsold so many days later,
        (ratios, days).
        """
        gone = np.zeros((len(log_ratios), len(days)))
        for stretch, low in enumerate(EDGES):
            high = EDGES[stretch + 1] if stretch + 1 < len(EDGES) else np.inf
            exposure = np.minimum(age + days, high) - max(age, low)
            if high <= age or not (exposure > 0.0).any():
                continue
            rate = self._rate(row, stretch, log_ratios)
            gone += rate[:, None] * np.maximum(exposure, 0.0)
        return exp(-gone)

    def drift(self) -> None:
        """A day has passed."""
        self.weights.drift(DRIFT)

    def _rate(self, row: FeatureRow, stretch: int, log_ratios: Floats) -> Floats:
        rows, values = self._at(row, stretch, Offered(0.0, True))
        level, _ = self.weights.belief.predict(rows, values)
        mean, index = self.weights.belief.mean, self.weights.index
        ratios = np.clip(log_ratios, -FURTHEST, FURTHEST)
        late = mean[index["ratio late"]] if stretch >= LATE else 0.0
        logs = level + (mean[index["ratio"]] + late) * ratios
        logs += mean[index["ratio above"]] * np.maximum(ratios, 0.0)
        return exp(np.minimum(logs, 30.0))

    def _at(self, row: FeatureRow, stretch: int, offered: Offered) -> tuple[Ints, Floats]:
        index = self.weights.index
        ratio, own = min(max(offered.log_ratio, -FURTHEST), FURTHEST), float(not offered.advised)
        common = {
            "all": 1.0,
            f"stretch {stretch}": 1.0,
            "ratio": ratio,
            "ratio above": max(ratio, 0.0),
            "ratio late": ratio if stretch >= LATE else 0.0,
            "unadvised": own,
            "unadvised ratio": own * ratio,
        }
        rows = np.array([index[name] for name in common], dtype=np.int64)
        values = np.array(list(common.values()))
        return np.concatenate([rows, row.rows]), np.concatenate([values, row.values])

    def _common(self) -> None:
        add = self.weights.row
        add([_ALL], mean=_LEVEL)
        add([Feature("", f"stretch {i}", 1.0, 0.5) for i in range(len(EDGES))])
        add([Feature("", "ratio", 1.0, 2.0)], mean=_SLOPE)
        add([Feature("", name, 1.0, deviation) for name, deviation in _MORE])
