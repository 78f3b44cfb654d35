"""What topics tell becomes rows, once, whatever comes twice or broken."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest
from sqlalchemy import Engine, event, func, select

from streams.web.store import offer_search, reading
from streams.web.store.database import open_store
from streams.web.store.intake.record import Taken
from streams.web.store.intake.take import TOPICS, take
from streams.web.store.offer_search import Filter, SortOrder
from streams.web.store.retention import DECISIONS_KEPT, DECISIONS_TOO_MANY
from streams.web.store.tables.shop import (
    OFFER_ORDERS,
    alerts,
    changes,
    decisions,
    metadata,
    offers,
    positions,
)
from tests.streams.web.conftest import SKU

DECISION = {
    "decision_id": "x-1",
    "sku": "a",
    "channel": "web",
    "currency": "USD",
    "price": "1.00",
    "previous_price": "2.00",
    "time": "2026-01-01T00:00:00Z",
    "outcome": "held",
    "reason": "no_change",
    "policy_id": "p",
    "policy_version": 1,
    "explanation": [],
}


def decided(number: int, **fields: Any) -> Taken:
    value = msgspec.json.encode(DECISION | {"decision_id": f"x-{number}"} | fields)
    return Taken("price-decisions", 0, number, b"a", value, 0)


def everything(store: Engine) -> dict[str, list[Any]]:
    with store.connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table))))
            for table in metadata.sorted_tables
            if table is not decisions
        } | {"decisions": sorted(connection.execute(select(decisions.c.decision_id)).scalars())}


def test_an_offer_has_its_price_its_name_and_its_margin(store: Engine) -> None:
    with store.connect() as connection:
        row = offer_search.one(connection, SKU, "web")
        assert row is not None
        steps = [each["price"] for each in reading.changes_of(connection, row["id"])]
    assert (row["price"], row["previous"], row["name"]) == (900, 950, "Earl Grey <b>")
    assert row["margin"] == pytest.approx(5 / 9)
    assert (row["competitor_price"], row["competitor"], steps) == (500, "r", [950, 900])


def test_the_same_records_again_change_nothing(store: Engine, records: Sequence[Taken]) -> None:
    before = everything(store)
    take(store, records, {("price-changes", 0): 7}, {})
    after = everything(store)
    # only what counts rows of its own may differ
    for name in set(before) - {"policies", "offers"}:
        assert after[name] == before[name], name


def test_rows_and_places_come_in_one_transaction(
    store: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any) -> None:
        raise RuntimeError("the power is cut")

    monkeypatch.setitem(TOPICS, "dead-letters", fails)
    cut = [decided(1), Taken("dead-letters", 0, 0, None, b"", 0)]
    with pytest.raises(RuntimeError):
        take(store, cut, {("price-decisions", 0): 2}, {})
    with store.connect() as connection:
        assert offer_search.one(connection, "a", "web") is None
        assert dict(connection.execute(select(positions.c.topic, positions.c.offset)).all()) == {
            "price-changes": 7
        }


def test_it_is_there_after_a_restart(store: Engine) -> None:
    before = everything(store)
    store.dispose()
    assert everything(open_store(str(store.url))) == before


def test_another_layout_begins_again_and_keeps_what_people_did(
    store: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    from streams.web.access.audit import entries, write_down

    write_down(store, "anna", "pause", "the whole shop", "a test")
    store.dispose()
    monkeypatch.setattr("streams.web.store.database.LAYOUT", 99)
    again = open_store(str(store.url))
    with again.connect() as connection:
        assert offer_search.count(connection, Filter()) == 0
        assert connection.execute(select(func.count()).select_from(positions)).scalar() == 0
    assert [entry.actor for entry in entries(again)] == ["anna"]


def test_a_proposal_waits_until_another_decision_follows_and_is_no_price_yet(
    store: Engine,
) -> None:
    for number, (outcome, waiting) in enumerate((("proposed", 1), ("rejected", 0))):
        take(store, [decided(number, outcome=outcome)], {}, {})
        with store.connect() as connection:
            row = offer_search.one(connection, "a", "web")
            assert row is not None
            assert (row["proposed"] is not None) == bool(waiting)
            assert row["price"] == 200


@pytest.mark.parametrize(
    ("reason", "first", "stands"),
    [
        ("awaiting_approval", "match_competitor", True),
        ("paused", "paused", True),
        ("no_change", "promotion", True),
        ("no_change", "match_competitor", False),
        ("cooldown", "optimise", False),
    ],
)
def test_a_proposal_stands_as_long_as_the_pricer_holds_it(
    store: Engine, reason: str, first: str, stands: bool
) -> None:
    steps = [{"rule": first, "input": None, "output": "1.00", "detail": {}}]
    after = decided(2, outcome="held", reason=reason, explanation=steps)
    take(store, [decided(1, outcome="proposed"), after], {}, {})
    with store.connect() as connection:
        row = offer_search.one(connection, "a", "web")
    assert row is not None
    assert (row["proposal_id"] == "x-1") == stands
    assert (row["proposed"] == 100) == stands
    assert row["decision_id"] == "x-2"


def test_a_decision_that_expects_more_than_any_amount_is_shown_without_a_gain(
    store: Engine,
) -> None:
    """Models that were carried far from what they have seen do; the price is as good as any."""
    beyond: dict[str, Any] = {"units": 1e14, "revenue": "1.00", "lower": "0.00", "upper": "2.00"}
    beyond["profit"] = "10000000000000.00"
    take(store, [decided(1, expected=beyond, expected_kept=beyond)], {}, {})
    with store.connect() as connection:
        assert reading.decision(connection, "x-1") is not None
        found = select(decisions.c.gain).where(decisions.c.decision_id == "x-1")
        assert connection.execute(found).scalar_one() is None


def test_decisions_of_an_offer_are_bounded(store: Engine) -> None:
    for start in range(0, 3 * DECISIONS_KEPT, 10):
        take(store, [decided(start + i) for i in range(10)], {}, {})
    with store.connect() as connection:
        found = offer_search.one(connection, "a", "web")
        assert found is not None
        mine = decisions.c.offer_id == found["id"]
        kept = connection.execute(select(decisions.c.decision_id).where(mine)).scalars().all()
    assert DECISIONS_KEPT <= len(kept) <= DECISIONS_TOO_MANY
    assert f"x-{3 * DECISIONS_KEPT - 1}" in kept


@pytest.mark.parametrize(
    "value",
    [None, b"", b"null", b"{}", b"[" * 5000, b"\xff", msgspec.json.encode(DECISION | {"sku": 5})],
    ids=range(7),
)
@pytest.mark.parametrize("topic", sorted(set(TOPICS) - {"dead-letters"}))
def test_what_no_pricer_wrote_is_passed_over(
    empty: Engine, topic: str, value: bytes | None
) -> None:
    take(empty, [Taken(topic, 0, 0, b"k", value, 0)], {(topic, 0): 1}, {})
    with empty.connect() as connection:
        for table in (offers, changes, decisions, alerts):
            assert connection.execute(select(func.count()).select_from(table)).scalar() == 0
        assert connection.execute(select(positions.c.offset)).scalar() == 1


def test_pages_of_offers_hold_every_offer_once_in_order(store: Engine) -> None:
    rows = [decided(n, sku=f"s{n % 7}", price=f"{n % 3}.00", previous_price=None) for n in range(7)]
    take(store, rows, {}, {})
    for by in ("name", "price", "margin", "sold"):
        for descending in (False, True):
            order, cursor, seen = SortOrder(by, descending), None, []
            with store.connect() as connection:
                while True:
                    page = offer_search.search(connection, Filter(), order, 3, cursor)
                    seen += [(row["sort_key"], row["id"]) for row in page.rows]
                    cursor = page.following
                    if cursor is None:
                        break
            assert len(seen) == len(set(seen)) == 8
            assert seen == sorted(seen, reverse=descending)


def test_every_page_of_offers_says_how_many_match_where_that_is_asked(store: Engine) -> None:
    rows = [decided(n, sku=f"s{n}", price=f"{n}.00", previous_price=None) for n in range(1, 8)]
    take(store, rows, {}, {})
    order, which = SortOrder("price"), Filter(q="s")
    with store.connect() as connection:
        number = offer_search.count(connection, which)
        first = offer_search.search(connection, which, order, 3, counted=True)
        second = offer_search.search(connection, which, order, 3, first.following, counted=True)
        none = offer_search.search(connection, Filter(q="no such"), order, 3, counted=True)
        uncounted = offer_search.search(connection, which, order, 3)
    assert (first.total, second.total, none.total, uncounted.total) == (number, number, 0, None)
    assert number >= 7
    assert {row["id"] for row in first.rows}.isdisjoint(row["id"] for row in second.rows)


def test_the_states_are_counted_as_their_filters_find_them(store: Engine) -> None:
    with store.connect() as connection:
        counted = offer_search.in_states(connection)
        for state, number in counted.items():
            assert number == offer_search.count(connection, Filter(state=state)), state


def test_all_offers_are_found_along_the_index_of_their_order(store: Engine) -> None:
    """A catalogue's first page must not sort the catalogue."""
    if store.dialect.name != "sqlite":
        pytest.skip("PostgreSQL chooses by what it knows of the rows")
    for by in OFFER_ORDERS:
        asked: list[str] = []

        def note(*given: Any, asked: list[str] = asked) -> None:
            if "matches" in given[2]:
                asked.append(given[2])

        event.listen(store, "before_cursor_execute", note)
        with store.connect() as connection:
            offer_search.search(connection, Filter(), SortOrder(by), 3)
            event.remove(store, "before_cursor_execute", note)
            (query,) = asked
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", (4, 0)).all()
        assert [row[3] for row in plan] == [f"SCAN offers USING INDEX offers_by_{by}"]
