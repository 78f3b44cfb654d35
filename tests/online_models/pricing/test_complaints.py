"""What merchants complain about in repricers, and why it does not happen here."""

from __future__ import annotations

from typing import Any

import pytest

HOUR = 3_600_000
DAY = 24 * HOUR
MATCH = {"kind": "match_competitor", "offset": "-0.01"}
KEEP = {"kind": "keep"}


def test_two_of_ours_against_each_other_do_not_race_to_the_bottom(new_shop: Any) -> None:
    one, other = new_shop(), new_shop()
    for shop in (one, other):
        shop.product(cost="2.00")
        shop.policy(strategy=[MATCH, KEEP], guardrails={"minimum_margin": "5%"})
    seen = []
    for hour in range(24 * 5):
        for shop, competitor in ((one, other), (other, one)):
            shop.now = one.now + 1
            price = competitor.pricing.ledger.price[0]
            shop.competitor(f"{price / 100:.2f}")
        one.tick()
        other.now = one.now
        other.decide(other.pricing.due(other.now), None)
        if hour > 24:
            seen.append(min(one.pricing.ledger.price[0], other.pricing.ledger.price[0]))
    assert min(seen) > 950
    assert max(seen) >= 998


def test_a_rival_that_really_gets_cheaper_is_followed_all_the_way(shop: Any) -> None:
    shop.product(cost="1.00")
    shop.policy(strategy=[MATCH, KEEP])
    for step in range(1, 31):
        shop.now += HOUR
        shop.competitor(f"{10 * 0.98**step:.2f}")
        assert shop.price() == f"{float(f'{10 * 0.98**step:.2f}') - 0.01:.2f}"


def test_without_a_minimum_price_the_default_margin_still_holds(shop: Any) -> None:
    """No policy selects the offer: the built-in default never sells below cost."""
    shop.product(cost="9.70", decide=True)
    shop.competitor("3.00")
    shop.tick(DAY, 20)
    assert all(float(change["price"]) >= 9.70 for change in shop.changes)


def test_a_price_that_fell_recovers_without_any_event(shop: Any) -> None:
    shop.product(cost="1.00")
    shop.policy(
        strategy=[{**MATCH, "max_age": "P1D"}, KEEP],
        guardrails={"max_step_up": "5%", "max_changes_per_day": 1},
    )
    shop.competitor("8.00")
    shop.tick(DAY, 12)
    prices = [float(change["price"]) for change in shop.changes]
    assert prices[0] == 7.99
    assert prices[1:] == sorted(prices[1:])
    assert prices[-1] == 10.0


def test_a_silent_feed_is_told_once(shop: Any) -> None:
    shop.product()
    shop.competitor("9.00")
    assert shop.pricing.watch(shop.now + 2 * DAY) == []
    alerts = shop.pricing.watch(shop.now + 2 * DAY + 1)
    assert [alert.topic for alert in alerts] == ["pricing-alerts"]
    assert shop.pricing.watch(shop.now + 9 * DAY) == []
    shop.now += 10 * DAY
    shop.competitor("9.00")
    assert len(shop.pricing.watch(shop.now + 3 * DAY)) == 1


def test_an_empty_shelf_ahead_is_told_once(shop: Any) -> None:
    row = shop.product()
    shop.policy(strategy=[KEEP])
    shop.stock.on_hand[row] = 60  # 10 a day
    shop.decide([row], "inventory")
    shop.decide([row], "inventory")
    assert len(shop.alerts("stockout_ahead")) == 1
    shop.stock.arriving[row] = [(100, shop.now + 3 * DAY)]
    shop.decide([row], "inventory")
    shop.stock.arriving.clear()
    shop.decide([row], "inventory")
    assert len(shop.alerts("stockout_ahead")) == 2
    # what is usually delivered every night need not last a week
    shop.stock.delivered_every = DAY
    shop.decide([row], "inventory")
    shop.stock.on_hand[row] = 5
    shop.decide([row], "inventory")
    assert len(shop.alerts("stockout_ahead")) == 3
    told = shop.alerts("stockout_ahead")[-1]["message"]
    assert told == "5 units in stock, 10 expected to sell in 1.0 days"


@pytest.mark.parametrize("cheaper", ["b2b", "club"])
def test_segment_prices_follow_the_public_price_and_stay_legal(shop: Any, cheaper: str) -> None:
    shop.product(cost="8.00")
    shop.policy(
        strategy=[{"kind": "match_competitor"}, KEEP],
        guardrails={"minimum_margin": "5%"},
        segments=[
            {
                "segment": cheaper,
                "disclosure": "for members",
                "breaks": [
                    {"minimum_quantity": 1, "discount": "5%"},
                    {"minimum_quantity": 10, "discount": "30%"},
                ],
            }
        ],
    )
    offers = shop.said("price-offers")
    assert [(o["minimum_quantity"], o["price"]) for o in offers] == [(1, "9.50"), (10, "8.43")]
    shop.competitor("9.00")
    offers = shop.said("price-offers")[2:]
    assert [o["price"] for o in offers] == ["8.55", "8.43"]
    assert {o["segment"] for o in offers} == {cheaper}
    assert offers[0]["decision_id"] == shop.changes[-1]["decision_id"]
    shop.competitor("9.00")
    assert len(shop.said("price-offers")) == 4
