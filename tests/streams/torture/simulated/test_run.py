"""Runs of the simulator: all well, equal for equal seeds, and of every kind of fault."""

from __future__ import annotations

import time
from random import Random

import pytest

from streams.torture.simulated import faults
from streams.torture.simulated import run as one_run
from streams.torture.simulated.faults import KINDS, plan
from streams.torture.simulated.many import runs
from streams.torture.simulated.result import RunResult
from streams.torture.simulated.run import run
from streams.torture.simulated.world import Shape

#: Seeds of a test run; they change from day to day.
SEEDS = 60
SECONDS = 40.0
FIRST = int(time.time()) // 86_400 * 1_000_000


@pytest.fixture(scope="module")
def outcomes() -> list[RunResult]:
    """The runs of the day."""
    print(f"pricetide torture --simulate --seed {FIRST} -n {SEEDS}")
    return list(runs(FIRST, SEEDS, SECONDS))


def test_whatever_goes_wrong_nothing_is_lost_or_double(outcomes: list[RunResult]) -> None:
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


@pytest.mark.parametrize(("kinds", "first"), [(("away",), 1947), (("freeze", "freeze taker"), 114)])
def test_at_least_once_who_comes_back_repeats_what_was_said_and_no_more(
    kinds: tuple[str, ...], first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing fences whoever had a partition before. Seeds among them in which an event fails at
    whoever has it now, after the other has saved a later state.
    """
    usual = one_run._shape

    def at_least_once(draw: Random, *, whole: bool) -> Shape:
        shape = usual(draw, whole=whole)
        shape.settings = shape.settings.model_copy(update={"delivery": "at-least-once"})
        return shape

    monkeypatch.setattr(one_run, "_shape", at_least_once)
    monkeypatch.setattr(faults, "KINDS", {kind: KINDS[kind] for kind in kinds})
    assert not [outcome.wrong for outcome in map(run, range(first, first + 10)) if outcome.wrong]


def test_ingest_begins_again_where_kafka_goes_away_while_it_begins() -> None:
    outcome = run(13_012)
    assert not outcome.wrong
    assert outcome.faults[0].kind == "away"


def test_a_seed_is_one_run_and_seeds_differ(outcomes: list[RunResult]) -> None:
    again = list(runs(FIRST, 3))
    assert again == outcomes[:3]
    assert len({outcome.digest for outcome in again}) == len(again)


def test_every_kind_of_fault_is_drawn() -> None:
    drawn = {fault.kind for seed in range(300) for fault in plan(Random(seed), 6.0)}
    assert drawn == set(KINDS)
