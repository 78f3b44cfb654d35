"""The demand models judged on a recording."""

from __future__ import annotations

import time
from collections.abc import Callable, MutableMapping
from operator import itemgetter
from typing import Any

from online_models.demand.evaluation.baselines import BASELINES
from online_models.demand.evaluation.prequential import MIXTURE, Evaluation
from streams.errors import InputError
from streams.studies.observed import ObservedRecording

#: What models do for every window.
WORK = ("predict", "forecast", "learn")


class Timed:
    """A model with a stop-watch around its work."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self.seconds = 0.0

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._model, name)
        return self._timed(found) if name in WORK else found

    def _timed(self, work: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any) -> Any:
            begun = time.perf_counter()
            done = work(*args)
            self.seconds += time.perf_counter() - begun
            return done

        return run


def timed(models: MutableMapping[str, Any]) -> dict[str, Timed]:
    """Put a stop-watch on every model, in place."""
    watches = {name: Timed(model) for name, model in models.items()}
    models.update(watches)
    return watches


def evaluate(window: str, observed: ObservedRecording, evaluation: Evaluation) -> dict[str, Any]:
    """The figures of `--json`; `evaluation`, which gets every report, collects all else."""
    watches = timed(observed.demand.experts) | timed(evaluation.challengers)
    with observed.progress("evaluating"):
        pass
    seconds = {name: watch.seconds for name, watch in watches.items()}
    seconds[MIXTURE] = sum(seconds[name] for name in observed.demand.experts)
    weights = {name: sum(each) / len(each) for name, each in evaluation.weights.items()}
    judged = evaluation.judged()
    if not judged:
        raise InputError("no offer has two windows: nothing to judge; try a shorter --bucket")
    models = [
        {
            "name": name,
            "buckets": score.n,
            **score.figures(),
            "seconds": round(seconds.get(name, 0.0), 3),
            "weight": round(weights[name], 4) if name in weights else None,
        }
        for name, score in judged.items()
    ]
    return {
        "bucket": window,
        "observations": evaluation.observations,
        "refused": observed.ignored.refused,
        "warm_up": evaluation.warm_up,
        "models": models,
        "used": MIXTURE,
    }


#: Measures on which the mixture is set beside forecasts that need no model, and what they say.
COMPARED = {
    "wape": "share of the units that it is off by",
    "mae": "mean error in units",
    "rmse_log": "error of log units",
}


def in_words(models: list[dict[str, Any]], windows: int) -> list[str]:
    """How far off the mixture is, and by each measure whether that is better than what needs no
    model; where it is worst comes first.
    """
    known = {m["name"]: m for m in models if m["buckets"] == windows and m["wape"] is not None}
    naive = [known[name] for name in BASELINES if name in known]
    if MIXTURE not in known or not naive:
        return []
    ours = known[MIXTURE]
    gains = []
    for measure, meaning in COMPARED.items():
        best = min(naive, key=lambda model: float(model[measure]))
        gain = 1.0 - ours[measure] / max(best[measure], 1e-9)
        gains.append((gain, meaning, best["name"]))
    gains.sort(key=itemgetter(0))
    lines = [
        f"By the {meaning} it is {abs(gain):.0%} {'better' if gain >= 0 else 'worse'} than the best"
        f" naive forecast, {name}."
        for gain, meaning, name in gains
    ]
    return [
        f"The mixture is off by {ours['wape']:.0%} of the units sold; {ours['coverage_90']:.0%} of "
        "the windows lie within the interval that is to hold 90%.",
        *lines,
    ]


#: Shares of windows between which a 90 % interval may be said to hold.
HOLDS = (0.87, 0.93)


def what_to_do(models: list[dict[str, Any]], windows: int) -> list[str]:
    """What the figures come to for who sets prices: what is known, what is not, what to do next."""
    known = {m["name"]: m for m in models if m["buckets"] == windows and m["wape"] is not None}
    naive = [known[name] for name in BASELINES if name in known]
    if MIXTURE not in known or not naive:
        return []
    ours = known[MIXTURE]
    gain = 1.0 - ours["log_score"] / min(max(m["log_score"] for m in naive), -1e-9)
    lost = [name for name in COMPARED if ours[name] > min(m[name] for m in naive)]
    inside = ours["coverage_90"]
    lines = [
        f"Known: a forecast of the next window is off by {ours['wape']:.0%} of its units; "
        + (
            "as a distribution it is better than any naive one."
            if gain > 0.0
            else "as a distribution it is no better than the best naive one."
        )
    ]
    if lost:
        lines.append(
            f"Not known better than by a naive rule: {', '.join(COMPARED[name] for name in lost)}. "
            "Next: give the models more history, or longer windows than these (--bucket); "
            "until then, let guardrails keep steps small."
        )
    if inside < HOLDS[0]:
        lines.append(
            f"Surprises are commoner than stated ({inside:.0%} inside instead of 90%): keep more "
            "stock than the intervals say, and look for causes that no record names, such as "
            "promotions."
        )
    elif inside > HOLDS[1]:
        lines.append(
            f"Intervals are wider than they need be ({inside:.0%} inside instead of 90%): prices "
            "are set with more caution than the data ask for; this shrinks as more is seen."
        )
    if not lost and HOLDS[0] <= inside <= HOLDS[1]:
        lines.append("Next: nothing is amiss; what a price does is in `pricetide elasticities`.")
    return lines
