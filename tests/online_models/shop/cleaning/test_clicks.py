"""Bots among the clicks."""

from __future__ import annotations

from typing import Any

import numpy as np

ONE = np.zeros(1, np.int64)


def views(stage: Any, person: int, number: int) -> int:
    """One person's single views of offer 3; returns how many are ignored."""
    rows = np.full(number, 3)
    ones, unpriced = np.ones(number, np.int64), np.full(number, -1)
    return int(stage.clicks(rows, ones, unpriced, np.full(number, person))[0].sum())


def test_one_session_counts_up_to_the_limit(stage: Any) -> None:
    assert views(stage, 9, 50) == 0
    assert views(stage, 9, 50) == 40
    assert views(stage, 9, 50) == 50


def test_a_crowd_is_no_bot(stage: Any) -> None:
    assert sum(views(stage, person, 3) for person in range(1, 300)) == 0


def test_clicks_of_nobody_known_are_no_session(stage: Any) -> None:
    assert views(stage, 0, 5000) == 0


def test_every_hour_starts_anew(stage: Any) -> None:
    assert views(stage, 9, 70) == 10
    stage.tick()
    assert views(stage, 9, 60) == 0


def test_more_traffic_than_the_table_was_made_for_accuses_nobody(stage: Any) -> None:
    rng = np.random.default_rng(2)
    n = 200_000
    ignored = 0
    for _ in range(40):
        person = rng.integers(1, 1 << 60, n)
        ones = np.ones(n, np.int64)
        found, _ = stage.clicks(rng.integers(0, 20, n), ones, ones * -1, person)
        ignored += int(found.sum())
        stage.cleaning.settle(stage.now, stage.prices)
    assert ignored == 0


def test_a_record_of_wild_traffic_counts_as_a_usual_one(stage: Any) -> None:
    rng = np.random.default_rng(3)
    for _ in range(30):
        count = rng.poisson(40, 20) + 1
        stage.clicks(np.arange(20), count, np.full(20, -1), np.zeros(20, np.int64))
        stage.tick()
    ignored, _ = stage.clicks(ONE, ONE + 9000, ONE - 1, ONE)
    assert 8940 <= ignored[0] <= 8980
    assert stage.clicks(ONE, ONE + 200, ONE - 1, ONE)[0][0] == 0
