"""The way back from a clock that ran ahead: an order that sets the time."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

HOUR = 3_600_000
DAY = 24 * HOUR
START = 1_700_006_400_000 // DAY * DAY
AHEAD = 400 * DAY
Fold = Callable[..., Any]
POLICY: dict[str, Any] = {
    "strategy": [{"kind": "match_competitor", "max_age": "PT12H"}, {"kind": "keep"}],
    "guardrails": {"cooldown": "PT1H", "max_changes_per_day": 3},
}


def poisoned(journal: Any, ahead: int = AHEAD) -> None:
    """A day of a shop, at whose end a clock runs ahead."""
    journal.policy("p", START, **POLICY)
    journal.product("a", START)
    journal.product("b", START)
    journal.stock(START, on_hand=50)
    for hour in range(24):
        journal.order(START + hour * HOUR + 1, order=f"o{hour}")
        journal.tick(START + (hour + 1) * HOUR)
    journal.competitor(START + DAY, price=900)
    journal.stock(START + DAY + ahead, on_hand=3)
    journal.competitor(START + DAY + ahead, price=700)
    journal.order(START + DAY + ahead, order="ahead")
    journal.tick(START + DAY + ahead)


def goes_on(journal: Any, since: int) -> None:
    """The two days after that."""
    for hour in range(50):
        now = since + hour * HOUR
        journal.order(now + 1, order=f"p{hour}")
        journal.order(now + 1, sku="b", order=f"q{hour}")
        journal.stock(now + 2, on_hand=40 - hour // 2)
        if hour % 5 == 0:
            journal.competitor(now + 3, price=950 - hour)
        journal.tick(now + HOUR)


def test_a_poisoned_shop_does_not_price_by_itself(journal: Any, run: Fold) -> None:
    poisoned(journal)
    before = len(run(journal).values("price-changes"))
    goes_on(journal, START + 2 * DAY)
    assert len(run(journal).values("price-changes")) <= before + 1


@pytest.mark.parametrize("ahead", [30 * DAY, AHEAD])
def test_once_the_time_is_set_it_prices_learns_and_counts_again(
    journal: Any, run: Fold, ahead: int
) -> None:
    poisoned(journal, ahead)
    since = START + 2 * DAY
    journal.control(START + DAY, kind="set_time", to=since)
    first = len(run(journal, lateness_ms=0).values("price-changes"))
    goes_on(journal, since)
    result = run(journal, lateness_ms=0)
    alert = result.values("pricing-alerts", kind="time_set")
    assert [(a["severity"], a["details"]["actor"]) for a in alert] == [("info", "me")]
    later = result.values("price-changes")[first:]
    assert "9.40" in [change["price"] for change in later]
    assert all(change["time"] < "2023-11-20" for change in later)
    days = [
        each["units"]
        for each in result.values("demand-observations", sku="b")
        if each["bucket_start"] == "2023-11-18T00:00:00Z"
    ]
    assert result.fold.state.clock.now == since + 50 * HOUR
    assert result.fold.state.stock.on_hand[0] == 16
    assert days[-1] == 24


def test_any_cut_and_any_restart_is_as_a_whole(new_journal: Any, in_pieces: Any) -> None:
    journal = new_journal()
    poisoned(journal)
    journal.control(START + DAY, kind="set_time", to=START + 2 * DAY)
    goes_on(journal, START + 2 * DAY)
    written = SimpleNamespace(batch=journal.batch(), ends=[])
    places = range(0, len(written.batch), 9)
    assert in_pieces(written, places, restart=True) == in_pieces(written, [])
