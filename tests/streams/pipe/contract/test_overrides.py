"""Manual prices, the kill switch and rollbacks."""

from __future__ import annotations

from typing import Any

import pytest

STRATEGY = [{"kind": "match_competitor"}, {"kind": "keep"}]
HOUR = 3_600_000
DAY = 24 * HOUR


def test_a_manual_price_holds_until_its_end_and_a_tick_brings_the_price_back(shop: Any) -> None:
    shop.policy("p", strategy=STRATEGY)
    shop.product()
    shop.competitor("9.00")
    until = shop.now + HOUR
    shop.control("set_price", sku="a", channel="web", price="9.55", until=until)
    assert (shop.last["outcome"], shop.last["price"]) == ("overridden", "9.55")
    shop.competitor("8.00")
    assert shop.last["price"] == "9.55"
    shop.tick(until - 1 - shop.now)
    assert shop.prices() == ["9.00", "9.55"]
    shop.tick(1)
    assert shop.prices() == ["9.00", "9.55", "8.00"]


def test_a_manual_price_without_an_end_stands_against_strategies_and_time(shop: Any) -> None:
    shop.policy("p", strategy=STRATEGY)
    shop.product()
    shop.control("set_price", sku="a", channel="web", price="9.55")
    shop.competitor("8.00")
    shop.tick(40 * DAY)
    assert shop.prices() == ["9.55"]


def test_a_manual_price_is_audited(shop: Any) -> None:
    shop.policy("p", strategy=STRATEGY, guardrails={"minimum_price": "9.00"})
    shop.product()
    shop.control("set_price", sku="a", channel="web", price="5.00", force=True, actor="bob")
    change, decision = shop.changes[-1], shop.last
    assert change["decision_id"] == decision["decision_id"]
    assert change["price"] == "5.00"
    order = decision["explanation"][0]["detail"]["order"]
    assert (order["actor"], order["reason"], order["force"]) == ("bob", "because", True)
    assert change["cause"]["topic"] == "pricing-control"


def test_paused_offers_keep_their_prices_until_resumed(shop: Any) -> None:
    shop.policy("p", strategy=STRATEGY)
    shop.product("a")
    shop.product("b", category="toys")
    shop.control("pause", select={"categories": ["food"]})
    shop.competitor("9.00", sku="a")
    shop.competitor("9.00", sku="b")
    assert (shop.prices("a"), shop.prices("b")) == ([], ["9.00"])
    held = [d for d in shop.decisions if d["sku"] == "a"][-1]
    assert (held["outcome"], held["reason"]) == ("held", "paused")
    shop.tick(DAY)
    assert shop.prices("a") == []
    shop.control("resume", select={"skus": ["a"]})
    assert shop.prices("a") == ["9.00"]


def test_a_pause_without_a_selector_stops_everything(shop: Any) -> None:
    shop.policy("p", strategy=STRATEGY)
    shop.product("a")
    shop.product("b", category="toys")
    shop.control("pause")
    shop.competitor("9.00", sku="a")
    shop.competitor("9.00", sku="b")
    assert shop.changes == []


def rolled_back(shop: Any, by_id: bool) -> None:
    shop.policy("p", strategy=STRATEGY)
    shop.product()
    shop.competitor("9.00")
    then, decision = shop.now, shop.changes[-1]["decision_id"]
    shop.tick(HOUR)
    shop.competitor("8.00")
    shop.control("rollback", to=decision if by_id else then)
    assert shop.prices() == ["9.00", "8.00", "9.00"]
    shop.competitor("7.00")
    shop.tick(DAY)
    assert shop.prices()[-1] == "9.00"


def test_a_rollback_restores_the_prices_of_a_time_and_holds(shop: Any) -> None:
    rolled_back(shop, by_id=False)
    first = shop.last["explanation"][0]
    assert first["rule"] == "rollback"
    assert "holds" in first["detail"]["order"]
    assert first["detail"]["order"]["actor"] == "ann"


def test_a_rollback_restores_the_price_of_a_decision_and_holds(shop: Any) -> None:
    rolled_back(shop, by_id=True)


@pytest.mark.parametrize("held", [0, 2])
def test_a_decision_that_held_stands_for_the_price_that_it_left_in_force(
    shop: Any, held: int
) -> None:
    shop.policy("p", strategy=STRATEGY)
    shop.product()
    shop.competitor("9.00")
    shop.competitor("9.00")
    shop.competitor("8.00")
    decision = shop.decisions[held]
    assert decision["outcome"] == "held"
    shop.control("rollback", to=decision["decision_id"])
    assert shop.prices() == ["9.00", "8.00", decision["price"]]


def test_a_decision_that_was_never_made_rolls_nothing_back(shop: Any) -> None:
    shop.policy("p", strategy=STRATEGY)
    shop.product()
    shop.competitor("9.00")
    made, _, number = shop.last["decision_id"].rpartition("-")
    shop.control("rollback", to=f"{made}-{int(number) + 1}")
    assert shop.prices() == ["9.00"]
    assert len(shop.alerts("control_ignored")) == 1


def test_resume_releases_a_rollback(shop: Any) -> None:
    rolled_back(shop, by_id=False)
    shop.competitor("7.50")
    shop.control("resume")
    assert shop.prices()[-1] == "7.50"


def test_a_policy_version_releases_a_rollback(shop: Any) -> None:
    rolled_back(shop, by_id=False)
    shop.competitor("7.50")
    shop.policy("p", version=2, strategy=STRATEGY)
    assert shop.prices()[-1] == "7.50"


def test_a_control_record_releases_a_rollback(shop: Any) -> None:
    rolled_back(shop, by_id=False)
    shop.control("set_price", sku="a", channel="web", price="8.80", until=shop.now + HOUR)
    assert shop.prices()[-1] == "8.80"
    shop.competitor("7.50")
    shop.tick(HOUR)
    assert shop.prices()[-1] == "7.50"


def test_a_rollback_concerns_the_selected_offers_alone(shop: Any) -> None:
    shop.policy("p", strategy=STRATEGY)
    shop.product("a")
    shop.product("b", category="toys")
    then = shop.now
    shop.competitor("9.00", sku="a")
    shop.competitor("9.00", sku="b")
    shop.control("rollback", to=then, select={"categories": ["toys"]})
    assert (shop.prices("a"), shop.prices("b")) == (["9.00"], ["9.00", "10.00"])


def test_guardrails_bind_a_rollback_too(shop: Any) -> None:
    shop.policy("p", strategy=STRATEGY)
    shop.product()
    shop.competitor("7.00")
    then = shop.now
    shop.competitor("9.00")
    shop.policy("p", version=2, strategy=STRATEGY, guardrails={"minimum_price": "8.00"})
    shop.control("rollback", to=then)
    assert shop.prices()[-1] == "8.00"


def test_an_order_that_cannot_be_carried_out_is_said_to_be_so(shop: Any) -> None:
    shop.policy("p", strategy=STRATEGY)
    shop.product()
    shop.control("set_price", sku="a", channel="store:9", price="5.00")
    shop.control("approve", decision_id=shop.last["decision_id"])
    assert len(shop.alerts("control_ignored")) == 2
    assert shop.changes == []


def test_the_way_back_from_a_forced_price_obeys_the_steps(shop: Any) -> None:
    shop.policy("p", strategy=STRATEGY, guardrails={"max_step_up": "10%", "max_step_down": "10%"})
    shop.product()
    until = shop.now + HOUR
    shop.control("set_price", sku="a", channel="web", price="8.00", force=True, until=until)
    for _ in range(5):
        shop.tick(HOUR)
    assert shop.prices() == ["8.00", "8.80", "9.68", "10.00"]


def test_a_freeze_delays_a_manual_price_and_a_forced_one_passes(shop: Any) -> None:
    freeze = [{"from": shop.now, "until": shop.now + HOUR}]
    shop.policy("p", strategy=STRATEGY, guardrails={"freeze": freeze})
    shop.product()
    shop.control("set_price", sku="a", channel="web", price="9.00")
    assert shop.prices() == []
    shop.control("set_price", sku="a", channel="web", price="8.00", force=True)
    assert shop.prices() == ["8.00"]


def test_a_pause_covers_offers_that_appear_while_it_lasts(shop: Any) -> None:
    shop.policy("p", strategy=STRATEGY)
    shop.control("pause")
    shop.product()
    shop.competitor("9.00")
    assert (shop.prices(), shop.last["reason"]) == ([], "paused")
    shop.control("resume")
    assert shop.prices() == ["9.00"]
