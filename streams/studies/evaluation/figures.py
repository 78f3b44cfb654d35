"""The demand models judged on a recording."""

from __future__ import annotations

from typing import Any

from online_models.demand.evaluation.baselines import BASELINES
from online_models.demand.evaluation.prequential import MIXTURE, Evaluation
from streams.errors import InputError
from streams.studies.evaluation.timing import timed
from streams.studies.observed import Observed


def evaluate(bucket: str, observed: Observed, evaluation: Evaluation) -> dict[str, Any]:
    """The figures of `--json`; `evaluation`, which gets every report, collects all else."""
    watches = timed(observed.demand.experts) | timed(evaluation.challengers)
    with observed.progress("evaluating"):
        pass
    seconds = {name: watch.seconds for name, watch in watches.items()}
    seconds[MIXTURE] = sum(seconds[name] for name in observed.demand.experts)
    weights = {name: sum(each) / len(each) for name, each in evaluation.weights.items()}
    judged = evaluation.judged()
    if not judged:
        raise InputError("no offer has two buckets: nothing to judge; try a shorter --bucket")
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
        "bucket": bucket,
        "observations": evaluation.observations,
        "refused": observed.ignored.refused,
        "warm_up": evaluation.warm_up,
        "models": models,
        "used": MIXTURE,
    }


def in_words(models: list[dict[str, Any]], buckets: int) -> list[str]:
    """How far off the mixture is, and whether that is better than what needs no model."""
    known = {m["name"]: m for m in models if m["buckets"] == buckets and m["wape"] is not None}
    naive = [known[name] for name in BASELINES if name in known]
    if MIXTURE not in known or not naive:
        return []
    ours, best = known[MIXTURE], min(naive, key=lambda model: float(model["rmse_log"]))
    gain = 1.0 - ours["rmse_log"] / max(best["rmse_log"], 1e-9)
    return [
        f"The mixture is off by {ours['wape']:.0%} of the units sold; {ours['coverage_90']:.0%} of "
        "the buckets lie within the interval that is to hold 90%.",
        f"Its error of log units is {abs(gain):.0%} {'below' if gain >= 0 else 'above'} that of "
        f"the best naive forecast, {best['name']}.",
    ]
