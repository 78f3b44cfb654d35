"""Sentences of the contract that contradict each other at once, and orders about nothing."""

from __future__ import annotations

from typing import Any

import pytest

MATCH = [{"kind": "match_competitor"}, {"kind": "keep"}]
KEEP = [{"kind": "keep"}]
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def promote(shop: Any, start: int, end: int, percent: str = "20%") -> None:
    value = {
        "promotion_id": "sale",
        "select": {},
        "starts_at": start,
        "ends_at": end,
        "discount": {"percent": percent},
    }
    shop.send("promotions", value, key="sale", timestamp=shop.now)


def hours(shop: Any, number: int) -> None:
    for _ in range(number):
        shop.tick(HOUR)


@pytest.fixture(name="frozen_sale")
def fixture_frozen_sale(shop: Any) -> Any:
    """10.00, on sale for 8.00 from 0:30 to 3:00, and a freeze from 1:00 to 6:00; it is 1:30."""
    start = shop.now
    freeze = [{"from": start + HOUR, "until": start + 6 * HOUR}]
    shop.policy("p", strategy=KEEP, guardrails={"freeze": freeze})
    shop.product()
    promote(shop, start + 30 * MINUTE, start + 3 * HOUR)
    shop.tick(30 * MINUTE)
    shop.tick(HOUR)
    assert shop.prices() == ["8.00"]
    return shop


@pytest.mark.parametrize(("lasts", "after"), [(3, []), (7, ["9.50", "10.00"])])
def test_a_sale_ends_in_time_though_a_freeze_makes_a_manual_price_wait(
    frozen_sale: Any, lasts: int, after: list[str]
) -> None:
    until = frozen_sale.now + lasts * HOUR
    frozen_sale.control("set_price", sku="a", channel="web", price="9.50", until=until)
    hours(frozen_sale, 2)
    assert frozen_sale.prices() == ["8.00", "10.00"]
    hours(frozen_sale, 10)
    assert frozen_sale.prices() == ["8.00", "10.00", *after]


def test_a_sale_ends_in_time_though_a_freeze_makes_a_rollback_wait(shop: Any) -> None:
    start = shop.now
    freeze = [{"from": start + HOUR, "until": start + 6 * HOUR}]
    shop.policy("p", strategy=MATCH, guardrails={"freeze": freeze})
    shop.product()
    shop.competitor("9.00")
    promote(shop, start + 30 * MINUTE, start + 3 * HOUR)
    shop.tick(HOUR)
    shop.control("rollback", to=start)
    hours(shop, 3)
    assert shop.prices() == ["9.00", "7.20", "9.00"]
    hours(shop, 5)
    assert shop.prices() == ["9.00", "7.20", "9.00", "10.00"]


def test_a_forced_price_waits_for_nothing(frozen_sale: Any) -> None:
    until = frozen_sale.now + 4 * HOUR
    frozen_sale.control("set_price", sku="a", price="9.50", until=until, force=True)
    assert frozen_sale.prices() == ["8.00", "9.50"]
    hours(frozen_sale, 12)
    assert frozen_sale.prices() == ["8.00", "9.50", "10.00"]


def test_freeze_cooldown_promotion_pause_and_override_at_once_leave_the_right_price(
    shop: Any,
) -> None:
    start = shop.now
    guardrails = {
        "cooldown": "PT2H",
        "freeze": [{"from": start + HOUR, "until": start + 2 * HOUR}],
        "max_changes_per_day": 3,
    }
    shop.policy("p", strategy=MATCH, guardrails=guardrails)
    shop.product()
    shop.competitor("9.00")
    promote(shop, start + HOUR, start + 4 * HOUR, "30%")
    shop.tick(HOUR)
    shop.control("set_price", sku="a", price="8.88", until=start + 10 * HOUR)
    shop.control("pause")
    shop.competitor("8.00")
    shop.control("resume")
    hours(shop, 36)
    assert shop.prices() == ["9.00", "6.30", "8.88", "8.00"]
    revisions = [change["revision"] for change in shop.changes]
    assert revisions == [1, 2, 3, 4]


def proposed(shop: Any) -> str:
    """A change that waits for someone's word, for an hour; its id."""
    approval = {"required_above_step": "5%", "expires_after": "PT1H"}
    shop.policy("p", strategy=MATCH, approval=approval)
    shop.product()
    shop.competitor("8.00")
    return str(shop.last["decision_id"])


def test_an_approved_price_waits_out_a_pause_longer_than_the_approval_would_have(
    shop: Any,
) -> None:
    proposal = proposed(shop)
    shop.control("pause")
    shop.control("approve", decision_id=proposal)
    hours(shop, 3)
    assert (shop.prices(), shop.last["reason"]) == ([], "paused")
    shop.control("resume")
    assert (shop.prices(), shop.last["reason"]) == (["8.00"], "approved")


def test_an_approval_that_comes_after_the_end_changes_nothing_even_before_a_tick(
    shop: Any,
) -> None:
    proposal = proposed(shop)
    shop.now += HOUR
    order = {"kind": "approve", "time": shop.now, "decision_id": proposal, "actor": "ann"}
    shop.send("pricing-control", order)
    shop.tick()
    assert shop.prices() == []
    assert shop.last["outcome"] == "rejected"
    shop.control("approve", decision_id=proposal)
    assert len(shop.alerts("control_ignored")) >= 1


@pytest.mark.parametrize(("first", "then", "prices"), [("approve", "reject", ["8.00"]),
                                                       ("reject", "approve", [])])  # fmt: skip
def test_of_two_verdicts_the_first_counts_and_the_other_is_told(
    shop: Any, first: str, then: str, prices: list[str]
) -> None:
    shop.policy("p", strategy=MATCH, approval={"required_above_step": "5%"})
    shop.product()
    shop.competitor("8.00")
    proposal = shop.last["decision_id"]
    for kind in (first, then):
        shop.control(kind, decision_id=proposal)
    assert shop.prices() == prices
    assert len(shop.alerts("control_ignored")) == 1


@pytest.mark.parametrize(
    "decision_id", ["nonsense", "-", "abc-1", "{made}-0x1", "{made}-٣", "{made}-" + "9" * 40]
)
@pytest.mark.parametrize("kind", ["approve", "reject", "rollback"])
def test_an_unknown_decision_id_changes_nothing(shop: Any, kind: str, decision_id: str) -> None:
    shop.policy("p", strategy=MATCH)
    shop.product()
    shop.competitor("9.00")
    made = shop.last["decision_id"].rpartition("-")[0]
    before = len(shop.decisions)
    wanted = decision_id.format(made=made)
    shop.control(kind, **{"to" if kind == "rollback" else "decision_id": wanted})
    shop.competitor("8.00")
    assert shop.prices() == ["9.00", "8.00"]
    assert len(shop.decisions) == before + 1


def test_a_forced_price_below_cost_is_audited_and_told(shop: Any) -> None:
    shop.policy("p", strategy=KEEP, guardrails={"minimum_margin": "5%"})
    shop.product(tax_rate="0.2", fees={"web": {"rate": 0.1, "fixed": "0.10"}})
    shop.control("set_price", sku="a", price="1.00", force=True, actor="bob")
    assert shop.prices() == ["1.00"]
    (alert,) = shop.alerts("selling_below_cost")
    assert (alert["sku"], alert["severity"], alert["details"]["price"]) == ("a", "critical", "1.00")
    # gross × (1 / 1.2 − 0.1) = 4.00 + 0.10
    assert alert["details"]["break_even"] == "5.60"
    assert shop.last["explanation"][0]["detail"]["order"]["actor"] == "bob"


@pytest.mark.parametrize("price", ["0", "0.00", "0.004", "-1.00"])
def test_no_force_makes_a_price_of_nothing(shop: Any, price: str) -> None:
    shop.policy("p", strategy=KEEP)
    shop.product()
    shop.control("set_price", sku="a", price=price, force=True)
    assert shop.changes == []
    assert shop.alerts("control_ignored") or shop.topic("dead-letters")


def test_a_manual_price_whose_end_has_passed_changes_nothing(shop: Any) -> None:
    shop.policy("p", strategy=KEEP)
    shop.product()
    shop.control("set_price", sku="a", price="9.00", until=shop.now - HOUR)
    hours(shop, 2)
    assert shop.changes == []


def test_a_version_that_goes_back_counts_like_any_other(shop: Any) -> None:
    """The topic's last record is the policy, whatever its number says."""
    shop.policy("p", version=5, strategy=MATCH, guardrails={"minimum_price": "9.50"})
    shop.product()
    shop.competitor("9.00")
    shop.policy("p", version=4, strategy=MATCH)
    assert shop.prices() == ["9.50", "9.00"]
    assert [c["policy_version"] for c in shop.changes] == [5, 4]


def test_a_policy_withdrawn_and_put_again_rules_again(shop: Any) -> None:
    shop.policy("p", strategy=MATCH, guardrails={"minimum_price": "9.50"})
    shop.product()
    shop.competitor("9.00")
    for _ in range(2):
        shop.send("pricing-policies", None, key="p", timestamp=shop.now)
    shop.tick(1)
    assert shop.last["policy_id"] == "default"
    shop.policy("p", version=1, strategy=MATCH)
    assert (shop.last["policy_id"], shop.prices()[-1]) == ("p", "9.00")


def test_a_tombstone_for_a_policy_that_never_was_is_no_error(shop: Any) -> None:
    shop.product()
    before = len(shop.decisions)
    shop.send("pricing-policies", None, key="nobody", timestamp=shop.now)
    shop.tick(1)
    assert len(shop.decisions) == before
    assert shop.topic("dead-letters") == []


def test_of_two_equal_policies_the_first_id_rules_in_whatever_order_they_came(
    new_shop: Any,
) -> None:
    for ids in ("ab", "ba"):
        shop = new_shop()
        for policy_id in ids:
            strategy = MATCH if policy_id == "a" else KEEP
            shop.policy(policy_id, priority=3, select={"skus": ["a"]}, strategy=strategy)
        shop.product()
        shop.competitor("9.00")
        assert shop.prices() == ["9.00"]
        assert shop.last["policy_id"] == "a"
        assert "first id" in shop.last["explanation"][0]["detail"]["ruled"]


def test_a_rollback_to_the_instant_of_a_change_means_the_price_which_that_made(
    shop: Any,
) -> None:
    """As the change's own decision id does; to undo it, one names the time before."""
    shop.policy("p", strategy=MATCH)
    shop.product()
    shop.competitor("9.00")
    change = shop.changes[-1]
    shop.competitor("8.00")
    shop.control("rollback", to=change["effective_at"])
    assert shop.prices()[-1] == "9.00"
    shop.control("rollback", to=change["decision_id"])
    assert shop.prices()[-1] == "9.00"
    shop.control("rollback", to=shop.now - 10)
    assert shop.prices()[-1] == "10.00"


def test_of_several_changes_of_one_instant_a_rollback_means_the_last(shop: Any) -> None:
    shop.policy("p", strategy=MATCH)
    shop.product()
    shop.now += 1
    for price in ("9.00", "8.00"):
        value = {"sku": "a", "competitor": "x", "price": price, "currency": "USD"}
        shop.send("competitor-prices", value | {"time": shop.now})
    shop.tick()
    then = shop.now
    shop.competitor("7.00", "x")
    shop.control("rollback", to=then)
    assert shop.prices() == ["9.00", "8.00", "7.00", "8.00"]


def test_a_rollback_to_a_time_that_is_yet_to_come_is_told_and_holds_nothing(shop: Any) -> None:
    shop.policy("p", strategy=MATCH)
    shop.product()
    shop.control("rollback", to=shop.now + DAY)
    shop.competitor("9.00")
    assert shop.prices() == ["9.00"]
    (alert,) = shop.alerts("control_ignored")
    assert "yet to come" in alert["message"]


def test_a_rollback_beyond_the_history_that_is_kept_is_told_and_holds_nothing(shop: Any) -> None:
    shop.policy("p", strategy=MATCH)
    shop.product()
    then = shop.now
    shop.competitor("9.00")
    shop.tick(50 * DAY)
    shop.competitor("8.00")
    shop.control("rollback", to=then)
    shop.competitor("7.00")
    assert shop.prices() == ["9.00", "8.00", "7.00"]
    (alert,) = shop.alerts("control_ignored")
    assert (alert["sku"], "no longer on record" in alert["message"]) == ("a", True)


def test_a_price_older_than_that_but_still_in_force_lately_can_be_restored(shop: Any) -> None:
    shop.policy("p", strategy=MATCH)
    shop.product()
    shop.competitor("9.00")
    shop.tick(90 * DAY)
    shop.competitor("8.00")
    shop.control("rollback", to=shop.now - 10 * DAY)
    assert shop.prices() == ["9.00", "8.00", "9.00"]


def test_a_manual_price_for_an_unknown_product_is_told(shop: Any) -> None:
    shop.product()
    shop.control("set_price", sku="typo", price="9.00")
    (alert,) = shop.alerts("control_ignored")
    assert alert["sku"] == "typo"
    assert alert["message"] == "set_price: no product has this SKU"
    assert shop.changes == []
