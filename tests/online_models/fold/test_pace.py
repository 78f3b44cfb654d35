"""Fast offers are counted by the hour, slow ones by the day; the policy has the last word."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from online_models.journal.batch import Status
from schemas.values.instants import to_ms

HOUR = 3_600_000
DAY = 24 * HOUR
START = 1_700_006_400_000 // DAY * DAY
Fold = Callable[..., Any]
KEEP = {"strategy": [{"kind": "keep"}], "guardrails": {}}


def shop(journal: Any, days: int, by_hour: int = 30, until: int | None = None) -> Any:
    """`a` sells so much an hour (until that day), `b` once a day; a tick every hour."""
    for sku in "ab":
        journal.product(sku)
    journal.tick(START)
    for hour in range(24 * days):
        now = START + hour * HOUR
        if until is None or hour < 24 * until:
            journal.order(now + 1, "a", quantity=by_hour, order=f"a{hour}")
        if hour % 24 == 5:
            journal.order(now + 2, "b", quantity=1, order=f"b{hour}")
        journal.tick(now + HOUR)
    return journal


def spans(run: Any, sku: str) -> list[tuple[int, int, int]]:
    """(start in hours, length in hours, units) of the offer's observations."""
    found = run.values("demand-observations", sku=sku)
    times = [(to_ms(v["bucket_start"]), to_ms(v["bucket_end"]), v["units"]) for v in found]
    return sorted(((s - START) // HOUR, (e - s) // HOUR, units) for s, e, units in times)


def test_an_offer_that_sells_by_the_dozen_every_hour_gets_hours_and_keeps_its_units(
    journal: Any, run: Fold
) -> None:
    found = run(shop(journal, 14))
    fast = spans(found, "a")
    lengths = [length for _, length, _ in fast]
    assert {1, 24} == set(lengths)
    assert lengths == sorted(lengths, reverse=True)
    # no gap, no overlap, nothing lost
    assert all(s + n == t for (s, n, _), (t, _, _) in itertools.pairwise(fast))
    assert all(units == 30 * length for _, length, units in fast)
    # an hour closes an hour after its end: the first tick later than that
    assert fast[-1][0] == 24 * 14 - 3
    assert {length for _, length, _ in spans(found, "b")} == {24}


def test_an_offer_that_slows_down_is_counted_by_the_day_again(journal: Any, run: Fold) -> None:
    found = spans(run(shop(journal, 30, until=12)), "a")
    lengths = [length for _, length, _ in found]
    assert lengths[0] == lengths[-1] == 24
    assert 1 in lengths
    assert all(s + n == t for (s, n, _), (t, _, _) in itertools.pairwise(found))
    assert sum(units for _, _, units in found) == 30 * 24 * 12


@pytest.mark.parametrize(("wish", "length"), [("hour", 1), ("day", 24)])
def test_the_policy_says_how_its_offers_are_counted(
    journal: Any, run: Fold, wish: str, length: int
) -> None:
    journal.policy("p", START, buckets=wish, **KEEP)
    found = run(shop(journal, 14))
    for sku in "ab":
        assert {n for start, n, _ in spans(found, sku) if start >= 48} == {length}


def test_a_return_corrects_the_hour_of_its_order_while_that_is_open(
    journal: Any, run: Fold
) -> None:
    journal.policy("p", START, buckets="hour", **KEEP)
    shop(journal, 3)
    hour = START + 3 * DAY
    journal.order(hour + 1, "b", quantity=5, order="x")
    journal.tick(hour + HOUR + 1)
    journal.order(hour + HOUR + 2, "b", quantity=2, order="x", status=Status.RETURNED)
    journal.tick(hour + 3 * HOUR)
    journal.order(hour + 3 * HOUR, "b", quantity=1, order="x", status=Status.RETURNED)
    journal.tick(hour + 6 * HOUR)
    found = run(journal)
    assert (72, 1, 3) in spans(found, "b")
    (late,) = found.values("pricing-alerts", kind="late_correction")
    assert late["details"]["count"] == 1


def test_hours_and_days_do_not_depend_on_how_the_journal_is_cut(
    journal: Any, in_pieces: Callable[..., list[Any]]
) -> None:
    journal.policy("p", START, buckets="hour", select={"skus": ["b"]}, **KEEP)
    shop(journal, 11)
    written = SimpleNamespace(batch=journal.batch(), ends=[])
    whole = in_pieces(written, [])
    places = range(0, len(written.batch), 29)
    assert in_pieces(written, places, restart=True) == whole
