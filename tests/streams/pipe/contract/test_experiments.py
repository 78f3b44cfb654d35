"""Holdouts, draws and what a replay repeats."""

from __future__ import annotations

from typing import Any

STRATEGY = [{"kind": "match_competitor"}, {"kind": "keep"}]
SKUS = [f"s{number}" for number in range(200)]


def test_a_holdout_keeps_its_share_of_the_skus_at_their_prices_on_all_channels(
    new_shop: Any,
) -> None:
    experiment = {"name": "autumn", "holdout": 0.2, "unit": "sku"}
    shop = new_shop({"policy_id": "p", "strategy": STRATEGY, "experiment": experiment})
    for sku in SKUS:
        value: dict[str, Any] = {"sku": sku, "name": sku, "currency": "USD"}
        value |= {"price": "10.00", "cost": "4.00"}
        value |= {"category": "c", "channels": {"web": {}, "store:1": {}}}
        shop.send("products", value, key=sku, timestamp=shop.now)
    shop.tick()
    for sku in SKUS:
        value = {"sku": sku, "competitor": "x", "price": "9.00", "currency": "USD"}
        shop.send("competitor-prices", value | {"time": shop.now + 1})
    shop.tick(1)
    treated = {change["sku"] for change in shop.changes}
    assert len(shop.changes) == 2 * len(treated)
    assert 0.1 < 1 - len(treated) / len(SKUS) < 0.3
    for decision in shop.decisions:
        arm = "treatment" if decision["sku"] in treated else "holdout"
        assert decision["experiment"] == {"name": "autumn", "arm": arm}


def test_the_same_lines_give_the_same_draws_and_ids(new_shop: Any) -> None:
    said = []
    for _ in range(2):
        shop = new_shop({"policy_id": "p", "explore": {"kind": "thompson", "budget": "5%"}})
        for sku in SKUS[:20]:
            shop.product(sku)
        # on some days a category draws as one
        for _ in range(6):
            shop.tick(86_400_000)
        said.append(shop.said)
    assert said[0] == said[1]
    assert len({decision["price"] for decision in said_decisions(said[0])}) > 3


def said_decisions(said: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [out["value"] for out in said if out["topic"] == "price-decisions"]


def test_without_exploration_nothing_is_drawn(new_shop: Any) -> None:
    shop = new_shop({"policy_id": "p", "strategy": [{"kind": "optimise"}]})
    for sku in SKUS[:5]:
        shop.product(sku)
    assert len({d["price"] for d in shop.decisions if d["explanation"]}) == 1
    assert {d["propensity"] for d in shop.decisions} == {1}
