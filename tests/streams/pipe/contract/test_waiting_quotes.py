"""Lines of waiting quotes are worked out again where something moved, and only there."""

from __future__ import annotations

import random
from typing import Any

import pytest

from online_models.persistence.saved import restore, save
from online_models.pricing.quotes import open_requests
from online_models.pricing.quotes.open_requests import OpenRequests

HOUR = 3_600_000
DAY = 24 * HOUR


def policy(**fields: Any) -> dict[str, Any]:
    quotes = {"largest_discount": "40%", "valid_for": "P7D", "approval_above": "1%"}
    return {
        "policy_id": "p",
        "strategy": [{"kind": "match_competitor"}, {"kind": "keep"}],
        "guardrails": {"minimum_margin": "20%"},
        "approval": {"expires_after": "P2D"},
        "segments": [{"segment": "b2b", "quotes": quotes, "optimise_breaks": {}}],
    } | fields


def ask(shop: Any, quote_id: str, *skus: str) -> None:
    lines = [{"sku": sku, "quantity": 20} for sku in skus]
    value = {"quote_id": quote_id, "currency": "USD", "time": shop.now, "lines": lines}
    shop.send("quote-requests", value | {"customer_id": "Hotel Lake"})


@pytest.fixture(name="worked_out")
def fixture_worked_out(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the requests whose lines were worked out again, as it goes on."""
    found: list[str] = []
    whole = open_requests.line_terms

    def counted(pricing: Any, request: Any, now: int, partitions: int) -> Any:
        found.append(request.quote_id)
        return whole(pricing, request, now, partitions)

    monkeypatch.setattr(open_requests, "line_terms", counted)
    return found


def test_nothing_is_worked_out_while_nothing_moves(new_shop: Any, worked_out: list[str]) -> None:
    shop = new_shop(policy())
    for sku in ("a", "b"):
        shop.product(sku)
    ask(shop, "of a", "a")
    ask(shop, "of b", "b")
    shop.tick(1)
    for changes in (
        lambda: shop.product("a", cost="5.00"),
        lambda: shop.competitor("9.00"),
        lambda: shop.control("pause", select={"skus": ["a"]}),
    ):
        worked_out.clear()
        for _ in range(3):
            shop.tick(60_000)
        assert worked_out == []
        changes()
        assert set(worked_out) == {"of a"}
    worked_out.clear()
    shop.policy(**policy(guardrails={"minimum_margin": "25%"}))
    assert set(worked_out) == {"of a", "of b"}


@pytest.fixture(name="said")
def fixture_said(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What is said again, as it goes on; whoever knows nothing from before must say the same."""
    whole = OpenRequests.moved
    said: list[Any] = []

    def both(self: OpenRequests, *args: Any) -> Any:
        anew = restore(OpenRequests(), save(self))
        expected = whole(anew, *args)
        found = whole(self, *args)
        assert found == expected
        assert save(self) == save(anew)
        said.extend(found)
        return found

    monkeypatch.setattr(OpenRequests, "moved", both)
    return said


def promise(shop: Any, sku: str) -> None:
    """A price below the guardrails, for five hours."""
    contract = {"contract_id": "c", "sku": sku, "price": "4.50", "currency": "USD"}
    ends = {"valid_from": shop.now, "valid_until": shop.now + 5 * HOUR}
    shop.send("contract-prices", contract | ends, timestamp=shop.now)


def test_a_promise_that_begins_and_ends_is_said(new_shop: Any, said: list[Any]) -> None:
    shop = new_shop(policy())
    shop.product("a")
    ask(shop, "q", "a")
    shop.tick(1)
    promise(shop, "a")
    shop.tick(1)
    assert [lines.lines[0].problem is None for lines in said] == [False]
    shop.tick(DAY)
    assert [lines.lines[0].problem is None for lines in said] == [False, True]


@pytest.mark.parametrize("seed", range(4))
def test_whatever_moves_is_said_as_by_one_who_knows_nothing_from_before(
    new_shop: Any, said: list[Any], seed: int
) -> None:
    draw = random.Random(seed)
    shop = new_shop(policy())
    shop.product("a")
    shop.product("b")
    for step in range(40):
        sku = draw.choice("abc")
        ask(shop, f"q{draw.randrange(20)}", *draw.sample("abc", draw.randint(1, 3)))
        what = draw.randrange(8)
        if what == 0:
            shop.product(sku, cost=f"{draw.uniform(3, 9):.2f}")
        elif what == 1:
            shop.product(sku, channels={"web": {"listed": draw.random() < 0.6}})
        elif what == 2:
            shop.competitor(f"{draw.uniform(5, 12):.2f}", sku=sku)
        elif what == 3:
            shop.control(draw.choice(["pause", "resume"]), select={"skus": [sku]})
        elif what == 4:
            margin = f"{draw.randint(10, 40)}%"
            shop.policy(**policy(guardrails={"minimum_margin": margin}, version=step + 2))
        elif what == 5:
            promise(shop, sku)
        elif what == 6:
            shop.control("forget_customer", customer_id="Hotel Lake")
        shop.tick(draw.choice([1, HOUR, DAY]))
    assert len(said) > 2
