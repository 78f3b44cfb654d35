"""Prequential comparison: every model forecasts each window before it learns it."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from online_models.demand.ensemble.report import LearnReport
from online_models.demand.evaluation.baselines import BASELINES
from online_models.demand.forecast import UnitsForecast
from online_models.demand.inputs.observations import Observations
from online_models.demand.river.named_models import RiverModels
from online_models.numerics.arrays import Flags, Floats, Ints
from online_models.numerics.special import log

MIXTURE = "mixture"
#: Central coverage that the intervals claim.
COVERAGE = 0.9
BINS = 20
#: Forecasts are compared with sales by the size of the forecast: powers of two from 1/32 units up.
SMALLEST, SIZES = -5, 24
#: The most windows at the start of a comparison that do not count.
WARM_UP = 8


@dataclass
class Score:
    """Running sums of one model's errors; n counts windows, m those with units."""

    n: int = 0
    m: int = 0
    squared_log: float = 0.0
    absolute: float = 0.0
    units: float = 0.0
    log_score: float = 0.0
    covered: float = 0.0
    #: How many windows fell into each of BINS equal slices of their forecast's probability.
    places: Ints = field(default_factory=lambda: np.zeros(BINS, np.int64))
    #: Units forecast and sold, and windows, by the size of the forecast.
    forecast: Floats = field(default_factory=lambda: np.zeros(SIZES))
    sold: Floats = field(default_factory=lambda: np.zeros(SIZES))
    sized: Floats = field(default_factory=lambda: np.zeros(SIZES))

    def add(self, forecast: UnitsForecast, units: Floats, draw: Floats) -> None:
        """Judge forecasts of windows; `draw` (n,) in [0, 1) places counts within their jump of the
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
        slices = np.minimum((place * BINS).astype(np.int64), BINS - 1)
        self.places += np.bincount(slices, minlength=BINS)
        mean = np.maximum(forecast.mean, 2.0**SMALLEST)
        size = np.minimum(np.floor(np.log2(mean)).astype(np.int64) - SMALLEST, SIZES - 1)
        self.forecast += np.bincount(size, mean, SIZES)
        self.sold += np.bincount(size, units, SIZES)
        self.sized += np.bincount(size, minlength=SIZES)

    def merge(self, other: Score) -> None:
        """Add another's sums."""
        for name in (each.name for each in fields(self)):
            setattr(self, name, getattr(self, name) + getattr(other, name))

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


class Challenger(Protocol):
    """What is judged beside the experts: it has no part in the mixture."""

    def forecast(self, observations: Observations) -> UnitsForecast:
        """Forecast of each row's units, NaN means where it has no opinion."""

    def learn(self, observations: Observations) -> None:
        """Learn one window."""


class RiverChallenger:
    """A River model per offer, by name."""

    def __init__(self, name: str) -> None:
        self._models = RiverModels(name)

    def forecast(self, observations: Observations) -> UnitsForecast:
        """Forecast of each row's units."""
        return self._models.forecast(observations, observations.offer)

    def learn(self, observations: Observations) -> None:
        """Learn one window."""
        self._models.learn(observations, observations.offer)


@dataclass
class Evaluation:
    """Scores of the mixture, of its members and of challengers, over the same windows.

    An offer's first window is learnt and not judged: no model knows anything of it, and a naive
    forecast says nothing. `history` holds every window's part of each score, `weights` the
    experts' mean weights in it, `starts` when it began (ms).
    """

    seed: int = 1
    observations: int = 0
    scores: dict[str, Score] = field(default_factory=dict)
    challengers: dict[str, Challenger] = field(
        default_factory=lambda: {name: build() for name, build in BASELINES.items()}
    )
    history: dict[str, list[Score]] = field(default_factory=dict)
    weights: dict[str, list[float]] = field(default_factory=dict)
    starts: list[int] = field(default_factory=list)
    _latest: dict[str, Score] = field(default_factory=dict)
    #: Whether a window of each offer was seen.
    _seen: Flags = field(default_factory=lambda: np.zeros(0, np.bool_))

    def add(self, observations: Observations, report: LearnReport) -> None:
        """Take one window: what was observed, and what had been forecast."""
        learnt = np.flatnonzero(~report.skipped)
        judged = learnt[self._met(observations)[learnt]]
        units = np.maximum(observations.units[judged], 0.0)
        generator = np.random.Generator(np.random.Philox([self.seed, self.observations]))
        draw = generator.random(len(judged))
        self.observations += len(learnt)
        self.starts.append(int(observations.start[0]))
        self._judge(MIXTURE, report.forecast, judged, units, draw)
        weights = report.weights[learnt].sum(axis=0) / max(len(learnt), 1)
        for name, weight in zip(report.experts, weights.tolist(), strict=True):
            self.weights.setdefault(name, []).append(weight)
            member = report.member(name)
            covered = member.weights.sum(axis=1)[judged] > 0
            self._judge(name, member, judged[covered], units[covered], draw[covered])
        for name, challenger in self.challengers.items():
            forecast = challenger.forecast(observations)
            challenger.learn(observations)
            known = ~np.isnan(forecast.mean[judged])
            self._judge(name, forecast, judged[known], units[known], draw[known])
        for name in self.scores:
            self.history.setdefault(name, [Score() for _ in self.starts[1:]])
            self.history[name].append(self._latest.pop(name, Score()))

    @property
    def warm_up(self) -> int:
        """Intervals at the start that are learnt and not judged: little is known of any offer yet.

        A quarter of all, eight at most, and the first one.
        """
        return min(WARM_UP, max(len(self.starts) // 4, 1))

    def judged(self) -> dict[str, Score]:
        """The scores over all windows after the warm-up."""
        found = {}
        for name, history in self.history.items():
            found[name] = Score()
            for part in history[self.warm_up :]:
                found[name].merge(part)
        return {name: score for name, score in found.items() if score.n}

    def _met(self, observations: Observations) -> Flags:
        """Whether an earlier window of each row's offer was seen, (n,)."""
        offer = observations.offer
        missing = int(offer.max()) + 1 - len(self._seen)
        self._seen = np.append(self._seen, np.zeros(max(missing, 0), np.bool_))
        order = np.lexsort((observations.start, offer))
        first = order[np.append(True, np.diff(offer[order]) > 0)]
        met = np.ones(len(offer), np.bool_)
        met[first] = self._seen[offer[first]]
        self._seen[offer] = True
        return met

    def _judge(
        self,
        name: str,
        forecast: UnitsForecast,
        rows: NDArray[np.intp],
        units: Floats,
        draw: Floats,
    ) -> None:
        if len(rows):
            chosen = UnitsForecast(
                forecast.means[rows], forecast.sizes[rows], forecast.weights[rows]
            )
            latest = self._latest[name] = Score()
            latest.add(chosen, units, draw)
            self.scores.setdefault(name, Score()).merge(latest)
