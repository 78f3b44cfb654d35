"""Competitors' prices: what is used at once, what wants to be confirmed."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize("price", [100, 300, 900, 2500, 9_000])
def test_a_rival_seen_for_the_first_time_is_believed_within_reason(stage: Any, price: int) -> None:
    assert not stage.competitor(price)


@pytest.mark.parametrize("price", [0, 1, 10, 95_000, 10**9])
def test_a_rival_seen_for_the_first_time_is_not_believed_beyond(stage: Any, price: int) -> None:
    assert stage.competitor(price)


@pytest.mark.parametrize("price", [250, 4000])
def test_halves_and_doubles_are_moves_like_any_other(stage: Any, price: int) -> None:
    stage.competitor(900)
    assert not stage.competitor(price)


def test_a_spike_is_used_once_it_is_seen_again(stage: Any) -> None:
    stage.competitor(900)
    assert stage.competitor(100)
    assert not stage.competitor(105)


def test_a_spike_that_is_gone_was_one(stage: Any) -> None:
    stage.competitor(900)
    assert stage.competitor(100)
    assert not stage.competitor(910)
    assert stage.competitor(100)


@pytest.mark.parametrize("price", [1, 99, 10_100])
def test_no_repetition_nor_newcomer_confirms_a_price_beyond_reason(stage: Any, price: int) -> None:
    for name in ("x", "y", *map(str, range(130))):
        assert stage.competitor(price, name)
        assert stage.competitor(price, name)
    assert not stage.competitor(905, "honest")


def test_small_steps_lead_nowhere_beyond_reason(stage: Any) -> None:
    assert not stage.competitor(400)
    assert not stage.competitor(100)
    assert all(stage.competitor(price) for price in (60, 60, 30, 30, 7, 7, 2, 2, 1, 1))


def test_a_price_at_the_end_of_reason_is_confirmed_by_one_that_is_believed(stage: Any) -> None:
    assert not stage.competitor(100, "x")
    assert not stage.competitor(80, "y")


def test_another_rival_confirms_a_spike_at_once(stage: Any) -> None:
    stage.competitor(900)
    stage.competitor(140, "y")
    assert not stage.competitor(120)


def test_two_rivals_held_back_confirm_each_other(stage: Any) -> None:
    for name in ("x", "y"):
        stage.competitor(900, name)
    assert stage.competitor(100, "x")
    assert not stage.competitor(110, "y")
    assert not stage.competitor(100, "x")


@pytest.mark.parametrize("price", [9, 90_000, 95_000])
def test_cents_for_euros_are_not_confirmed_by_repetition(stage: Any, price: int) -> None:
    stage.competitor(900)
    assert all(stage.competitor(price) for _ in range(5))
    assert not stage.competitor(905)


def test_a_price_beside_our_own_is_only_a_spike_where_the_last_one_was_mixed_up(stage: Any) -> None:
    row = stage.competitors.entry(0, "x", -1)
    stage.competitor(900)
    stage.cleaning.memory.trusted[row] = 95_000
    assert stage.competitor(950)
    assert not stage.competitor(950)


def test_a_price_of_nothing_is_never_used(stage: Any) -> None:
    stage.competitor(900)
    assert all(stage.competitor(0) for _ in range(3))
