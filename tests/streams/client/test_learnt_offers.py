"""Learnt personal offers come one by one: each replaces that of its customer alone."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from schemas.values.instants import to_text
from streams.client.prices import Prices
from streams.client.records import Change, Offer

START = 1_700_006_400_000
HOUR = 3_600_000


def offer(customer: str | None, price: str, decision: str, **fields: Any) -> Offer:
    given = {"sku": "a", "channel": "web", "segment": "b2c", "currency": "USD"}
    given |= {"valid_from": to_text(START), "valid_until": to_text(START + HOUR)}
    return Offer(decision_id=decision, price=Decimal(price), customer=customer, **(given | fields))


def test_an_offer_to_one_customer_leaves_those_of_others() -> None:
    prices = Prices()
    prices.take(
        Change(
            decision_id="d0",
            revision=1,
            sku="a",
            channel="web",
            price=Decimal("10.00"),
            previous_price=None,
            currency="USD",
            effective_at=to_text(START),
            time=to_text(START),
            reason="optimise",
        )
    )
    prices.take_offer(offer(None, "9.50", "d0", minimum_quantity=10))
    prices.take_offer(offer("x", "9.00", "d1", cluster=4))
    prices.take_offer(offer("y", "8.00", "d2", cluster=5))
    prices.take_offer(offer("y", "8.50", "d3", cluster=5))

    def costs(customer: str | None, quantity: int = 1) -> str:
        found = prices.quote("a", now=START + 1, customer=customer, quantity=quantity)
        assert found is not None
        return str(found.price)

    assert [costs(each) for each in ("x", "y", None)] == ["9.00", "8.50", "10.00"]
    assert costs(None, 10) == "9.50"
    ended = {"valid_until": to_text(START)}
    prices.take_offer(offer("x", "9.00", "d4", cluster=4, **ended))
    assert costs("x") == "10.00"
    prices.take_offer(offer(None, "9.40", "d5", minimum_quantity=20))
    assert (costs(None, 10), costs("y")) == ("10.00", "8.50")
