"""What delays a change, and the tick alone that brings it."""

from __future__ import annotations

from typing import Any

import pytest

MATCH = {"kind": "match_competitor"}
STRATEGY = [MATCH, {"kind": "keep"}]
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def test_a_cooldown_ends_and_a_tick_alone_brings_the_change_decided_anew(shop: Any) -> None:
    shop.policy("p", strategy=STRATEGY, guardrails={"cooldown": "PT1H"})
    shop.product()
    shop.competitor("9.00")
    start = shop.now
    shop.competitor("8.00")
    assert (shop.last["outcome"], shop.last["reason"]) == ("held", "cooldown")
    shop.competitor("8.50")
    shop.tick(start + HOUR - 1 - shop.now)
    assert shop.prices() == ["9.00"]
    shop.tick(1)
    assert shop.prices() == ["9.00", "8.50"]
    assert shop.changes[-1]["cause"]["topic"] == "pricing-control"


def test_a_change_no_longer_wanted_when_the_delay_ends_does_not_come(shop: Any) -> None:
    shop.policy("p", strategy=STRATEGY, guardrails={"cooldown": "PT1H"})
    shop.product()
    shop.competitor("9.00")
    shop.competitor("8.00")
    shop.competitor("9.00")
    shop.tick(2 * HOUR)
    assert shop.prices() == ["9.00"]


def test_a_freeze_ends_at_until_exclusive(shop: Any) -> None:
    freeze = [{"from": "2023-11-15T01:00:00Z", "until": "2023-11-15T02:00:00Z"}]
    shop.policy("p", strategy=STRATEGY, guardrails={"freeze": freeze})
    shop.product()
    shop.now += HOUR - 2
    shop.competitor("9.50")
    assert shop.prices() == ["9.50"]
    shop.competitor("9.00")
    assert shop.last["time"] == "2023-11-15T01:00:00Z"
    assert (shop.last["outcome"], shop.last["reason"]) == ("held", "freeze")
    shop.tick(HOUR - 1)
    assert shop.prices() == ["9.50"]
    shop.tick(1)
    assert shop.prices() == ["9.50", "9.00"]
    assert shop.changes[-1]["time"] == "2023-11-15T02:00:00Z"


def test_a_tick_far_beyond_the_end_of_a_delay_brings_the_change_too(shop: Any) -> None:
    freeze = [{"from": "2023-11-15T00:00:00Z", "until": "2023-11-15T02:00:00Z"}]
    shop.policy("p", strategy=STRATEGY, guardrails={"freeze": freeze})
    shop.product()
    shop.competitor("9.00")
    assert shop.prices() == []
    shop.tick(5 * DAY)
    assert shop.prices() == ["9.00"]


@pytest.mark.parametrize(
    ("zone", "midnight"),
    [("UTC", 24), ("Europe/Berlin", 23), ("America/New_York", 5), ("Asia/Kolkata", 18.5)],
)
def test_the_number_of_changes_counts_by_the_calendar_day_of_the_timezone(
    new_shop: Any, zone: str, midnight: float
) -> None:
    policy = {"policy_id": "p", "strategy": STRATEGY, "guardrails": {"max_changes_per_day": 2}}
    shop = new_shop(policy, timezone=zone)
    start = shop.now
    shop.product()
    for price in ("9.90", "9.80", "9.70", "9.60"):
        shop.competitor(price)
    assert shop.prices() == ["9.90", "9.80"]
    assert shop.last["reason"] == "max_changes_per_day"
    shop.tick(int(start + midnight * HOUR) - 1 - shop.now)
    assert shop.prices() == ["9.90", "9.80"]
    shop.tick(1)
    assert shop.prices() == ["9.90", "9.80", "9.60"]


def test_steps_go_on_by_ticks_alone_until_the_wanted_price(shop: Any) -> None:
    guardrails = {"max_step_down": "5%", "cooldown": "PT1H", "max_changes_per_day": 4}
    shop.policy("p", strategy=STRATEGY, guardrails=guardrails)
    shop.product()
    shop.competitor("7.00")
    for _ in range(36):
        shop.tick(HOUR)
    assert shop.prices() == ["9.50", "9.03", "8.58", "8.16", "7.76", "7.38", "7.02", "7.00"]
    assert {c["time"][:10] for c in shop.changes[:4]} == {"2023-11-15"}
    assert {c["time"][:10] for c in shop.changes[4:]} == {"2023-11-16"}


def test_events_of_the_ticks_own_instant_that_came_before_it_count(shop: Any) -> None:
    shop.policy("p", strategy=STRATEGY)
    shop.product()
    shop.now += HOUR
    value = {"sku": "a", "competitor": "x", "price": "9.00", "currency": "USD", "time": shop.now}
    shop.send("competitor-prices", value)
    shop.tick()
    shop.send("competitor-prices", value | {"price": "8.00", "competitor": "y"})
    shop.tick()
    assert shop.prices() == ["9.00", "8.00"]
    assert {c["time"] for c in shop.changes} == {"2023-11-15T01:00:00Z"}


def test_a_tick_is_echoed_after_all_that_is_due_up_to_its_time(shop: Any) -> None:
    shop.policy("p", strategy=STRATEGY, guardrails={"cooldown": "PT1H"})
    shop.product()
    shop.competitor("9.00")
    shop.competitor("8.00")
    answer = shop.tick(2 * HOUR)
    assert answer[-1] == {
        "topic": "pricing-control",
        "key": None,
        "value": {"kind": "tick", "time": shop.now},
    }
    assert "price-changes" in {out["topic"] for out in answer[:-1]}


def test_a_tick_without_anything_due_says_nothing_but_itself(shop: Any) -> None:
    shop.policy("p", strategy=STRATEGY)
    shop.product()
    assert [out["topic"] for out in shop.tick(MINUTE)] == ["pricing-control"]


def test_the_first_price_is_revision_0_and_revisions_rise_by_one_per_offer(shop: Any) -> None:
    shop.policy("p", strategy=STRATEGY)
    shop.product(channels={"web": {}, "store:1": {"price": "11.00"}})
    assert {d["revision"] for d in shop.decisions} == {0}
    shop.competitor("9.00")
    shop.competitor("8.00", channel="web")
    revisions = [(c["channel"], c["revision"]) for c in shop.changes]
    assert sorted(revisions) == [("store:1", 1), ("web", 1), ("web", 2)]
    keys = {out["key"] for out in shop.said if out["topic"] == "price-changes"}
    assert len(keys) == 2
