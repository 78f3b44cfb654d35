"""When an ingest believes a clock."""

from __future__ import annotations

import pytest

from streams.ingest.clock import broker_clock
from streams.ingest.clock.broker_clock import ASK_MS, LEAP_MS, SKEW, BrokerClock

START = 1_700_006_400_000
DAY = 86_400_000


class Machine:
    """A machine whose clock can be set, and the broker's."""

    def __init__(self) -> None:
        self.up = 5_000
        self.wall = self.broker = START

    def passes(self, ms: int) -> None:
        self.up += ms
        self.wall += ms
        self.broker += ms


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    found = Machine()
    monkeypatch.setattr(broker_clock, "_wall", lambda: found.wall)
    monkeypatch.setattr(broker_clock, "_uptime", lambda: found.up)
    return found


@pytest.fixture
def clock(machine: Machine) -> BrokerClock:
    found = BrokerClock()
    found.appended(machine.broker)
    return found


def test_without_a_brokers_time_the_machines_own_holds(machine: Machine) -> None:
    clock = BrokerClock()
    assert (clock.now(), clock.known, clock.agrees, clock.due()) == (START, False, True, False)
    machine.wall += 400 * DAY
    assert clock.agrees


def test_a_machine_whose_clock_is_set_ahead_moves_no_time_on(
    machine: Machine, clock: BrokerClock
) -> None:
    machine.wall += 400 * DAY
    machine.passes(3000)
    assert clock.now() == START + 3000
    assert not clock.agrees
    assert "34,560,000 s ahead of the broker's" in (clock.news() or "")
    assert clock.news() is None
    machine.passes(3000)
    clock.appended(machine.broker)
    assert not clock.agrees
    machine.wall -= 400 * DAY
    assert clock.agrees
    assert "again" in (clock.news() or "")
    assert clock.now() == START + 6000


def test_a_clock_that_is_slightly_off_does_no_harm(machine: Machine, clock: BrokerClock) -> None:
    machine.wall += SKEW
    assert clock.agrees
    machine.wall += 1
    assert not clock.agrees


def test_a_clock_set_where_the_broker_runs_too_moves_no_time_on(
    machine: Machine, clock: BrokerClock
) -> None:
    machine.wall += 400 * DAY
    machine.broker += 400 * DAY
    for _ in range(6):
        machine.passes(1000)
        clock.appended(machine.broker)
        assert not clock.agrees
        assert clock.now() <= START + 6000
    machine.wall -= 400 * DAY
    machine.broker -= 400 * DAY
    clock.appended(machine.broker)
    assert clock.agrees
    assert clock.now() == START + 6000


def test_a_brokers_clock_that_was_put_right_is_believed_in_the_end(
    machine: Machine, clock: BrokerClock
) -> None:
    machine.wall += DAY
    machine.broker += DAY
    clock.appended(machine.broker)
    assert "leapt by +86,400 s" in (clock.news() or "")
    machine.passes(LEAP_MS)
    clock.appended(machine.broker)
    assert clock.agrees
    assert clock.now() == machine.broker


def test_the_broker_is_asked_now_and_then_while_clocks_disagree(
    machine: Machine, clock: BrokerClock
) -> None:
    assert not clock.due()
    machine.wall += DAY
    assert clock.due()
    assert not clock.due()
    machine.passes(ASK_MS)
    assert clock.due()
