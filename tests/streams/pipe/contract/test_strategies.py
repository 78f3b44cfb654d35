"""The strategies in their order, and what each of them says."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal
from typing import Any

import pytest

DAY = 86_400_000
MATCH = {"kind": "match_competitor"}
KEEP = {"kind": "keep"}


def first(decision: dict[str, Any]) -> str:
    return str(decision["explanation"][0]["rule"])


def test_the_first_entry_that_yields_a_price_is_used(shop: Any) -> None:
    shop.policy("p", strategy=[MATCH, {"kind": "cost_plus", "margin": "50%"}, KEEP])
    shop.product()
    assert (first(shop.last), shop.last["price"]) == ("cost_plus", "8.00")
    shop.competitor("7.50")
    assert (first(shop.last), shop.last["price"]) == ("match_competitor", "7.50")


@pytest.mark.parametrize(
    ("entry", "price"),
    [
        ({}, "8.00"),
        ({"which": "lowest"}, "8.00"),
        ({"which": "median"}, "9.00"),
        ({"which": "rank", "rank": 2}, "9.00"),
        ({"which": "rank", "rank": 3}, "12.00"),
        ({"offset": "-0.01"}, "7.99"),
        ({"offset": "0.10"}, "8.10"),
        ({"offset": "-5%"}, "7.60"),
        ({"competitors": ["Mid"]}, "9.00"),
        ({"exclude": ["low"]}, "9.00"),
        ({"minimum_confidence": 0.8}, "9.00"),
        ({"include_shipping": True}, "9.20"),
        ({"include_shipping": True, "offset": "-10%"}, "8.28"),
    ],
)
def test_a_match_follows_the_rival_that_it_names(
    shop: Any, entry: dict[str, Any], price: str
) -> None:
    shop.product()
    shop.policy("p", strategy=[KEEP])
    shop.competitor("8.00", "low", match_confidence=0.5, shipping="5.00")
    shop.competitor("9.00", "mid", match_confidence=0.8, shipping="0.20")
    shop.competitor("12.00", "high")
    shop.policy("p", version=2, strategy=[MATCH | entry, KEEP])
    assert shop.last["price"] == price
    assert first(shop.last) == "match_competitor"


def test_a_rank_beyond_the_competitors_lets_the_next_entry_speak(shop: Any) -> None:
    shop.product()
    shop.policy("p", strategy=[MATCH | {"which": "rank", "rank": 2}, KEEP])
    shop.competitor("8.00")
    assert (first(shop.last), shop.last["price"]) == ("keep", "10.00")


def test_a_rival_on_another_channel_is_not_matched(shop: Any) -> None:
    shop.policy("p", strategy=[MATCH, KEEP])
    shop.product()
    shop.competitor("8.00", channel="store:1")
    assert shop.prices() == []
    shop.competitor("9.00", channel="web")
    assert shop.prices() == ["9.00"]


def test_cost_plus_reaches_its_margin_after_tax_and_fees(shop: Any) -> None:
    """A margin is (net price - cost - fees) / net price; a fee is rate x gross price + fixed."""
    shop.policy("p", strategy=[{"kind": "cost_plus", "margin": "25%"}])
    shop.product(cost="4.00", tax_rate="0.19", fees={"web": {"rate": 0.1, "fixed": "0.30"}})
    tax, rate, fixed = Decimal("0.19"), Decimal("0.1"), Decimal("0.30")

    def margin(price: Decimal) -> Decimal:
        net = price / (1 + tax)
        return (net - 4 - rate * price - fixed) / net

    gross = (4 + fixed) / ((1 - Decimal("0.25")) / (1 + tax) - rate)
    wanted = gross.quantize(Decimal("0.01"), ROUND_CEILING)
    assert shop.prices() == [str(wanted)]
    assert margin(wanted) >= Decimal("0.25") > margin(wanted - Decimal("0.01"))


def test_markdown_speaks_only_for_finite_stock_until_sell_by(shop: Any) -> None:
    shop.policy("p", strategy=[{"kind": "markdown"}, KEEP])
    shop.product()
    shop.send("inventory", {"sku": "a", "time": shop.now, "on_hand": 5000})
    shop.tick(1)
    assert first(shop.last) == "keep"
    shop.policy(
        "p",
        version=2,
        objective={"sell_by": "2023-11-25T00:00:00Z"},
        strategy=[{"kind": "markdown"}, KEEP],
    )
    assert first(shop.last) == "markdown"
    assert Decimal(shop.last["price"]) < 10


def test_keep_keeps(shop: Any) -> None:
    shop.policy("p", strategy=[KEEP])
    shop.product()
    shop.competitor("5.00")
    for _ in range(3):
        shop.send(
            "orders",
            {
                "order_id": str(shop.now),
                "time": shop.now,
                "currency": "USD",
                "lines": [{"sku": "a", "quantity": 3, "unit_price": "10.00"}],
            },
        )
        shop.tick(DAY)
    assert shop.prices() == []


def test_optimise_learns_from_demand_and_expects_what_it_sells(shop: Any) -> None:
    """Profit is (price net of tax - cost - channel fees) x expected units."""
    shop.policy("p", strategy=[{"kind": "optimise"}], guardrails={"reference_band": "20%"})
    shop.product(tax_rate="0.2", fees={"web": {"rate": 0.05, "fixed": "0.10"}})
    for day in range(6):
        shop.send(
            "orders",
            {
                "order_id": f"o{day}",
                "time": shop.now + 1,
                "currency": "USD",
                "lines": [{"sku": "a", "quantity": 7, "unit_price": "10.00"}],
            },
        )
        shop.tick(DAY)
    assert {first(d) for d in shop.decisions} == {"optimise"}
    for decision in shop.decisions:
        for name, price in (("expected", "price"), ("expected_kept", "previous_price")):
            expected, asked = decision[name], Decimal(decision[price])
            units = Decimal(str(expected["units"]))
            unit = asked / Decimal("1.2") - 4 - asked * Decimal("0.05") - Decimal("0.10")
            assert Decimal(expected["profit"]) == pytest.approx(unit * units, abs=Decimal("0.02"))
            low, high = Decimal(expected["lower"]), Decimal(expected["upper"])
            assert low <= Decimal(expected["profit"]) <= high


@pytest.mark.parametrize("aim", ["profit", "revenue", "units", "sell_through"])
def test_every_objective_leads_to_a_legal_price(shop: Any, aim: str) -> None:
    shop.policy(
        "p",
        objective={"maximise": aim},
        strategy=[{"kind": "optimise"}],
        guardrails={"minimum_margin": "5%", "reference_band": "30%"},
    )
    shop.product()
    for _ in range(3):
        shop.tick(DAY)
    assert Decimal("7.00") <= Decimal(shop.last["price"]) <= Decimal("13.00")


def test_units_are_maximised_at_a_lower_price_than_profit(new_shop: Any) -> None:
    found = []
    for aim in ("units", "profit"):
        shop = new_shop()
        shop.policy("p", objective={"maximise": aim}, guardrails={"reference_band": "30%"})
        shop.product(cost="6.00")
        found.append(Decimal(shop.last["price"]))
    assert found[0] == Decimal("7.00") < found[1]


def test_nothing_is_expected_of_an_empty_shelf(shop: Any) -> None:
    shop.policy("p", strategy=[MATCH, KEEP])
    shop.product()
    shop.send("inventory", {"sku": "a", "time": shop.now, "on_hand": 0})
    shop.competitor("9.00")
    nothing = {"units": 0, "revenue": "0.00", "profit": "0.00", "lower": "0.00", "upper": "0.00"}
    nothing |= {"basis": "prior"}
    assert shop.last["expected"] == shop.last["expected_kept"] == nothing
