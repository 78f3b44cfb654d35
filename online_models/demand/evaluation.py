"""Prequential comparison: every model forecasts each bucket before it learns it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from online_models.demand.baselines import BASELINES, Baseline
from online_models.demand.forecast import Forecast
from online_models.demand.observations import Observations
from online_models.demand.report import LearnReport
from online_models.exact_math import log

Floats = NDArray[np.float64]
MIXTURE = "mixture"
#: Central coverage that the intervals claim.
COVERAGE = 0.9


@dataclass
class Score:
    """Running sums of one model's errors; n counts buckets, m those with units."""

    n: int = 0
    m: int = 0
    squared_log: float = 0.0
    absolute: float = 0.0
    units: float = 0.0
    log_score: float = 0.0
    covered: float = 0.0

    def add(self, forecast: Forecast, units: Floats, draw: Floats) -> None:
        """Judge forecasts of buckets; `draw` (n,) in [0, 1) places counts within their jump of the
        distribution function (randomised probability integral transform; Czado, Gneiting, Held,
        Biometrics 2009), so that coverage of counts can be exact.
        """
        some = units > 0
        self.n += len(units)
        self.m += int(np.count_nonzero(some))
        location = forecast.log_location()
        error = log(units[some]) - location[some]
        self.squared_log += float(np.add.accumulate(error * error)[-1]) if len(error) else 0.0
        self.absolute += float(np.abs(units - forecast.mean).sum())
        self.units += float(units.sum())
        self.log_score += float(forecast.log_score(units).sum())
        low, high = forecast.pit(units)
        place = low + draw * (high - low)
        tail = 0.5 * (1.0 - COVERAGE)
        self.covered += float(np.count_nonzero((place > tail) & (place < 1.0 - tail)))

    def figures(self) -> dict[str, float | None]:
        """The figures of `pricetide evaluate`; None where there was nothing to judge."""
        n, m = self.n, self.m
        return {
            "rmse_log": float(np.sqrt(self.squared_log / m)) if m else None,
            "mae": self.absolute / n if n else None,
            "wape": self.absolute / self.units if self.units else None,
            "log_score": self.log_score / n if n else None,
            "coverage_90": self.covered / n if n else None,
        }


@dataclass
class Evaluation:
    """Scores of the mixture, of its members and of the baselines, over the same buckets."""

    seed: int = 1
    observations: int = 0
    scores: dict[str, Score] = field(default_factory=dict)
    baselines: dict[str, Baseline] = field(
        default_factory=lambda: {name: build() for name, build in BASELINES.items()}
    )

    def add(self, observations: Observations, report: LearnReport) -> None:
        """Take one interval: what was observed, and what had been forecast."""
        judged = np.flatnonzero(~report.skipped)
        units = np.maximum(observations.units[judged], 0.0)
        generator = np.random.Generator(np.random.Philox([self.seed, self.observations]))
        draw = generator.random(len(judged))
        self.observations += len(judged)
        self._judge(MIXTURE, report.forecast, judged, units, draw)
        for name in report.experts:
            member = report.member(name)
            covered = member.weights.sum(axis=1)[judged] > 0
            self._judge(name, member, judged[covered], units[covered], draw[covered])
        for name, baseline in self.baselines.items():
            forecast = baseline.forecast(observations)
            known = ~np.isnan(forecast.mean[judged])
            self._judge(name, forecast, judged[known], units[known], draw[known])
            baseline.learn(observations)

    def _judge(
        self, name: str, forecast: Forecast, rows: NDArray[np.intp], units: Floats, draw: Floats
    ) -> None:
        if len(rows):
            chosen = Forecast(forecast.means[rows], forecast.sizes[rows], forecast.weights[rows])
            self.scores.setdefault(name, Score()).add(chosen, units, draw)
