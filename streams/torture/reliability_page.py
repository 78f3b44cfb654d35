"""A page that says what was survived how often, made of the reports of all runs together: run
`python -m streams.torture.reliability_page REPORT.json… > docs/reliability.md`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from functools import reduce
from pathlib import Path
from typing import Any

from streams.torture.report import added

Found = Mapping[str, Any]

HEAD = """\
# Reliability

What `pricetide torture` did to the pricer, and what came of it. Your own cluster's page:
`pricetide torture --bootstrap HOST:PORT --report report.json`, the same with `--hostile` and
`--simulate`, then `python -m streams.torture.reliability_page report.json`. Runs in one report or
in several add up.

Outputs are compared byte for byte with those that the same journal gives undisturbed.
"""
SIMULATED = {
    "kill": "worker killed between two awaits",
    "freeze": "worker frozen, up to 14 s",
    "freeze taker": "worker frozen while it takes partitions, up to 14 s",
    "stop": "worker stopped cleanly",
    "slow": "network 5 to 100 times slower",
    "lose": "requests and answers lost",
    "away": "brokers away, up to 8 s",
    "rebalance": "rebalance without a cause",
    "fence": "producer fenced without a cause",
    "jump": "wall clock off by up to an hour",
    "again": "records handed on again by the client",
    "left out": "records left out by the client",
    "compact": "snapshots compacted in part",
    "retain": "journal cut back to the newest snapshot",
    "recreate": "topic deleted and made anew",
}
REAL = {
    "kill": "worker killed (SIGKILL)",
    "host": "all workers killed at once (SIGKILL)",
    "pause": "worker paused, up to 9 s (SIGSTOP)",
    "stop": "worker stopped (SIGTERM)",
    "broker": "broker killed and restarted",
}


def page(*reports: Mapping[str, Found]) -> str:
    """The page of reports, which add up."""
    report: Mapping[str, Found] = reduce(added, reports, {})
    lines = [HEAD]
    if "kills" in report:
        lines += _kills(report["kills"])
    if "hostile" in report:
        lines += _hostile(report["hostile"])
    if "simulated" in report:
        lines += _simulated(report["simulated"])
    return "\n".join(lines).rstrip() + "\n"


def _kills(found: Found) -> Iterator[str]:
    yield "## Real workers on real brokers\n"
    yield from _table(found["faults"], REAL)
    faults = found["faults"]
    at_work = found.get("killed_at_work", 0)
    known = f", {at_work} of them at least while they had partitions" if at_work else ""
    yield (
        f"In {found['runs']} runs of {found['seconds']:.0f} s together workers were killed at "
        f"{faults.get('kill', 0) + faults.get('host', 0)} moments, {found['ends'].get('-9', 0)} "
        f"workers in all{known}; brokers were restarted {faults.get('broker', 0)} times. "
        f"{found['records']} records, {found['outputs']} outputs: "
        f"{found['lost']} lost, {found['double']} double; nothing was started again by hand.\n"
    )


def _hostile(found: Found) -> Iterator[str]:
    yield "## Hostile records\n"
    yield (
        f"{found['records']} records on all input topics in {found['seconds']:.0f} s: "
        f"{found['taken']} taken, {found['buried']} in `dead-letters`, "
        f"{found['bytes_unaccounted']} bytes unaccounted for. "
        f"{sum(found['ended'].values())} workers ended.\n"
    )
    within = found["good_within"]
    late = {bar: times for bar, times in within.items() if float(bar) > 1.0 and times}
    yield (
        f"Beside them {found['good_priced']} prices of good offers, "
        f"{found['good_priced'] - sum(late.values())} of them within a second"
        + "".join(f", {times} more within {float(bar):.0f} s" for bar, times in late.items())
        + f"; {found['good_unpriced']} missing.\n"
    )


def _simulated(found: Found) -> Iterator[str]:
    yield "## Simulated\n"
    yield from _table(found["faults"], SIMULATED)
    yield (
        f"{found['runs']} runs with {found['records']} records and {found['outputs']} outputs; "
        f"{found['wrong']} runs went wrong.\n"
    )


def _table(faults: Mapping[str, int], words: Mapping[str, str]) -> Iterator[str]:
    yield "| what went wrong | how often |\n|---|---|"
    for kind, times in sorted(faults.items(), key=lambda fault: -fault[1]):
        yield f"| {words[kind]} | {times} |"
    yield ""


if __name__ == "__main__":
    print(page(*(json.loads(Path(file).read_text()) for file in sys.argv[1:])), end="")
