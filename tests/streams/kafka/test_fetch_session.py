"""However fetches and answers are lost, the broker reads what is asked for, and no more."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.kafka.fetch_session import FetchSession, Place, SessionChange, Wanted

NOT_FOUND, WRONG_EPOCH = 70, 71
A, B, ANEW = b"a" * 16, b"b" * 16, b"n" * 16


class Broker:
    """Sessions as KIP-227 describes them; `(session, error)` is what an answer says."""

    def __init__(self) -> None:
        self.sessions: dict[int, tuple[int, dict[Place, Wanted]]] = {}
        self.has_room = True
        self._last = 0

    def answer(self, said: SessionChange) -> tuple[tuple[int, int], Mapping[Place, Wanted]]:
        """What it says of the session, and what it reads."""
        if not said.epoch:
            self.sessions.pop(said.session, None)
            if not self.has_room:
                return (0, 0), said.wanted
            self._last += 1
            self.sessions[self._last] = 1, dict(said.wanted)
            return (self._last, 0), said.wanted
        if said.session not in self.sessions:
            return (0, NOT_FOUND), {}
        expected, places = self.sessions[said.session]
        if said.epoch != expected:
            return (0, WRONG_EPOCH), {}
        places |= said.wanted
        for place in said.forgotten:
            del places[place]
        self.sessions[said.session] = expected + 1, places
        return (said.session, 0), dict(places)


wanted = st.dictionaries(
    st.tuples(st.sampled_from([A, B, ANEW]), st.integers(0, 2)),
    st.builds(Wanted, st.integers(0, 3), st.just(1 << 20)),
)
fates = st.sampled_from(["arrives"] * 4 + ["is lost", "answer is lost", "evicted", "no room"])


@given(st.lists(st.tuples(wanted, fates), min_size=1, max_size=30))
def test_the_broker_reads_what_is_asked_for(steps: list[tuple[dict[Place, Wanted], str]]) -> None:
    session, broker = FetchSession(), Broker()
    for places, fate in steps:
        broker.has_room = fate != "no room"
        if fate == "evicted":
            broker.sessions.clear()
        said = session.ask(places)
        if fate == "is lost":
            session.restart()
            continue
        answer, read = broker.answer(said)
        if fate == "answer is lost":
            session.restart()
            continue
        session.answered(*answer)
        assert read == places or answer == (0, NOT_FOUND)
        assert fate == "evicted" or not answer[1]
    assert len(broker.sessions) <= 1 + sum(fate == "answer is lost" for _, fate in steps)


def test_what_has_not_changed_is_not_said_again() -> None:
    session, broker = FetchSession(), Broker()
    places = {(A, 0): Wanted(5, 100), (A, 1): Wanted(7, 100)}
    for offset in (5, 6):
        places = {**places, (A, 0): Wanted(offset, 100)}
        said = session.ask(places)
        session.answered(*broker.answer(said)[0])
    assert said.wanted == {(A, 0): Wanted(6, 100)}
    last = session.ask(places)
    assert (last.wanted, last.forgotten) == ({}, [])


def test_after_a_restart_everything_is_said_and_the_old_session_is_not_left_behind() -> None:
    session, broker = FetchSession(), Broker()
    places = {(A, 0): Wanted(5, 100)}
    session.answered(*broker.answer(session.ask(places))[0])
    session.restart()
    said = session.ask(places)
    assert said.wanted == places
    session.answered(*broker.answer(said)[0])
    assert len(broker.sessions) == 1


def test_epochs_begin_again_behind_the_last() -> None:
    session = FetchSession()
    session.answered(7, 0)
    session._epoch = 2**31 - 1
    assert session.ask({}).epoch == 2**31 - 1
    session.answered(7, 0)
    assert session.ask({}).epoch == 1


@pytest.mark.parametrize("answer", [(0, 0), (0, NOT_FOUND), (7, WRONG_EPOCH)])
def test_where_a_broker_keeps_no_session_everything_is_said(answer: tuple[int, int]) -> None:
    session, places = FetchSession(), {(A, 0): Wanted(5, 100)}
    session.ask(places)
    session.answered(7, 0)
    session.ask(places)
    session.answered(*answer)
    said = session.ask(places)
    assert (said.epoch, said.wanted) == (0, places)
