"""Bias and coverage of own elasticities over simulated confounded markets: a table on stdout.

    OMP_NUM_THREADS=1 python -m tests.benchmarks.elasticity_confounded [markets] [first]

The filter is as it comes: nothing tells it that a market is confounded. `told`: it knows which part
of a price chance drew.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "online_models" / "demand" / "filter"))

from confounded_market import Market, recover

CASES = {
    "explored, told": ({}, True),
    "explored, told, 2 units a day": ({"rate": 2.0}, True),
    "explored, told, 60 units a day": ({"rate": 60.0}, True),
    "no confounding, not told": ({"confounding": 0.0}, False),
    "confounded, not told": ({}, False),
}


def main(markets: int, first: int) -> None:
    print(
        f"{'case':34s} {'bias':>7s} {'coverage of 95 %':>17s} {'mean deviation':>15s} {'CPU s':>7s}"
    )
    for name, (changes, told) in CASES.items():
        started = time.process_time()
        seeds = range(first, first + markets)
        found = [recover(Market(seed, **changes), told) for seed in seeds]
        bias = np.mean([f.bias for f in found])
        coverage = np.mean([f.coverage for f in found])
        deviation = np.mean([f.deviation.mean() for f in found])
        took = time.process_time() - started
        print(f"{name:34s} {bias:+7.3f} {coverage:17.3f} {deviation:15.3f} {took:7.1f}", flush=True)


if __name__ == "__main__":
    main(*(int(text) for text in sys.argv[1:3]), *(200, 0)[len(sys.argv) - 1 :])
