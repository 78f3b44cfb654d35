"""Strategies in order, and what a matched competitor does to a price and back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

HOUR = 3_600_000
DAY = 24 * HOUR
KEEP = {"kind": "keep"}
MATCH = {"kind": "match_competitor", "offset": "-0.01", "max_age": "PT24H"}


def test_first_strategy_that_yields_a_price_is_used(shop: Any) -> None:
    shop.product(cost="4.00")
    shop.policy(strategy=[MATCH, {"kind": "cost_plus", "margin": "50%"}])
    assert shop.price() == "8.00"
    shop.competitor("9.00")
    assert shop.price() == "8.99"
    assert shop.changes[-1]["reason"] == "match_competitor"


def test_nobody_is_followed_where_fewer_rivals_count_than_the_rank(shop: Any) -> None:
    shop.product(cost="1.00")
    shop.policy(strategy=[{"kind": "match_competitor", "which": "rank", "rank": 3}, KEEP])
    shop.competitor("8.00", name="a")
    shop.competitor("8.50", name="b")
    assert shop.price() == "none"
    assert shop.decisions[-1]["explanation"][0]["rule"] == "keep"
    shop.competitor("9.00", name="c")
    assert shop.price() == "9.00"
    shop.competitor("8.50", name="b", in_stock=False)
    assert shop.price() == "10.00"


def test_a_newcomer_is_followed_once_it_has_been_known_for_as_long_as_the_policy_says(
    shop: Any,
) -> None:
    shop.product(cost="1.00")
    shop.policy(strategy=[{"kind": "match_competitor", "known_for": "P1D"}, KEEP])
    shop.competitor("9.00")
    shop.tick(DAY - 1)
    shop.competitor("8.00")
    assert shop.price() == "none"
    shop.tick(1)
    assert shop.price() == "8.00"
    shop.competitor("7.00", name="invented")
    assert shop.price() == "8.00"


@pytest.mark.parametrize(
    ("entry", "price"),
    [
        ({"which": "lowest"}, "8.00"),
        ({"which": "median"}, "9.50"),
        ({"which": "rank", "rank": 2}, "9.00"),
        ({"which": "rank", "rank": 4}, "12.00"),
        ({"which": "median", "weights": {"d": 10.0}}, "12.00"),
        ({"offset": "-0.01"}, "7.99"),
        ({"offset": "-5%"}, "7.60"),
        ({"include_shipping": True, "offset": "-0.01"}, "8.99"),
        ({"competitors": ["B"]}, "9.00"),
        ({"exclude": ["a ", "b"]}, "10.00"),
        ({"minimum_confidence": 0.9}, "9.00"),
    ],
)
def test_the_rival_that_counts_is_followed(shop: Any, entry: dict[str, Any], price: str) -> None:
    shop.product(cost="1.00")
    prices = (("a", "8.00", "3.00", 0.8), ("b", "9.00", "0", 1.0), ("c", "10.00", "0", 1.0))
    for name, asked, shipping, confidence in (*prices, ("d", "12.00", "0", 1.0)):
        shop.competitor(asked, name=name, shipping=shipping, confidence=confidence, decide=False)
    shop.policy(strategy=[{"kind": "match_competitor", **entry}])
    assert shop.decisions[-1]["price"] == price


def test_own_name_in_the_feed_is_never_a_competitor(new_shop: Any) -> None:
    from online_models.pricing.policy.settings import PricingSettings

    shop = new_shop(PricingSettings(own_names=frozenset({"Acme"})))
    shop.product()
    shop.policy(strategy=[MATCH, KEEP])
    shop.competitor("7.00", name=" ACME ")
    shop.tick(times=3)
    assert shop.changes == []


def test_out_of_stock_and_other_channels_do_not_count(shop: Any) -> None:
    shop.product()
    shop.policy(strategy=[MATCH, KEEP])
    shop.competitor("7.00", in_stock=False)
    shop.competitor("7.50", name="b", channel="marketplace:amazon")
    assert shop.changes == []
    shop.competitor("8.00", name="c", channel="web")
    assert shop.price() == "7.99"


def pulled_down(shop: Any) -> None:
    shop.product(cost="1.00")
    shop.policy(strategy=[MATCH, KEEP], guardrails={"max_step_up": "10%"})
    shop.competitor("8.00")
    assert shop.price() == "7.99"


@pytest.mark.parametrize("how", ["stale", "out of stock"])
def test_a_pulled_price_returns_home_step_by_step(shop: Any, how: str) -> None:
    pulled_down(shop)
    if how == "out of stock":
        shop.competitor("8.00", in_stock=False)
    else:
        shop.tick(DAY + 1)
    shop.tick(times=8)
    prices = [change["price"] for change in shop.changes]
    assert prices == ["7.99", "8.78", "9.65", "10.00"]
    assert shop.decisions[-1]["reason"] in ("keep", "no_change")


def test_a_rival_is_followed_up_as_far_as_the_guardrails_let_it(shop: Any) -> None:
    pulled_down(shop)
    shop.competitor("20.00")
    shop.tick(times=12)
    prices = [change["price"] for change in shop.changes]
    assert prices[:4] == ["7.99", "8.78", "9.65", "10.61"]
    assert prices[-1] == "19.99"


@given(st.lists(st.integers(500, 2000), max_size=5), st.integers(500, 2000))
def test_what_a_match_gives_does_not_depend_on_what_came_before(
    new_shop: Any, before: list[int], last: int
) -> None:
    shop = new_shop()
    shop.product(cost="1.00")
    shop.policy(strategy=[MATCH, KEEP])
    for price in [*before, last]:
        shop.competitor(f"{price / 100:.2f}")
    assert shop.price() == f"{(last - 1) / 100:.2f}"


def test_a_rival_that_rises_a_little_is_followed_up(shop: Any) -> None:
    pulled_down(shop)
    shop.competitor("8.50")
    assert shop.price() == "8.49"


def test_stale_competitors_raise_one_alert(shop: Any) -> None:
    pulled_down(shop)
    shop.tick(DAY + 1)
    shop.tick(times=5)
    assert len(shop.alerts("stale_competitors")) == 1
    shop.competitor("8.00")
    shop.tick(DAY + 1)
    assert len(shop.alerts("stale_competitors")) == 2


def test_without_keep_an_unanswered_price_returns_home_too(shop: Any) -> None:
    shop.product(cost="1.00")
    shop.policy(strategy=[MATCH])
    shop.competitor("8.00")
    shop.tick(DAY + 1)
    assert shop.price() == "10.00"


def test_match_and_optimise_do_not_oscillate(shop: Any) -> None:
    shop.product()
    shop.policy(strategy=[MATCH, {"kind": "optimise"}])
    shop.competitor("9.00")
    shop.competitor("12.00")
    for _ in range(10):
        shop.tick()
        shop.competitor("12.00")
    assert [change["price"] for change in shop.changes] == ["8.99", "11.99"]


def test_match_of_an_absent_competitor_keeps_the_price(shop: Any) -> None:
    shop.product()
    shop.policy(strategy=[MATCH, KEEP])
    shop.tick(DAY, 3)
    assert shop.changes == []


def test_optimise_finds_the_textbook_price(shop: Any) -> None:
    """Constant elasticity e: the best price is cost × e / (1 + e), here 6 × 2."""
    shop.product(price="11.00", cost="6.00")
    shop.policy(strategy=[{"kind": "optimise"}])
    assert abs(float(shop.price()) - 12.0) < 0.15


def test_optimise_nets_tax_and_fees(shop: Any) -> None:
    """Net revenue share 1/1.25 − 0.1 = 0.7: the best gross price is 2 × 5 / 0.7."""
    shop.product(price="14.00", cost="5.00", tax=0.25, fee=0.1)
    shop.policy(strategy=[{"kind": "optimise"}])
    assert abs(float(shop.price()) - 10 / 0.7) < 0.15


def test_optimise_raises_the_price_of_scarce_stock(shop: Any) -> None:
    """10 a day at 10.00, elasticity −2: 75 units last 30 days at 10 × √(300 / 75) = 20."""
    row = shop.product(price="15.00", cost="5.00")
    shop.stock.on_hand[row] = 75
    shop.policy(strategy=[{"kind": "optimise"}])
    assert abs(float(shop.price()) - 20.0) < 0.6
    shop.stock.arriving[row] = [(1000, shop.now + DAY)]
    shop.decide([row], "inventory")
    assert float(shop.price()) < 13.0


def test_optimise_leaves_an_offer_without_stock_alone(shop: Any) -> None:
    row = shop.product(price="15.00", cost="5.00")
    shop.stock.on_hand[row] = 0
    shop.policy(strategy=[{"kind": "optimise"}])
    assert shop.changes == []


def test_markdown_clears_the_stock_by_its_date(shop: Any) -> None:
    """400 units in 10 days at 10 a day × (10 / p)²: p = 10 × √(100 / 400) = 5."""
    row = shop.product(price="9.00", cost="8.00")
    shop.stock.on_hand[row] = 400
    shop.policy(
        strategy=[{"kind": "markdown"}, KEEP],
        objective={"sell_by": shop.now + 10 * DAY},
        guardrails={"minimum_price": "1.00"},
    )
    assert abs(float(shop.price()) - 5.0) < 0.25
    shop.stock.on_hand[row] = 0
    shop.decide([row], "inventory")
    assert shop.decisions[-1]["explanation"][0]["rule"] == "keep"


def test_cost_plus_is_the_lowest_price_with_its_margin(shop: Any) -> None:
    shop.product(price="10.00", cost="7.00", tax=0.19, fee=0.08)
    shop.policy(strategy=[{"kind": "cost_plus", "margin": "10%"}])
    price = float(shop.price())
    margin = (price / 1.19 - 7 - 0.08 * price) / (price / 1.19)
    assert 0.1 <= margin < 0.1015


def test_cost_plus_without_a_cost_says_nothing(shop: Any) -> None:
    shop.product(cost="0")
    shop.policy(strategy=[{"kind": "cost_plus", "margin": "10%"}, KEEP])
    assert shop.decisions[-1]["reason"] == "no_change"


def test_profitable_substitutes_make_an_offer_dearer(shop: Any) -> None:
    """Each unit takes 0.1 × 10 of the substitute: like a cost of 6, so twice that."""
    row = shop.product(price="11.00", cost="5.00")
    shop.product("b", price="15.00", cost="5.00")
    shop.catalogue.substitutes[0] = ("b", "elsewhere")
    shop.tick()
    shop.policy(strategy=[{"kind": "optimise"}], select={"skus": ["a"]})
    assert abs(float(shop.price()) - 12.0) < 0.15
    shop.catalogue.substitutes[0] = ()
    shop.decide([row], "products")
    assert abs(float(shop.price()) - 10.0) < 0.15


def test_a_trained_policy_prices_within_the_guardrails_and_tells_how(shop: Any) -> None:
    shop.product(cost="4.00")
    shop.policy(strategy=[{"kind": "reinforcement"}, KEEP], guardrails={"max_step_up": "3%"})
    step = shop.decisions[-1]["explanation"][0]
    assert step["rule"] == "reinforcement"
    assert step["detail"]["version"] == "packaged"
    assert float(step["detail"]["factor"]) > 0.5
    assert float(shop.price()) <= 10.30


def test_a_policy_that_is_pinned_to_another_version_says_nothing(shop: Any) -> None:
    shop.product(cost="4.00")
    shop.policy(
        strategy=[{"kind": "reinforcement", "model": "p7"}, {"kind": "cost_plus", "margin": "50%"}]
    )
    assert shop.price() == "8.00"
