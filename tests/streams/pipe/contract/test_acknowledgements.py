"""What the shop really shows."""

from __future__ import annotations

from typing import Any

STRATEGY = [{"kind": "match_competitor"}, {"kind": "keep"}]
HOUR = 3_600_000


def ack(shop: Any, status: str, price: str, **more: Any) -> None:
    change = shop.changes[-1]
    shop.now += 1
    value = {
        "decision_id": change["decision_id"],
        "sku": "a",
        "channel": "web",
        "status": status,
        "price": price,
        "time": shop.now,
    }
    shop.send("price-acks", value | more)
    shop.tick()


def test_a_missing_ack_alerts_and_one_in_time_does_not(new_shop: Any) -> None:
    for answered in (True, False):
        shop = new_shop({"policy_id": "p", "strategy": STRATEGY})
        shop.product()
        shop.competitor("9.00")
        if answered:
            ack(shop, "applied", "9.00")
        shop.tick(HOUR + 1)
        missing = shop.alerts("ack_missing")
        assert len(missing) == (0 if answered else 1)
        if missing:
            assert missing[0]["details"]["decision_id"] == shop.changes[-1]["decision_id"]


def test_a_rejected_price_is_not_believed_to_be_shown(shop: Any) -> None:
    shop.policy("p", strategy=STRATEGY)
    shop.product()
    shop.competitor("9.00")
    ack(shop, "rejected", "10.00", reason="below our minimum")
    shop.competitor("8.00")
    assert shop.last["previous_price"] == "10.00"
    assert shop.alerts("ack_missing") == []


def test_a_rejected_price_is_tried_again_later_not_at_once(shop: Any) -> None:
    shop.policy("p", strategy=STRATEGY)
    shop.product()
    shop.competitor("9.00")
    ack(shop, "rejected", "10.00")
    shop.competitor("9.00")
    assert shop.last["outcome"] == "held"
    shop.tick(2 * HOUR)
    assert shop.changes[-1]["price"] == "9.00"
    revisions = [c["revision"] for c in shop.changes]
    assert revisions == sorted(set(revisions))


def test_an_ack_of_a_decision_that_was_never_made_is_told(shop: Any) -> None:
    shop.policy("p", strategy=STRATEGY)
    shop.product()
    shop.competitor("9.00")
    made = shop.changes[-1]["decision_id"]
    for name in (made, made.rpartition("-")[0] + "-999", "d-1", "d-2"):
        ack(shop, "applied", "9.00", decision_id=name)
    told = [alert["details"] for alert in shop.alerts("unknown_ack")]
    assert told == [{"count": 1}] * 3
    assert shop.changes[-1]["decision_id"] == made
