"""Runs of the simulator: all well, equal for equal seeds, and of every kind of fault."""

from __future__ import annotations

import time
from random import Random

import pytest

from streams.torture.simulated import faults
from streams.torture.simulated.faults import KINDS, plan
from streams.torture.simulated.many import runs
from streams.torture.simulated.run import run

#: Seeds of a test run; they change from day to day.
SEEDS = 60
SECONDS = 40.0
DAY = int(time.time()) // 86_400


def test_whatever_goes_wrong_nothing_is_lost_or_double() -> None:
    first = DAY * 1_000_000
    print(f"pricetide torture --simulate --seed {first} -n {SEEDS}")
    outcomes = list(runs(first, SEEDS, SECONDS))
    wrong = {outcome.seed: outcome.wrong for outcome in outcomes if outcome.wrong}
    assert not wrong
    assert sum(outcome.outputs for outcome in outcomes) > len(outcomes)


def test_no_worker_ends_where_only_the_network_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    network = ("lose", "away", "slow")
    monkeypatch.setattr(faults, "KINDS", {kind: KINDS[kind] for kind in network})
    outcomes = [run(seed) for seed in range(25)]
    assert not [outcome.wrong for outcome in outcomes if outcome.wrong]
    ends = {end for outcome in outcomes for end in outcome.ends}
    assert not {end for end in ends if end.startswith("status")}


def test_a_seed_is_one_run_and_seeds_differ() -> None:
    once, again = list(runs(1000, 3)), list(runs(1000, 3))
    assert once == again
    assert len({outcome.digest for outcome in once}) == len(once)


def test_every_kind_of_fault_is_drawn() -> None:
    drawn = {fault.kind for seed in range(300) for fault in plan(Random(seed), 6.0)}
    assert drawn == set(KINDS)
