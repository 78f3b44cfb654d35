"""Coverage of the intervals of experiments over simulated ones: a table on stdout.

    OMP_NUM_THREADS=1 python -m tests.benchmarks.experiment_intervals [experiments] [seed]

A 95 % interval should cover the truth in 93 to 97 % of the experiments. A confidence sequence
may exclude it on any of its days, looked at every day, in at most 5 %.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

sys.path.insert(
    0, str(Path(__file__).resolve().parents[1] / "online_models" / "studies" / "experiments")
)

import test_counterfactual
import test_lift
import test_off_policy


def lifts(experiments: int, seed: int) -> Iterator[tuple[str, float, bool]]:
    """What is measured, its rate, and whether the rate is as it should be."""
    for units, held, lift in ((120, 0.1, 0.0), (400, 0.2, 0.0), (300, 0.2, 0.08)):
        rng = np.random.default_rng([seed, units])
        name = "relative" if lift else "absolute"
        first, last, ever = [], [], []
        for _ in range(experiments):
            looks = test_lift.draw(rng, units, held, lift, days=90)
            first.append(not getattr(looks[0], name).excludes(lift))
            last.append(not getattr(looks[-1], name).excludes(lift))
            sequences = (look.relative_sequence if lift else look.sequence for look in looks)
            ever.append(any(sequence.excludes(lift) for sequence in sequences))
        what = f"{units} units, {held:.0%} held out, lift {lift:.0%}"
        yield f"{what}: covered after 14 days", *within(first)
        yield f"{what}: covered after 90 days", *within(last)
        wrong = float(np.mean(ever))
        yield f"{what}: ever excluded by the sequence", wrong, wrong <= 0.05


def values(experiments: int, seed: int) -> Iterator[tuple[str, float, bool]]:
    """The same of the off-policy estimates."""
    for error in (0.0, 0.5):
        rng = np.random.default_rng([seed, 7])
        drawn = [test_off_policy.draw(rng, 150, 20, 4.0, error) for _ in range(experiments)]
        value = np.mean([truth for _, truth, _ in drawn])
        gain = np.mean([truth - logged for _, truth, logged in drawn])
        what = f"off-policy, the model off by {error:.0%}"
        yield f"{what}: value", *within([not f.value.excludes(value) for f, _, _ in drawn])
        yield f"{what}: gain", *within([not f.gain.excludes(gain) for f, _, _ in drawn])
    rng = np.random.default_rng([seed, 3])
    covered = []
    for _ in range(experiments):
        found, truth = test_counterfactual.log(rng, skus=80, days=20)
        covered.append(found.estimate is not None and not found.estimate.value.excludes(truth))
    yield "what other prices would have earned", *within(covered)


def within(covered: list[bool]) -> tuple[float, bool]:
    rate = float(np.mean(covered))
    return rate, 0.93 <= rate <= 0.97


def main(experiments: int, seed: int) -> None:
    for part in (lifts, values):
        for what, rate, holds in part(experiments, seed):
            print(f"{what:62s} {rate:6.3f}  {'holds' if holds else 'does not hold'}", flush=True)


if __name__ == "__main__":
    main(*(int(text) for text in sys.argv[1:3]), *(500, 0)[len(sys.argv) - 1 :])
