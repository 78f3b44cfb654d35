"""The rules for every record: duplicates, currencies, money, time, unknown fields."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest

STRATEGY = [{"kind": "match_competitor"}, {"kind": "keep"}]
POLICY = {"policy_id": "p", "strategy": STRATEGY}
DAY = 86_400_000


def observed(shop: Any) -> list[dict[str, Any]]:
    """The demand observations once all buckets so far are closed."""
    shop.tick(3 * DAY)
    found: list[dict[str, Any]] = shop.topic("demand-observations")
    return found


def order(shop: Any, order_id: str, quantity: int = 1, **more: Any) -> list[dict[str, Any]]:
    shop.now += 1
    line = {"sku": "a", "quantity": quantity, "unit_price": "10.00"}
    value = {"order_id": order_id, "time": shop.now, "currency": "USD", "lines": [line]}
    found: list[dict[str, Any]] = shop.send("orders", value | more)
    return found


def test_a_second_event_of_an_id_within_7_days_is_ignored_and_counted(new_shop: Any) -> None:
    shop = new_shop(POLICY)
    shop.product()
    shop.competitor("9.00", event_id="e")
    shop.competitor("8.00", event_id="e")
    assert shop.prices() == ["9.00"]
    shop.tick(7 * DAY - 3)
    shop.competitor("7.50", event_id="e")
    assert shop.prices() == ["9.00"]
    shop.tick(7 * DAY + 1)
    shop.competitor("7.00", event_id="e")
    assert shop.prices() == ["9.00", "7.00"]
    assert [alert["details"]["count"] for alert in shop.alerts("duplicate_event")] == [1, 1]


def test_an_event_id_is_unique_within_its_topic_only(new_shop: Any) -> None:
    shop = new_shop(POLICY)
    shop.product()
    order(shop, "o", event_id="e")
    click = {"sku": "a", "action": "view", "time": shop.now, "event_id": "e"}
    shop.send("clickstream", click)
    shop.send("clickstream", click)
    shop.competitor("9.00", event_id="e")
    assert shop.prices() == ["9.00"]
    first = observed(shop)[0]
    assert (first["units"], first["views"]) == (1, 1)


def test_events_without_an_id_are_all_different(new_shop: Any) -> None:
    shop = new_shop(POLICY)
    shop.product()
    for _ in range(3):
        shop.send("clickstream", {"sku": "a", "action": "view", "time": shop.now, "count": 2})
    assert observed(shop)[0]["views"] == 6


def test_an_order_that_is_delivered_twice_counts_once_by_its_event_id(new_shop: Any) -> None:
    shop = new_shop(POLICY)
    shop.product()
    for _ in range(3):
        order(shop, "o", 2, event_id="e")
    assert observed(shop)[0]["units"] == 2


@pytest.mark.parametrize("topic", ["orders", "competitor-prices"])
def test_another_currency_is_a_dead_letter_unless_a_rate_is_configured(
    new_shop: Any, topic: str
) -> None:
    for rates in ({}, {"EUR/USD": Decimal("1.10")}):
        shop = new_shop(POLICY, rates=rates)
        shop.product()
        if topic == "orders":
            order(shop, "o", currency="EUR")
        else:
            shop.competitor("8.00", currency="EUR")
        letters = [out for out in shop.said if out["topic"] == "dead-letters"]
        assert len(letters) == (0 if rates else 1)
        if letters:
            assert letters[0]["headers"]["source-topic"] == topic
            assert "EUR" in letters[0]["headers"]["error"]
        if topic == "competitor-prices":
            assert shop.prices() == (["8.80"] if rates else [])
        else:
            assert observed(shop)[0]["units"] == (1 if rates else 0)


@pytest.mark.parametrize(
    ("currency", "price", "competitor", "published"),
    [("JPY", "1000", "900", "900"), ("USD", "10", 9.5, "9.50"), ("KWD", "3.500", "3.25", "3.250")],
)
def test_money_goes_out_as_text_with_the_minor_digits_of_its_currency(
    new_shop: Any, currency: str, price: str, competitor: Any, published: str
) -> None:
    shop = new_shop(POLICY)
    shop.product(currency=currency, price=price, cost="1")
    shop.competitor(competitor, currency=currency)
    change = shop.changes[-1]
    assert (change["price"], change["currency"]) == (published, currency)
    digits = len(published.partition(".")[2])
    form = r"\d+" + (rf"\.\d{{{digits}}}" if digits else "")
    money = [change[name] for name in ("price", "previous_price", "lowest_prior_price_30d")]
    money += [step["output"] for step in shop.last["explanation"]]
    money += [shop.last["expected"][name] for name in ("revenue", "profit", "lower", "upper")]
    assert all(re.fullmatch("-?" + form, text) for text in money)


def test_the_lines_timestamp_stands_in_for_a_missing_time(new_shop: Any) -> None:
    shop = new_shop(POLICY)
    shop.product()
    shop.now += 1000
    value = {"sku": "a", "competitor": "x", "price": "9.00", "currency": "USD"}
    shop.send("competitor-prices", value, timestamp=shop.now)
    shop.tick()
    assert shop.changes[-1]["time"] == "2023-11-15T00:00:01Z"


@pytest.mark.parametrize(
    "time", ["2023-11-15T03:00:00+02:00", "2023-11-15T01:00:00Z", 1700010000000]
)
def test_time_comes_in_any_offset_and_goes_out_in_utc(new_shop: Any, time: Any) -> None:
    shop = new_shop(POLICY)
    shop.product()
    shop.competitor("9.00", time=time)
    shop.tick(DAY)
    assert shop.changes[-1]["time"] == "2023-11-15T01:00:00Z"


def test_unknown_fields_are_no_error(new_shop: Any) -> None:
    shop = new_shop(POLICY | {"colour": "blue"})
    shop.product(colour="blue")
    shop.competitor("9.00", colour={"deep": ["blue"]})
    assert shop.prices() == ["9.00"]
    assert [out for out in shop.said if out["topic"] == "dead-letters"] == []


@pytest.mark.parametrize("partitions", [1, 8])
def test_fields_that_no_policy_has_are_told_once(new_shop: Any, partitions: int) -> None:
    shop = new_shop(partitions=partitions)
    shop.policy(guardrails={"minimun_price": "9"}, colour="blue")
    (alert,) = shop.alerts("unknown_policy_field")
    assert alert["details"] == {
        "policy_id": "p",
        "version": 1,
        "fields": [
            "guardrails.minimun_price: no such field; perhaps minimum_price?",
            "colour: no such field",
        ],
    }
    shop.policy(version=2, guardrails={"minimum_price": "9"})
    shop.policy(version=3, **{"x" * 100_000: 1, **{f"x{i}": i for i in range(5000)}})
    assert len(shop.alerts("unknown_policy_field")) == 2


def test_percentages_are_text_with_a_sign_or_fractions(new_shop: Any) -> None:
    found = []
    for band in ("10%", 0.1, "0.1", "10.0%"):
        shop = new_shop(POLICY | {"guardrails": {"reference_band": band}})
        shop.product()
        shop.competitor("5.00")
        found.append(shop.prices())
    assert found == [["9.00"]] * 4


def test_what_has_no_offer_yet_waits_for_none_and_breaks_nothing(new_shop: Any) -> None:
    shop = new_shop(POLICY)
    shop.competitor("9.00")
    order(shop, "o")
    shop.product()
    assert shop.prices() == ["9.00"]


def test_a_retired_product_is_not_priced(new_shop: Any) -> None:
    shop = new_shop(POLICY)
    shop.product()
    shop.send("products", None, key="a", timestamp=shop.now)
    shop.competitor("9.00")
    assert shop.changes == []


def test_a_product_that_returns_is_in_force_at_the_price_of_its_new_record(new_shop: Any) -> None:
    strategy = [{"kind": "match_competitor", "max_age": "PT1H"}, {"kind": "keep"}]
    guardrails = {"reference_band": "30%", "max_step_down": "5%"}
    shop = new_shop({"policy_id": "p", "strategy": strategy, "guardrails": guardrails})
    shop.product()
    shop.competitor("9.60")
    shop.send("products", None, key="a", timestamp=shop.now)
    shop.tick(DAY)
    shop.product(price="20.00")
    shop.competitor("19.50")
    assert shop.prices() == ["9.60", "19.50"]
    change = shop.changes[-1]
    assert (change["revision"], change["previous_price"]) == (2, "20.00")
    shop.competitor(None)
    assert shop.prices()[-1] == "20.00"


def test_a_product_retires_at_its_end_by_a_tick_alone(new_shop: Any) -> None:
    shop = new_shop(POLICY)
    shop.product(ends_at=shop.now + DAY)
    shop.tick(DAY - 2)
    shop.competitor("9.00")
    assert shop.prices() == ["9.00"]
    shop.tick(1)
    shop.competitor("8.00")
    assert shop.prices() == ["9.00"]
    told = observed(shop)
    assert len(told) == 1, "no bucket after the end"
    shop.product(ends_at=shop.now + DAY)
    shop.competitor("8.50")
    assert shop.prices() == ["9.00", "8.00", "8.50"], "the rival that is known is followed"


def test_nothing_is_decided_after_the_end_even_before_a_tick(new_shop: Any) -> None:
    shop = new_shop(POLICY)
    shop.product(ends_at=shop.now + DAY)
    shop.now += DAY
    value = {"sku": "a", "competitor": "r", "price": "9.00", "currency": "USD", "time": shop.now}
    shop.send("competitor-prices", value)
    assert shop.changes == []


def test_the_cause_of_a_first_decision_is_the_record_that_put_the_offer_on_sale(
    new_shop: Any,
) -> None:
    shop = new_shop(POLICY)
    for sku in ("a", "b"):
        value = {"sku": sku, "name": sku, "currency": "USD", "price": "10.00", "cost": "4.00"}
        shop.send("products", value | {"category": "food"}, key=sku, timestamp=shop.now)
    shop.competitor("9.50")
    causes = {d["sku"]: d["cause"]["topic"] for d in shop.decisions if d["outcome"] == "held"}
    assert causes == {"a": "products", "b": "products"}
    assert shop.changes[-1]["cause"]["topic"] == "competitor-prices"


def test_stock_without_a_channel_is_sold_on_every_channel_that_shares_it(new_shop: Any) -> None:
    shop = new_shop(POLICY)
    shop.product(channels={"web": {}, "shop": {}})
    shop.send("inventory", {"sku": "a", "time": shop.now, "on_hand": 9})
    shop.send("inventory", {"sku": "a", "time": shop.now, "on_hand": 2, "channel": "web",
                            "location": "w"})  # fmt: skip
    order(shop, "o1", 5, channel="web")
    order(shop, "o2", 1, channel="shop")
    left = {seen["channel"]: seen["on_hand"] for seen in observed(shop)}
    assert left == {"web": 5, "shop": 5}
