"""What a seed of the fault simulation costs, in CPU of all its processes.

python -m tests.benchmarks.simulator [--seeds N] [--first SEED]
"""

from __future__ import annotations

import argparse
import os
import sys
from resource import RUSAGE_CHILDREN, getrusage

from streams.torture.simulated.many import runs


def main() -> int:
    """Run seeds and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0)
    args = parser.parse_args()
    start = _cpu_seconds(args.first, 1)
    seconds = _cpu_seconds(args.first, args.seeds) - start
    print(
        f"{1000 * seconds / args.seeds:.1f} ms of CPU a seed, {args.seeds / seconds:.1f} seeds a "
        f"CPU second; {start:.1f} CPU s to begin. Where all {os.cpu_count()} cores are free: "
        f"{60 * (os.cpu_count() or 1) * args.seeds / seconds:,.0f} a minute"
    )
    return 0


def _cpu_seconds(first: int, number: int) -> float:
    before = getrusage(RUSAGE_CHILDREN)
    wrong = [outcome.seed for outcome in runs(first, number) if outcome.wrong]
    after = getrusage(RUSAGE_CHILDREN)
    if wrong:
        print(f"seeds that went wrong: {wrong}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    sys.exit(main())
