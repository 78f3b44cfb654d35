"""Steps, delays, freezes: what binds how fast a price may move, and what a tick alone brings."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

HOUR = 3_600_000
DAY = 24 * HOUR
MATCH = {"kind": "match_competitor"}


def follow(shop: Any, competitor: str = "5.00", price: str = "10.00", **guardrails: Any) -> None:
    shop.product(price=price, cost="1.00")
    shop.policy(strategy=[MATCH, {"kind": "keep"}], guardrails=guardrails)
    shop.competitor(competitor)


def prices(shop: Any) -> list[str]:
    return [change["price"] for change in shop.changes]


def test_steps_are_measured_from_the_price_in_force(shop: Any) -> None:
    follow(shop, max_step_down="10%")
    shop.tick(times=2)
    assert prices(shop) == ["9.00", "8.10", "7.29"]
    assert [change["revision"] for change in shop.changes] == [1, 2, 3]


def test_an_hour_of_cooldown_lasts_to_the_millisecond(shop: Any) -> None:
    follow(shop, max_step_down="10%", cooldown="PT1H")
    shop.tick(HOUR - 1)
    assert prices(shop) == ["9.00"]
    shop.tick(1)
    assert prices(shop) == ["9.00", "8.10"]


def test_what_the_cooldown_delays_is_decided_anew(shop: Any) -> None:
    follow(shop, "9.50", cooldown="PT2H")
    shop.tick(HOUR)
    shop.competitor("9.00")
    assert shop.decisions[-1]["outcome"] == "held"
    assert shop.decisions[-1]["reason"] == "cooldown"
    shop.competitor("9.20")
    shop.tick(HOUR)
    assert prices(shop) == ["9.50", "9.20"]


def test_changes_per_day_count_by_calendar_day(shop: Any) -> None:
    shop.now += 22 * HOUR
    follow(shop, max_step_down="10%", max_changes_per_day=1)
    shop.tick(HOUR)
    assert prices(shop) == ["9.00"]
    shop.tick(HOUR)
    assert prices(shop) == ["9.00", "8.10"]
    shop.tick(23 * HOUR)
    assert len(prices(shop)) == 2


def test_the_day_begins_at_midnight_of_the_time_zone(new_shop: Any) -> None:
    from online_models.pricing.policy.settings import PricingSettings

    shop = new_shop(PricingSettings(timezone="Asia/Tokyo"))
    shop.now += 14 * HOUR  # 23:00 in Tokyo
    follow(shop, max_step_down="10%", max_changes_per_day=1)
    shop.tick(HOUR)
    assert prices(shop) == ["9.00", "8.10"]


def test_no_changes_at_all_where_none_is_allowed(shop: Any) -> None:
    follow(shop, max_changes_per_day=0)
    shop.tick(DAY, 3)
    assert prices(shop) == []


def test_a_freeze_ends_at_until_exclusive_and_the_tick_brings_the_change(shop: Any) -> None:
    freeze = [
        {"from": shop.now, "until": shop.now + DAY},
        {"from": shop.now + DAY, "until": shop.now + 2 * DAY},
    ]
    follow(shop, freeze=freeze)
    assert shop.decisions[-1]["reason"] == "freeze"
    shop.tick(DAY)
    shop.tick(DAY - 1)
    assert prices(shop) == []
    shop.tick(1)
    assert prices(shop) == ["5.00"]


def test_a_tick_that_changes_nothing_says_nothing(shop: Any) -> None:
    follow(shop, max_step_down="10%", max_changes_per_day=1)
    said = len(shop.published)
    shop.tick(HOUR, 12)
    assert len(shop.published) - said <= 2  # held once, and the acknowledgement that is missing
    shop.competitor("5.00")
    assert shop.decisions[-1]["cause"]["topic"] == "competitor-prices"


def test_default_policy_moves_one_step_a_day_within_the_band(shop: Any) -> None:
    shop.product(price="10.00", cost="9.00", decide=True)  # the optimum, 18.00, is beyond the band
    shop.tick(DAY, 10)
    assert prices(shop) == ["10.50", "11.02", "11.57", "12.14", "12.74", "13.00"]
    assert {change["policy_id"] for change in shop.changes} == {"default"}


def test_price_endings_take_the_nearest_legal_price_within_the_bounds(shop: Any) -> None:
    shop.product(price="9.99", cost="6.51")
    plus = {"kind": "cost_plus", "margin": "30%"}
    shop.policy(strategy=[plus], guardrails={"price_endings": [".99", ".49"]})
    shop.tick(HOUR)
    assert prices(shop) == ["9.49"]
    follow_up = [
        step for step in shop.decisions[-1]["explanation"] if step["rule"] == "price_endings"
    ]
    assert follow_up[0]["input"] == "9.30"


@pytest.mark.parametrize(
    ("offset", "rails", "moves"),
    [
        ("-0.01", {}, ["8.49"]),  # 8.78: 8.99 is nearer, and twenty cents above the rival
        ("0", {}, ["8.99"]),  # meant to be near the rival's: the nearest
        ("0.15", {}, ["8.99"]),
        ("-0.01", {"minimum_price": "8.60"}, ["8.99"]),  # no legal price lies below
        ("-0.01", {"max_step_down": "6%"}, ["8.99", "8.49"]),  # half-way first
    ],
)
def test_a_price_that_follows_is_not_rounded_above_what_it_follows(
    shop: Any, offset: str, rails: dict[str, Any], moves: list[str]
) -> None:
    shop.product(price="9.49", cost="1.00")
    entry = MATCH | {"offset": offset}
    shop.policy(strategy=[entry], guardrails={"price_endings": [".99", ".49"], **rails})
    shop.competitor("8.79")
    shop.tick(HOUR)
    assert prices(shop) == moves


def test_endings_out_of_reach_hold_the_price_and_say_so(shop: Any) -> None:
    follow(shop, "9.00", price="9.99", price_endings=[".99"], max_step_down="0.5%")
    assert prices(shop) == []
    assert shop.decisions[-1]["reason"] == "price_endings"
    alert = shop.alerts("bounds_conflict")[-1]
    assert alert["details"]["bounds"] == ["max_step_down", "price_endings"]
    assert alert["severity"] == "warning"


def test_a_price_that_follows_waits_where_a_step_keeps_it_from_going_down(shop: Any) -> None:
    follow(shop, "8.62", price="8.62")
    rails = {"price_endings": [".99", ".49"], "max_step_down": "1%"}
    shop.policy(version=2, strategy=[MATCH | {"offset": "-0.01"}], guardrails=rails)
    shop.competitor("8.80")
    assert prices(shop) == []
    bounds = shop.alerts("bounds_conflict")[-1]["details"]["bounds"]
    assert bounds == ["max_step_down", "price_endings"]


def test_an_ending_that_is_the_nearest_is_no_contradiction(shop: Any) -> None:
    shop.product(price="9.99", cost="6.93")
    plus = {"kind": "cost_plus", "margin": "30%"}  # 9.90
    shop.policy(strategy=[plus], guardrails={"price_endings": [".99"], "max_step_down": "5%"})
    shop.tick()
    assert prices(shop) == []
    assert shop.decisions[-1]["reason"] == "price_endings"
    assert shop.alerts("bounds_conflict") == []


def test_a_price_that_no_step_brings_to_a_legal_ending_is_a_contradiction(shop: Any) -> None:
    follow(
        shop, "9.00", price="9.70", price_endings=[".99"], max_step_down="0.5%", max_step_up="1%"
    )
    assert prices(shop) == []
    bounds = shop.alerts("bounds_conflict")[-1]["details"]["bounds"]
    assert bounds == ["max_step_down", "price_endings"]


def test_endings_of_a_currency_without_cents(shop: Any) -> None:
    shop.product(price="980", cost="100", currency="JPY")
    shop.policy(strategy=[MATCH], guardrails={"price_endings": ["80", ".99"]})
    shop.competitor("912")
    assert prices(shop) == ["880"]


def test_an_offer_off_sale_is_never_due(shop: Any) -> None:
    row = shop.product(cost="1.00", decide=True)
    assert shop.pricing.due(shop.now + 9 * DAY).tolist() == [row]
    shop.catalogue.offers.listed[row] = False
    shop.pricing.catalogue_changed(np.array([row]), shop.now)
    assert shop.pricing.due(shop.now + 9 * DAY).tolist() == []
    said = len(shop.published)
    shop.decide([row], "inventory")
    assert len(shop.published) == said
