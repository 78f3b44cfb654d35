from __future__ import annotations

from streams.client.places import Places


def test_what_is_done_out_of_order_waits_for_what_came_before() -> None:
    places = Places()
    for offset in (3, 5, 8):
        places.hand_out(offset)
    assert places.to_commit() == 3
    places.done(5)
    assert places.to_commit() == 3
    places.done(3)
    assert places.to_commit() == 8
    places.done(8)
    assert places.to_commit() == 9


def test_what_needs_nothing_moves_the_place_and_what_is_committed_is_not_committed_again() -> None:
    places = Places()
    assert places.to_commit() is None
    places.pass_over(6)
    assert places.to_commit() == 7
    places.committed(7)
    assert places.to_commit() is None
    places.hand_out(9)
    assert places.to_commit() == 9
