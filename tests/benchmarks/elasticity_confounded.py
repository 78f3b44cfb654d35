"""Bias and coverage of own elasticities over simulated confounded markets: a table on stdout.

python tests/benchmarks/elasticity_confounded.py [markets]
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "online_models" / "demand"))

from confounded_market import Market, recover

CASES = {
    "explored, told": ({}, True),
    "explored, told, 2 units a day": ({"rate": 2.0}, True),
    "explored, told, 60 units a day": ({"rate": 60.0}, True),
    "no confounding, not told": ({"confounding": 0.0}, False),
    "confounded, not told": ({}, False),
}


def main(markets: int) -> None:
    print(f"{'case':34s} {'bias':>7s} {'coverage of 95 %':>17s} {'mean deviation':>15s}")
    for name, (changes, told) in CASES.items():
        found = [recover(Market(seed, **changes), told) for seed in range(markets)]
        bias = np.mean([f.bias for f in found])
        coverage = np.mean([f.coverage for f in found])
        deviation = np.mean([f.deviation.mean() for f in found])
        print(f"{name:34s} {bias:+7.3f} {coverage:17.3f} {deviation:15.3f}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
