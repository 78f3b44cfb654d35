"""`pricetide torture --simulate`: seeds, and what came of them."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

from streams.errors import ExitStatus
from streams.terminal.progress import progress
from streams.torture import report
from streams.torture.simulated.many import runs
from streams.torture.simulated.result import RunResult

#: Seeds of one day; each day has its own.
SEEDS_A_DAY = 1_000_000
DAY_SECONDS = 86_400
#: Runs without a number, with a seed and without.
ONE, SOME = 1, 300
#: Findings that are said of a run.
SAID = 5


def simulate(
    seed: int | None,
    number: int | None,
    seconds: float | None,
    file: Path | None,
    *,
    to_first: bool = False,
) -> int:
    """Run seeds, up to the first that goes wrong if asked; returns the exit status."""
    if number is None:
        number = SOME if seed is None else ONE
    if seed is None:
        seed = int(time.time()) // DAY_SECONDS * SEEDS_A_DAY
    print(f"seeds {seed} to {seed + number - 1}", flush=True)
    begun = time.monotonic()
    faults: Counter[str] = Counter()
    ends: Counter[str] = Counter()
    done = wrong = records = outputs = 0
    virtual = 0.0
    with progress("runs", number) as show:
        for outcome in runs(seed, number, seconds):
            done += 1
            show(done)
            faults.update(fault.kind for fault in outcome.faults)
            ends.update(outcome.ends)
            records += outcome.records
            outputs += outcome.outputs
            virtual += outcome.seconds
            if outcome.wrong:
                wrong += 1
                _say(outcome)
                if to_first:
                    break
    took = time.monotonic() - begun
    print(
        f"{done} runs in {took:.0f} s ({virtual / 3600:.1f} hours of their own time): "
        f"{sum(faults.values())} faults, {sum(ends.values())} ends of a worker, "
        f"{records} records, {outputs} outputs; {wrong} runs went wrong"
    )
    found = {
        "runs": done,
        "wrong": wrong,
        "first_seeds": [seed],
        "faults": dict(sorted(faults.items())),
        "ends": dict(sorted(ends.items())),
        "records": records,
        "outputs": outputs,
        "seconds": round(took, 1),
    }
    report.write(file, "simulated", found)
    return ExitStatus.FAILED if wrong else ExitStatus.DONE


def _say(outcome: RunResult) -> None:
    print(f"seed {outcome.seed} went wrong: pricetide torture --simulate --seed {outcome.seed}")
    faults = ", ".join(f"{fault.kind} at {fault.at:.1f} s" for fault in outcome.faults)
    print(f"  faults: {faults or 'none'}")
    for finding in outcome.wrong[:SAID]:
        print(f"  {finding}")
    if len(outcome.wrong) > SAID:
        print(f"  and {len(outcome.wrong) - SAID} more")
