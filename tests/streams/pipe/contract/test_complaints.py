"""What merchants complain about in repricers, one by one, from the outside."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

MATCH = {"kind": "match_competitor"}
UNDERCUT = {"kind": "match_competitor", "offset": "-0.01", "max_age": "PT24H"}
KEEP = {"kind": "keep"}
OPTIMISE = {"kind": "optimise"}
HOUR = 3_600_000
DAY = 24 * HOUR


def cents(text: str) -> int:
    return round(float(text) * 100)


def test_own_price_read_as_a_competitors(new_shop: Any) -> None:
    """The feed lists the merchant too: undercutting oneself would be a fall to the floor."""
    shop = new_shop({"policy_id": "p", "strategy": [UNDERCUT, KEEP]}, own_names=frozenset({"Acme"}))
    shop.product()
    shop.competitor("9.50", "other")
    for _ in range(48):
        shop.now += HOUR
        shop.competitor(shop.last["price"], " ACME ")
        shop.competitor("9.50", "other")
    assert shop.prices() == ["9.49"]


@pytest.mark.parametrize("end", ["rises", "leaves", "falls silent", "is sold out"])
def test_prices_that_fall_and_never_recover(shop: Any, end: str) -> None:
    shop.policy("p", strategy=[UNDERCUT, KEEP], guardrails={"max_step_up": "5%"})
    shop.product()
    shop.competitor("6.00")
    assert shop.prices() == ["5.99"]
    if end == "rises":
        shop.competitor("15.00")
    elif end == "is sold out":
        shop.competitor(None)
    elif end == "leaves":
        shop.competitor("6.00", match_confidence=0.0)
        shop.policy("p", version=2, strategy=[UNDERCUT | {"minimum_confidence": 0.5}, KEEP],
                    guardrails={"max_step_up": "5%"})  # fmt: skip
    for _ in range(24 * 3):
        shop.tick(HOUR)
    assert shop.prices()[-1] == "10.00"
    assert all(after <= 1.05 * before for before, after in pairwise(map(cents, shop.prices())))


def test_no_minimum_price_set(new_shop: Any) -> None:
    """A competitor's slip of 0.01: the default never sells below cost, a policy without a floor
    does what it was told, and says so.
    """
    shop = new_shop()
    shop.product(cost="9.70")
    for _ in range(20):
        shop.competitor("0.01")
        shop.tick(DAY)
    assert all(cents(price) >= 970 for price in shop.prices())
    bare = new_shop({"policy_id": "p", "strategy": [MATCH, KEEP]})
    bare.product(cost="9.70")
    bare.competitor("3.00")
    assert bare.prices() == ["3.00"]
    assert len(bare.alerts("selling_below_cost")) == 1


def test_the_30_day_low_that_counts_the_sale_itself(shop: Any) -> None:
    """Neither the reduced price nor a deeper step of the same sale lowers its own reference."""
    shop.policy("p", strategy=[KEEP])
    shop.product()
    shop.tick(40 * DAY)
    for percent in ("20%", "40%"):
        value = {
            "promotion_id": "sale",
            "select": {},
            "starts_at": shop.now,
            "ends_at": shop.now + 9 * DAY,
            "discount": {"percent": percent},
        }
        shop.send("promotions", value, key="sale", timestamp=shop.now)
        shop.tick(DAY)
    assert shop.prices() == ["8.00", "6.00"]
    assert [change["lowest_prior_price_30d"] for change in shop.changes] == ["10.00", "10.00"]


def test_a_floor_above_a_ceiling(shop: Any) -> None:
    """A cost that grows into the maximum price: the price stands, and both bounds are named."""
    guardrails = {"minimum_margin": "20%", "maximum_price": "10.00"}
    shop.policy("p", strategy=[MATCH, KEEP], guardrails=guardrails)
    shop.product(cost="4.00")
    shop.now += 1
    shop.product(cost="9.00")
    shop.competitor("7.00")
    shop.competitor("30.00")
    assert shop.prices() == []
    (alert,) = shop.alerts("bounds_conflict")
    assert alert["details"]["bounds"] == ["maximum_price", "minimum_margin"]


@pytest.mark.parametrize("seen", [True, False])
def test_stale_or_absent_competitors(shop: Any, seen: bool) -> None:
    """A match that has nobody to follow says so, keeps the price, and never follows a ghost."""
    shop.policy("p", strategy=[UNDERCUT, KEEP])
    shop.product()
    if seen:
        shop.competitor("8.00")
    shop.tick(DAY + 1)
    shop.tick(30 * DAY)
    assert shop.prices() == (["7.99", "10.00"] if seen else [])
    assert len(shop.alerts("stale_competitors")) == seen
    assert shop.last["price"] == "10.00"


def test_two_rules_that_oscillate(new_shop: Any) -> None:
    """A match pulls the web below the store, which the web may not undercut, and endings and
    steps pull apart: each settles after one walk.
    """
    guardrails = {
        "price_endings": [".99", ".49"],
        "max_step_up": "7%",
        "max_step_down": "7%",
        "protect_channels": ["store"],
        "minimum_margin": "10%",
    }
    shop = new_shop({"policy_id": "p", "strategy": [UNDERCUT, KEEP], "guardrails": guardrails})
    shop.product(price="14.99", channels={"web": {}, "store": {"price": "13.49"}})
    shop.competitor("11.20")
    for _ in range(20):
        shop.tick(HOUR)
    settled = len(shop.changes)
    assert settled
    for _ in range(100):
        shop.competitor("11.20")
        shop.tick(HOUR)
    assert len(shop.changes) == settled
    for channel in ("web", "store"):
        path = [cents(price) for price in shop.prices("a", channel)]
        assert path == sorted(path, reverse=True)


def test_two_policies_whose_strategies_disagree_do_not_take_turns(shop: Any) -> None:
    shop.policy("match", strategy=[MATCH], select={"categories": ["food"]})
    shop.policy("plus", strategy=[{"kind": "cost_plus", "margin": "50%"}], priority=1)
    shop.product()
    for _ in range(20):
        shop.competitor("9.00")
        shop.tick(HOUR)
    assert shop.prices() == ["8.00"]


@pytest.mark.parametrize("strategy", [[UNDERCUT, KEEP], [UNDERCUT, OPTIMISE], [MATCH, OPTIMISE]])
def test_two_of_our_pricers_against_each_other_do_not_race_to_the_bottom(
    new_shop: Any, strategy: list[dict[str, Any]]
) -> None:
    """Each is the other's only competitor, sees its price within the hour, and sells alike."""
    policy = {"policy_id": "p", "strategy": strategy, "guardrails": {"minimum_margin": "5%"}}
    shops = [new_shop(policy), new_shop(policy)]
    for shop in shops:
        shop.product(cost="6.00")
    shown, lowest = ["10.00", "10.00"], []
    for hour in range(24 * 5):
        for me in (0, 1):
            shop = shops[me]
            shop.now += HOUR
            if hour % 6 == 0:
                line = {"sku": "a", "quantity": 1, "unit_price": shown[me]}
                value = {"order_id": f"{me}-{hour}", "currency": "USD", "lines": [line]}
                shop.send("orders", value | {"time": shop.now})
            shop.competitor(shown[1 - me])
            shown[me] = shop.last["price"]
        lowest.append(min(map(cents, shown)))
    assert min(lowest) > 900
    assert min(lowest[-24:]) > 940
