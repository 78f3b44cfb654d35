"""Every cause that moved a price is named."""

from __future__ import annotations

from typing import Any

import pytest

from online_models.pricing.explanation.narrate import words

HOUR = 3_600_000
DAY = 24 * HOUR
MATCH = {"kind": "match_competitor"}


def raw(shop: Any) -> str:
    """The sentence about the raw price of the last decision."""
    return words(shop.decisions[-1])[2]


def test_scarce_stock_is_named_with_the_price_without_it(shop: Any) -> None:
    row = shop.product()
    shop.policy(guardrails={})
    assert "units to sell" not in raw(shop)
    shop.stock.on_hand[row] = 200
    shop.decide([row], "inventory")
    told = raw(shop)
    assert "if there were more than 200 units to sell; as there are no more, it is: " in told
    # where 300 units at 10.00, with an elasticity of −2, become 200; tried prices lie 0.47 apart
    assert float(shop.decisions[-1]["price"]) == pytest.approx(12.25, abs=0.5)
    shop.stock.arriving[row] = [(10_000, shop.now + DAY)]
    shop.decide([row], "inventory")
    assert "units to sell" not in raw(shop)
    # in 36 hours 15 are wanted at 10.00
    shop.stock.delivered_every = 36 * HOUR
    shop.stock.arriving.clear()
    shop.stock.on_hand[row] = 10
    shop.decide([row], "inventory")
    told = raw(shop)
    assert "more than 10 units to sell until the next delivery, by those so far in 1.5 days" in told
    assert float(shop.decisions[-1]["price"]) == pytest.approx(12.25, abs=0.5)
    # what must be sold by a day is not delivered any more
    until = shop.now + 30 * DAY
    shop.policy(version=2, guardrails={}, objective={"sell_by": until})
    assert "more than 10 units to sell; as" in raw(shop)


def test_what_is_held_for_want_of_evidence_or_stock_is_not_called_best(
    new_shop: Any, known_demand: Any
) -> None:
    shop = new_shop(demand=known_demand(age=-1.0))
    row = shop.product(price="12.00")
    shop.policy(guardrails={})
    told = raw(shop)
    assert (
        "is 10.03, but nothing of its sales is learnt yet: the regular price stays: 12.00." in told
    )
    outlook = words(shop.decisions[-1])[3]
    assert outlook.startswith("Nothing of its sales is learnt yet; of offers like it is expected")
    assert shop.decisions[-1]["expected"]["basis"] == "prior"
    shop.stock.on_hand[row] = 0
    shop.decide([row], "inventory")
    assert "not asked for, as nothing is left to sell: the regular price stays" in raw(shop)


def test_a_gain_that_is_too_small_and_the_end_of_the_search_are_named(shop: Any) -> None:
    shop.product(price="10.02")
    shop.policy(guardrails={})
    assert "is 10.01, but it would gain too little: the regular price stays: 10.02." in raw(shop)
    shop.product("b", price="2.00", cost="1.50")
    shop.policy("b", priority=1, select={"skus": ["b"]}, objective={"maximise": "units"})
    assert "at half the regular price, beyond which nothing is tried, is: 1.00." in raw(shop)


@pytest.mark.parametrize(
    ("entry", "rival", "why"),
    [
        (MATCH, None, "no competitor's price counts"),
        (MATCH | {"max_age": "PT1H"}, {"time": 0}, "every competitor's price is too old"),
        (MATCH | {"which": "rank", "rank": 2}, {}, "fewer competitors count than its rank"),
        ({"kind": "markdown"}, None, "no stock is known"),
        ({"kind": "cost_plus", "margin": "99%"}, None, "no price reaches its margin"),
    ],
)
def test_a_strategy_that_had_no_price_is_named_with_its_reason(
    shop: Any, entry: dict[str, Any], rival: dict[str, Any] | None, why: str
) -> None:
    shop.product(fee=0.02)
    if rival is not None:
        shop.competitor("9.00", decide=False, **rival)
    shop.policy(strategy=[entry, {"kind": "keep"}])
    kept = "The price that held before any other strategy moved it is kept: 10.00."
    assert raw(shop) == f"{entry['kind']} has no price, as {why}; {kept}"


def test_what_is_followed_is_named_with_its_place_and_its_shipping(shop: Any) -> None:
    shop.product(cost="1.00")
    shop.competitor("8.00", name="a", shipping="0.50", decide=False)
    shop.competitor("9.00", name="b", decide=False)
    shop.policy(strategy=[MATCH | {"include_shipping": True}])
    told = "Following a, the lowest of the competitors that count, at 8.50 (0.50 of it shipping), "
    assert raw(shop) == told + "offset 0, gives: 8.50."
    shop.policy(strategy=[MATCH | {"which": "rank", "rank": 2}])
    assert raw(shop).startswith("Following b, number 2 from the lowest of the competitors that")
    shop.policy(strategy=[MATCH | {"which": "median", "offset": "-9"}])
    told = "Following the median of the competitors that count at 8.50, offset -9 (no price is"
    assert raw(shop) == told + " smaller), gives: 0.01."


def test_what_no_rule_asks_for_is_not_said(shop: Any) -> None:
    shop.product()
    rails = {"respect_map": True, "never_above_list_price": True, "minimum_margin": "99%"}
    shop.policy(strategy=[{"kind": "keep"}], guardrails=rails)
    told = words(shop.decisions[-1])
    assert "The minimum advertised price does not apply; 10.00 is left as it is." in told
    assert "The list price does not apply; 10.00 is left as it is." in told
    shop.product("b", fee=0.02)
    shop.decide([1], "products")
    told = words(shop.decisions[-1])
    assert "The minimum margin asks for more than any price can be; 10.00 is left as it is." in told
    assert "minimum_margin leaves no legal price; 10.00 is left as it is." in told
