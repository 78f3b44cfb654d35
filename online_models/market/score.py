"""How contenders are judged: shares of the clairvoyant's profit, intervals by seed, regret."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from online_models.market.closed_loop import Track
from online_models.numerics.arrays import Floats
from online_models.studies.experiments.lift import Interval, student

#: The regret's exponent is fitted from this share of the days on, on points even in log time.
FIT_FROM = 1 / 16
FIT_POINTS = 24


@dataclass(frozen=True)
class ContenderScore:
    """One contender over all seeds.

    share: of the clairvoyant's profit. lift: profit over static pricing, relative.
    tenth: tenth percentile over offers of their own share, mean over seeds.
    exponent: b of regret(T) ∝ T^b, of the mean regret over seeds; NaN where there is no regret.
    elasticity_error: at the last look; NaN without belief. breaches, decisions, unexplained: as in
        `Track`, summed.
    """

    share: Interval
    lift: Interval
    tenth: float
    exponent: float
    elasticity_error: float
    breaches: int
    decisions: int
    unexplained: int


def regret(tracks: Sequence[Track], clairvoyant: Sequence[Track]) -> Floats:
    """Mean over seeds of the cumulated regret in minor units, shape (T,)."""
    gaps = [best.profit - track.profit for track, best in zip(tracks, clairvoyant, strict=True)]
    summed: Floats = np.cumsum(np.mean(gaps, axis=0))
    return summed


def exponent(cumulated: Floats) -> float:
    """Slope of log regret on log time from `FIT_FROM` of the days on, by least squares.

    >>> round(exponent(np.sqrt(np.arange(1, 1441))), 6)
    0.5
    """
    days = len(cumulated)
    first = max(1, round(days * FIT_FROM))
    points = np.unique(np.rint(np.geomspace(first, days, FIT_POINTS)).astype(np.int64))
    values = cumulated[points - 1]
    if len(points) < 3 or (values <= 0).any():
        return float("nan")
    return float(np.polyfit(np.log(points), np.log(values), 1)[0])


def score(
    tracks: Sequence[Track], clairvoyant: Sequence[Track], static: Sequence[Track]
) -> ContenderScore:
    """Judge a contender; the three sequences hold the same seeds in the same order."""
    profit, best, still = (
        np.array([track.profit.sum() for track in group]) for group in (tracks, clairvoyant, static)
    )
    tenths = [
        np.percentile(track.offer_profit / top.offer_profit, 10)
        for track, top in zip(tracks, clairvoyant, strict=True)
    ]
    return ContenderScore(
        share=student(profit / best),
        lift=student(profit / still - 1.0),
        tenth=float(np.mean(tenths)),
        exponent=exponent(regret(tracks, clairvoyant)),
        elasticity_error=float(np.mean([track.elasticity_error[-1] for track in tracks])),
        breaches=_summed(tracks, "breaches"),
        decisions=_summed(tracks, "decisions"),
        unexplained=_summed(tracks, "unexplained"),
    )


def _summed(tracks: Sequence[Track], name: str) -> int:
    return int(sum(getattr(track, name).sum() for track in tracks))
