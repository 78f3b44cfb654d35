"""`optimise_personal`: who agreed gets what adds profit, within all bounds, and explained."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from online_models.pricing.explanation.narrate import sentence
from online_models.pricing.explanation.recompute import recompute
from schemas.topics import decode
from schemas.values.instants import to_ms
from streams.client.customers import customer_hash
from streams.configuration.policy_file import PolicyRecord
from streams.configuration.settings import Settings
from streams.pipe.pipe import Pipe

START = 1_700_006_400_000
HOUR = 3_600_000
DAY = 24 * HOUR
KEY = "some key"
#: Of twelve customers, those with an odd number buy at low prices alone; the last did not agree.
CUSTOMERS = 12


def policy(**terms: Any) -> dict[str, Any]:
    learnt = {"every": "P2D", "holdout": "0%", "offers": 1} | terms
    return {
        "policy_id": "p",
        "strategy": [{"kind": "keep"}],
        "guardrails": {"minimum_margin": "20%", "price_endings": [".49", ".99"]},
        "segments": [
            {
                "segment": "b2c",
                "personalise": True,
                "personal_discount": "30%",
                "optimise_personal": learnt,
            }
        ],
    }


def lines(days: int = 16) -> list[bytes]:
    """Orders of a shop whose two products are promoted every fourth day."""
    found = []

    def put(topic: str, value: Any, at: int) -> None:
        found.append(json.dumps({"topic": topic, "value": value, "timestamp": at}).encode())

    for sku in ("a", "b"):
        product = {"sku": sku, "name": sku, "currency": "USD", "price": "9.99", "cost": "5.00"}
        put("products", product | {"category": "tea"}, START)
    for day in range(0, days, 4):
        starts, ends = START + day * DAY, START + (day + 1) * DAY
        value = {"promotion_id": f"p{day}", "discount": {"percent": "20%"}}
        put("promotions", value | {"starts_at": starts, "ends_at": ends}, START)
    for day in range(days):
        low = day % 4 == 0
        for who in range(CUSTOMERS):
            at = START + day * DAY + HOUR + who
            if low or who % 2 == 0:
                line = {"sku": "ab"[who % 4 // 2], "quantity": 1}
                line |= {"unit_price": "7.99" if low else "9.99"}
                order = {"order_id": f"{day}-{who}", "time": at, "currency": "USD"}
                order |= {"customer_id": f"c{who}", "personal_prices": who < CUSTOMERS - 1}
                put("orders", order | {"lines": [line]}, at)
        for hour in (6, 12, 18, 24):
            at = START + day * DAY + hour * HOUR
            put("pricing-control", {"kind": "tick", "time": at}, at)
    return found


def pipe(**terms: Any) -> Pipe:
    given = [PolicyRecord("p", json.dumps(policy(**terms)).encode())]
    return Pipe(Settings(customer_key=KEY), given)


def offers(said: list[bytes]) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in said]
    return [out["value"] for out in found if out["topic"] == "price-offers"]


@pytest.fixture(scope="module", name="said")
def fixture_said() -> list[bytes]:
    return list(pipe().feed(lines()))


def test_an_offer_is_below_the_public_price_and_within_the_guardrails(said: list[bytes]) -> None:
    made = offers(said)
    assert len(made) > 10
    for offer in made:
        decode("price-offers", json.dumps(offer).encode())
        public, price = float(offer["explanation"][0]["output"]), float(offer["price"])
        assert 5.00 / 0.8 - 0.005 <= price <= public
        assert offer["price"][-3:] in (".49", ".99")
        assert "automated" in offer["disclosure"]
        assert offer["segment"] == "b2c"
        assert 1 <= offer["cluster"] <= 5
        if "propensity" in offer:
            assert 0 < offer["propensity"] <= 1


def test_the_price_follows_from_its_explanation(said: list[bytes]) -> None:
    for offer in offers(said):
        steps = offer["explanation"]
        assert recompute(steps, "USD") == offer["price"] == steps[-1]["output"]
        assert all(a["output"] == b["input"] for a, b in pairwise(steps))
        assert all(sentence(step) for step in steps)


def test_who_buys_at_low_prices_is_of_a_more_sensitive_cluster(said: list[bytes]) -> None:
    moved = {customer_hash(KEY, f"c{who}") for who in range(1, CUSTOMERS - 1, 2)}
    made = [offer for offer in offers(said) if "propensity" in offer]
    late = [offer for offer in made if to_ms(offer["valid_from"]) > START + 8 * DAY]
    theirs = [offer["cluster"] for offer in late if offer["customer"] in moved]
    others = [offer["cluster"] for offer in late if offer["customer"] not in moved]
    assert sum(theirs) / len(theirs) > sum(others) / len(others) + 0.5


def test_nobody_gets_more_offers_than_allowed_nor_without_having_agreed(said: list[bytes]) -> None:
    made = [offer for offer in offers(said) if "propensity" in offer]
    at_once = Counter((offer["customer"], offer["valid_until"]) for offer in made)
    assert max(at_once.values()) == 1
    assert customer_hash(KEY, f"c{CUSTOMERS - 1}") not in {offer["customer"] for offer in made}


def test_line_by_line_is_as_all_at_once(said: list[bytes]) -> None:
    single = pipe()
    assert [out for line in lines() for out in single.feed([line])] == said


def test_who_is_held_out_gets_nothing() -> None:
    assert offers(list(pipe(holdout="100%").feed(lines(8)))) == []


def test_a_cap_on_the_gap_between_clusters_binds(said: list[bytes]) -> None:
    def gap(made: list[dict[str, Any]]) -> float:
        off: dict[int, list[float]] = {}
        for offer in made:
            if "propensity" in offer:
                public = float(offer["explanation"][0]["output"])
                off.setdefault(offer["cluster"], []).append(1.0 - float(offer["price"]) / public)
        means = [sum(each) / len(each) for each in off.values()]
        return max(means) - min(means)

    capped = offers(list(pipe(largest_gap="1%").feed(lines())))
    assert capped
    assert gap(capped) <= 0.01 + 1e-6 < gap(offers(said))


def test_nothing_is_given_away_beyond_the_budget(said: list[bytes]) -> None:
    capped = offers(list(pipe(budget="0.5%").feed(lines())))
    assert len(capped) < len(offers(said)) / 2


def test_an_offer_ends_with_the_consent(said: list[bytes]) -> None:
    given = lines()
    first = next(offer for offer in offers(said) if "propensity" in offer)
    names = {customer_hash(KEY, f"c{who}"): f"c{who}" for who in range(CUSTOMERS)}
    open_pipe, now = pipe(), to_ms(first["valid_from"]) + 1
    before = [line for line in given if json.loads(line)["timestamp"] < now]
    list(open_pipe.feed(before))
    order = {"kind": "forget_customer", "customer_id": names[first["customer"]], "actor": "me"}
    line = {"topic": "pricing-control", "value": order | {"time": now}, "timestamp": now}
    (ended,) = offers(list(open_pipe.feed([json.dumps(line).encode()])))
    assert ended["customer"] == first["customer"]
    assert to_ms(ended["valid_until"]) == to_ms(ended["time"])
    without = [
        json.dumps(parsed | {"value": parsed["value"] | {"personal_prices": False}}).encode()
        if (parsed := json.loads(line))["topic"] == "orders"
        else line
        for line in given[len(before) :]
    ]
    rest = offers(list(open_pipe.feed(without)))
    assert first["customer"] not in {offer["customer"] for offer in rest}


def test_an_offer_ends_while_the_public_price_is_no_higher(new_shop: Callable[..., Any]) -> None:
    terms = policy(explore="0%")
    terms["strategy"] = [{"kind": "match_competitor"}, {"kind": "keep"}]
    terms["guardrails"] = {"minimum_margin": "10%"}
    shop = new_shop(terms)
    shop.product()
    for number in range(10):
        shop.now += HOUR
        line = {"sku": "a", "quantity": 5, "unit_price": "8.00"}
        order = {"order_id": f"o{number}", "time": shop.now, "currency": "USD", "lines": [line]}
        shop.send("orders", order | {"customer_id": "keen", "personal_prices": True})
    for _ in range(60):
        shop.tick(HOUR)
        if shop.topic("price-offers"):
            break
    offer = shop.topic("price-offers")[-1]
    shop.competitor(f"{float(offer['price']) - 0.5:.2f}")
    over = shop.topic("price-offers")[-1]
    assert over["valid_until"] == over["valid_from"]
    assert over["price"] == shop.changes[-1]["price"] < offer["price"]
    shop.competitor("9.90")
    again = shop.topic("price-offers")[-1]
    assert (again["price"], again["valid_until"]) == (offer["price"], offer["valid_until"])


def test_offers_hold_for_an_hour_at_least() -> None:
    said = list(pipe().feed([]))
    assert not said
    (answer,) = list(
        pipe().feed(
            [json.dumps({"topic": "pricing-policies", "value": policy(every="PT1M")}).encode()]
        )
    )
    assert json.loads(answer)["topic"] == "dead-letters"


def test_without_any_policy_nothing_is_learnt_or_offered() -> None:
    assert offers(list(Pipe(Settings(customer_key=KEY), []).feed(lines(4)))) == []


def test_they_end_in_the_shadow() -> None:
    played = pipe()
    latest = {(o["sku"], o["customer"]): o for o in offers(list(played.feed(lines())))}
    now = START + 16 * DAY
    standing = {of for of, offer in latest.items() if to_ms(offer["valid_until"]) > now}
    assert standing

    def sent(topic: str, value: dict[str, Any], at: int) -> list[dict[str, Any]]:
        line = {"topic": topic, "value": value, "timestamp": at}
        return offers(list(played.feed([json.dumps(line).encode()])))

    hidden = policy() | {"version": 2, "shadow": True}
    over = sent("pricing-policies", hidden, now)
    over += sent("pricing-control", {"kind": "tick", "time": now}, now)
    learnt = [offer for offer in over if "cluster" in offer]
    assert sorted((offer["sku"], offer["customer"]) for offer in learnt) == sorted(standing)
    for offer in learnt:
        assert offer["valid_until"] == offer["time"]
        assert recompute(offer["explanation"], "USD") == offer["price"]
    later = now + 4 * DAY
    assert sent("pricing-control", {"kind": "tick", "time": later}, later) == []
