"""The evaluation as one HTML page of plots that needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from online_models.demand.evaluation.prequential import BINS, MIXTURE, Evaluation, Score
from schemas.values.instants import DAY
from streams.charts import svg as charts
from streams.charts.svg import Curve, lines

Floats = NDArray[np.float64]
FILE = "evaluation.html"
#: Points of a curve: each is an average over so many intervals that there are no more.
POINTS = 80


def write(evaluation: Evaluation, window: str, words: Sequence[str], folder: Path) -> Path:
    """Write the page below `folder`, which is made where it is not there; returns its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE
    path.write_text(page(evaluation, window, words), encoding="utf-8")
    return path


def page(evaluation: Evaluation, window: str, words: Sequence[str]) -> str:
    """The page as text; `words` is what its figures come to."""
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in words)
    names = list(evaluation.scores)
    style = {name: "best" if name == MIXTURE else f"c{i % 8}" for i, name in enumerate(names)}
    mixture = evaluation.judged().get(MIXTURE, Score())
    plots = (
        _over_time(
            "error of log units: best low", evaluation, style, "squared_log", "m", root=True
        ),
        _over_time("log score: best high", evaluation, style, "log_score", "n"),
        _over_time("units off per unit sold: best low", evaluation, style, "absolute", "units"),
        _weights(evaluation, style),
        _reliability(mixture),
        _predicted(mixture),
    )
    key = "".join(f'<span class="{style[name]}"><i></i>{escape(name)}</span>' for name in names)
    return charts.page(
        "demand models",
        "<h1>Demand models, one window ahead</h1>"
        f'<p class="headline">{evaluation.observations:,} windows of {escape(window)}; every '
        f'forecast was made before its window was learnt.</p><div class="key">{key}</div>'
        f'<div class="plots">{"".join(plots)}</div>{paragraphs}',
        "Days since the first window; the first ones, which are not judged, are left out, "
        "and curves far from the mixture's are cut at the edge. The last plot but one: the share "
        "of the windows below each forecast quantile; a forecast whose intervals hold lies on the "
        "diagonal. So do forecasts that are right on average, in the last plot: both axes are "
        "logarithmic, each point is a size of forecast.",
    )


def _over_time(
    title: str,
    evaluation: Evaluation,
    style: dict[str, str],
    top: str,
    below: str,
    root: bool = False,
) -> str:
    values = {}
    for name, history in evaluation.history.items():
        judged = history[evaluation.warm_up :]
        totals = _averaged([getattr(score, top) for score in judged])
        counts = _averaged([getattr(score, below) for score in judged])
        value = totals / np.where(counts > 0, counts, np.nan)
        values[name] = np.sqrt(value) if root else value
    days, (low, high) = _days(evaluation).tolist(), _room(values[MIXTURE])
    curves = {
        name: Curve(days, np.clip(value, low, high).tolist(), style[name])
        # what is used lies on top
        for name, value in sorted(values.items(), key=lambda item: item[0] == MIXTURE)
    }
    return lines(title, curves, y_label="by window")


def _room(curve: Floats) -> tuple[float, float]:
    """What of the axis is drawn around the mixture's curve: a wild model must not flatten it."""
    known = curve[np.isfinite(curve)]
    if not len(known):
        return -np.inf, np.inf
    low, high = float(known.min()), float(known.max())
    space = 1.5 * (high - low) or np.inf
    return low - space, high + space


def _weights(evaluation: Evaluation, style: dict[str, str]) -> str:
    days = _days(evaluation).tolist()
    curves = {
        name: Curve(days, _averaged(weights[evaluation.warm_up :], True).tolist(), style[name])
        for name, weights in evaluation.weights.items()
        if name in style
    }
    return lines("weight in the mixture", curves, y_label="mean over windows")


def _reliability(score: Score) -> str:
    reached = np.cumsum(score.places) / max(score.n, 1)
    level = np.arange(1, BINS + 1) / BINS
    return lines(
        "do the mixture's intervals hold?",
        {
            "calibrated": Curve([0.0, 1.0], [0.0, 1.0], "static"),
            MIXTURE: Curve([0.0, *level.tolist()], [0.0, *reached.tolist()], "c0"),
        },
        y_label="share below",
        x_label="forecast quantile",
    )


def _predicted(score: Score) -> str:
    """Mean units sold against the mean forecast, by the size of the forecast."""
    some = score.sized > 0.0
    forecast, sold = (total[some] / score.sized[some] for total in (score.forecast, score.sold))
    line = forecast.tolist()
    return lines(
        "predicted against actual",
        {
            "right on average": Curve(line, line, "static"),
            MIXTURE: Curve(line, sold.tolist(), "c0"),
        },
        log=True,
        y_label="units sold",
        x_label="units forecast",
    )


def _days(evaluation: Evaluation) -> Floats:
    starts = np.array(evaluation.starts, np.float64)
    return _averaged(((starts - starts[0]) / DAY)[evaluation.warm_up :].tolist(), mean=True)


def _averaged(values: Sequence[float], mean: bool = False) -> Floats:
    """Sums (or means) over equal stretches, at most POINTS of them."""
    if not len(values):
        return np.zeros(0)
    whole = np.asarray(values, np.float64)
    step = -(-len(whole) // POINTS)
    starts = np.arange(0, len(whole), step)
    sums = np.add.reduceat(whole, starts)
    return sums / np.diff(np.append(starts, len(whole))) if mean else sums
