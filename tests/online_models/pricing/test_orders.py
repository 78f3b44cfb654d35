"""The kill switch, manual prices, verdicts and rollbacks; acknowledgements of the shop."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.records.prices.pricing_alerts import PricingAlert
from schemas.values.limits import LONGEST_TEXT

HOUR = 3_600_000
DAY = 24 * HOUR
KEEP = {"kind": "keep"}
MATCH = {"kind": "match_competitor"}


def prices(shop: Any) -> list[str]:
    return [change["price"] for change in shop.changes]


def matching(shop: Any, **fields: Any) -> None:
    shop.product(cost="1.00")
    shop.policy(strategy=[MATCH, KEEP], **fields)


def test_a_pause_holds_what_it_selects_until_resumed(shop: Any) -> None:
    shop.product("tea", category="food/tea", cost="1.00")
    matching(shop)
    shop.control(kind="pause", select={"categories": ["food/coffee"]}, reason="fire")
    shop.competitor("9.00")
    shop.competitor("9.00", "tea")
    assert [c["sku"] for c in shop.changes] == ["tea"]
    paused = [d for d in shop.decisions if d["sku"] == "a"][-1]
    assert (paused["outcome"], paused["reason"]) == ("held", "paused")
    assert paused["explanation"][0]["detail"]["order"] == {"actor": "ann", "reason": "fire"}
    shop.control(kind="resume")
    assert shop.price() == "9.00"


def test_the_kill_switch_covers_offers_that_appear_while_it_is_on(shop: Any) -> None:
    matching(shop)
    shop.control(kind="pause", reason="fire")
    shop.product("late", cost="1.00")
    shop.competitor("9.00", "late")
    assert shop.decisions[-1]["reason"] == "paused"
    shop.control(kind="resume")
    shop.product("later", cost="1.00")
    shop.competitor("9.00", "later")
    assert shop.decisions[-1]["outcome"] == "changed"


def test_a_manual_price_is_bound_by_guardrails_unless_forced(shop: Any) -> None:
    matching(shop, guardrails={"minimum_price": "8.00"})
    shop.control(kind="set_price", sku="a", price="5.00", reason="clearance")
    assert shop.price() == "8.00"
    assert shop.decisions[-1]["outcome"] == "overridden"
    shop.control(kind="set_price", sku="a", price="5.00", force=True)
    assert shop.price() == "5.00"
    order = shop.decisions[-1]["explanation"][0]["detail"]["order"]
    assert order["force"] is True
    assert order["actor"] == "ann"


def test_a_manual_price_waits_for_the_cooldown(shop: Any) -> None:
    matching(shop, guardrails={"cooldown": "PT1H"})
    shop.competitor("9.00")
    shop.control(kind="set_price", sku="a", price="8.00")
    assert shop.decisions[-1]["reason"] == "cooldown"
    shop.tick(HOUR)
    assert prices(shop) == ["9.00", "8.00"]
    assert shop.decisions[-1]["outcome"] == "overridden"


def test_a_manual_price_holds_until_its_end_then_the_strategies_take_over(shop: Any) -> None:
    matching(shop)
    shop.control(kind="set_price", sku="a", price="8.00", until=shop.now + DAY)
    shop.competitor("9.00")
    shop.tick(DAY - 1)
    assert prices(shop) == ["8.00"]
    shop.tick(1)
    assert prices(shop) == ["8.00", "9.00"]


def test_after_a_passing_manual_price_keep_returns_to_the_price_before(shop: Any) -> None:
    shop.product()
    shop.policy(strategy=[KEEP], guardrails={"max_step_up": "20%"})
    shop.control(kind="set_price", sku="a", price="8.00", until=shop.now + DAY)
    shop.tick(DAY)
    shop.tick()
    assert prices(shop) == ["8.00", "9.60", "10.00"]


def test_a_manual_price_without_end_stays(shop: Any) -> None:
    matching(shop)
    shop.control(kind="set_price", sku="a", price="8.00")
    shop.competitor("9.00")
    shop.tick(DAY, 5)
    assert prices(shop) == ["8.00"]


def test_a_manual_price_for_an_unknown_offer_changes_nothing(shop: Any) -> None:
    matching(shop)
    shop.control(kind="set_price", sku="nobody", price="8.00")
    shop.control(kind="set_price", sku="a", channel="moon", price="8.00")
    shop.control(kind="set_price", sku="a", price="8.00", currency="USD")
    shop.control(kind="set_price", sku="a", price="0")
    assert shop.changes == []
    assert len(shop.alerts("control_ignored")) == 4


def proposed(shop: Any) -> dict[str, Any]:
    matching(shop, approval={"required_above_step": "15%", "expires_after": "PT24H"})
    shop.competitor("8.00")
    decision: dict[str, Any] = shop.decisions[-1]
    assert (decision["outcome"], decision["price"], decision["previous_price"]) == (
        "proposed",
        "8.00",
        "10.00",
    )
    assert shop.changes == []
    return decision


def test_an_approved_proposal_takes_effect(shop: Any) -> None:
    proposal = proposed(shop)
    shop.control(kind="approve", decision_id=proposal["decision_id"])
    change = shop.changes[-1]
    assert (change["price"], change["reason"], change["revision"]) == ("8.00", "approved", 1)
    decision = shop.decisions[-1]
    assert decision["decision_id"] == change["decision_id"]
    order = decision["explanation"][0]["detail"]["order"]
    assert order["proposal"] == proposal["decision_id"]


def test_an_approval_does_not_lift_the_guardrails(shop: Any) -> None:
    matching(shop, approval={"required_above_step": "5%"}, guardrails={"max_step_down": "10%"})
    shop.competitor("8.00")
    proposal = shop.decisions[-1]
    shop.control(kind="set_price", sku="a", price="11.00", force=True)
    shop.control(kind="approve", decision_id=proposal["decision_id"])
    assert shop.price() == "11.00"
    assert shop.alerts("control_ignored")


@pytest.mark.parametrize("how", ["rejected", "expired"])
def test_a_declined_proposal_returns_only_with_new_inputs(shop: Any, how: str) -> None:
    proposal = proposed(shop)
    if how == "rejected":
        shop.control(kind="reject", decision_id=proposal["decision_id"])
    else:
        shop.tick(DAY)
    decision = shop.decisions[-1]
    assert decision["outcome"] == "rejected"
    assert decision["price"] == "10.00"
    assert [step["output"] for step in decision["explanation"]] == ["8.00", "10.00"]
    shop.tick(times=3)
    shop.competitor("8.00")
    assert shop.decisions[-1]["reason"] == "declined"
    shop.competitor("7.90")
    assert shop.decisions[-1]["outcome"] == "proposed"


def test_a_standing_proposal_is_not_repeated(shop: Any) -> None:
    proposed(shop)
    shop.competitor("8.00")
    assert shop.decisions[-1]["reason"] == "awaiting_approval"
    shop.tick(times=3)
    assert [d["outcome"] for d in shop.decisions].count("proposed") == 1


def test_a_smaller_wish_needs_no_approval_and_ends_the_proposal(shop: Any) -> None:
    proposal = proposed(shop)
    shop.competitor("9.50")
    assert shop.price() == "9.50"
    shop.control(kind="approve", decision_id=proposal["decision_id"])
    assert shop.price() == "9.50"


def three_prices(shop: Any) -> list[dict[str, Any]]:
    matching(shop)
    for price in ("9.00", "8.00", "7.00"):
        shop.competitor(price)
        shop.now += HOUR
    return list(shop.changes)


def test_a_rollback_to_a_time_holds_until_released(shop: Any) -> None:
    three_prices(shop)
    shop.control(kind="rollback", to=shop.now - 2 * HOUR)
    assert shop.price() == "8.00"
    shop.competitor("6.00")
    shop.tick(DAY, 3)
    assert shop.price() == "8.00"
    held = shop.decisions[-1]["explanation"][0]
    assert held["rule"] == "rollback"
    assert "until" in held["detail"]["order"]["holds"]
    shop.control(kind="resume")
    assert shop.price() == "6.00"


def test_a_rollback_to_a_decision_restores_its_price(shop: Any) -> None:
    first = three_prices(shop)[0]
    shop.control(kind="rollback", to=first["decision_id"])
    assert shop.price() == "9.00"


def test_a_rollback_before_the_first_price_restores_the_first(shop: Any) -> None:
    three_prices(shop)
    shop.control(kind="rollback", to=shop.now - 300 * DAY)
    assert shop.price() == "10.00"


@pytest.mark.parametrize("ended", [False, True])
def test_a_rollback_undoes_a_forced_price_at_once(shop: Any, ended: bool) -> None:
    shop.product(cost="5.00")
    rails = {"minimum_margin": "5%", "max_step_up": "5%", "max_changes_per_day": 2}
    shop.policy(strategy=[KEEP], guardrails={**rails, "reference_band": "30%", "cooldown": "P1D"})
    before = shop.now
    until = {"until": shop.now + HOUR} if ended else {}
    shop.now += 1
    shop.control(kind="set_price", sku="a", price="2.00", force=True, **until)
    assert shop.price() == "2.00"
    if ended:
        shop.tick(HOUR)
        assert shop.alerts("bounds_conflict")
    shop.control(kind="rollback", to=before)
    assert shop.price() == "10.00"
    decision = shop.decisions[-1]
    assert (decision["outcome"], decision["reason"]) == ("changed", "rollback")
    assert decision["explanation"][0]["detail"]["order"]["undoes"] == "a forced price, at once"
    rules = [step["rule"] for step in decision["explanation"]]
    assert rules == ["rollback", "minimum_margin", "reference_band"]
    shop.tick(2 * DAY)
    assert shop.price() == "10.00"


def test_a_rollback_of_what_nobody_forced_keeps_the_pace(shop: Any) -> None:
    matching(shop, guardrails={"max_step_up": "5%"})
    before = shop.now
    shop.now += 1
    shop.competitor("8.00")
    shop.control(kind="rollback", to=before)
    assert prices(shop) == ["8.00", "8.40"]


def test_a_rollback_of_a_forced_price_that_needed_no_force_keeps_the_pace(shop: Any) -> None:
    matching(shop, guardrails={"max_step_up": "5%", "max_step_down": "20%"})
    before = shop.now
    shop.now += 1
    shop.control(kind="set_price", sku="a", price="9.00", force=True)
    shop.control(kind="rollback", to=before)
    assert prices(shop) == ["9.00", "9.45"]


def test_a_rollback_to_a_forced_price_keeps_the_bounds(shop: Any) -> None:
    matching(shop, guardrails={"minimum_price": "8.00"})
    shop.control(kind="set_price", sku="a", price="2.00", force=True)
    forced = shop.now
    shop.now += 1
    shop.control(kind="set_price", sku="a", price="9.00")
    shop.control(kind="rollback", to=forced)
    assert shop.price() == "8.00"


def test_a_policy_version_releases_a_rollback(shop: Any) -> None:
    three_prices(shop)
    shop.control(kind="rollback", to=shop.now - 2 * HOUR)
    shop.policy(strategy=[MATCH, KEEP], version=2)
    assert shop.price() == "7.00"


def test_a_rejected_price_is_struck_and_tried_again_later(shop: Any) -> None:
    matching(shop)
    shop.competitor("9.00")
    refused = shop.changes[-1]
    shop.ack(refused, "rejected", price="10.00", reason="locked")
    assert shop.alerts("price_rejected")
    assert shop.pricing.ledger.price[0] == 1000
    assert len(shop.changes) == 1
    shop.tick(HOUR)
    again = shop.changes[-1]
    assert (again["previous_price"], again["price"], again["revision"]) == ("10.00", "9.00", 2)
    assert again["lowest_prior_price_30d"] == "10.00"


def test_a_long_reason_leaves_the_alert_a_record_of_its_topic(shop: Any) -> None:
    matching(shop)
    shop.competitor("9.00")
    shop.ack(shop.changes[-1], "rejected", price="10.00", reason="x" * LONGEST_TEXT)
    (alert,) = shop.alerts("price_rejected")
    PricingAlert.model_validate(alert)


def test_an_acknowledged_price_is_believed(shop: Any) -> None:
    matching(shop)
    shop.competitor("9.00")
    shop.ack(shop.changes[-1], price="9.05")
    assert shop.pricing.ledger.price[0] == 905
    assert len(shop.changes) == 1
    shop.tick(HOUR)
    assert shop.changes[-1]["previous_price"] == "9.05"
    assert shop.changes[-1]["price"] == "9.00"


def test_an_overtaken_acknowledgement_is_ignored(shop: Any) -> None:
    old, _, last = three_prices(shop)
    shop.ack(old, "rejected", price="10.00")
    assert shop.pricing.ledger.price[0] == 700
    shop.ack(last)
    assert len(shop.changes) == 3


def test_a_missing_acknowledgement_is_told_for_shops_that_acknowledge(shop: Any) -> None:
    matching(shop)
    shop.competitor("9.00")
    shop.tick(HOUR)
    assert len(shop.alerts("ack_missing")) == 1
    shop.competitor("8.00")
    shop.tick(HOUR)
    assert len(shop.alerts("ack_missing")) == 1  # this channel has never acknowledged
    shop.ack(shop.changes[-1])
    shop.competitor("7.00")
    shop.tick(HOUR)
    assert len(shop.alerts("ack_missing")) == 2
