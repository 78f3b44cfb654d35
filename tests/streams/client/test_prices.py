from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from schemas.examples import EXAMPLES
from schemas.topics import decode
from schemas.values.instants import to_ms
from streams.client import Change, Offer, Prices, customer_hash
from streams.client.records import acknowledgement

BEGIN = "2026-03-01T09:00:00Z"
NOW = to_ms("2026-03-01T10:00:00Z")


def change(revision: int = 1, price: str = "12.50", **given: Any) -> Change:
    fields = {
        "decision_id": f"d{revision}",
        "sku": "a",
        "channel": "web",
        "currency": "EUR",
        "effective_at": BEGIN,
        "time": BEGIN,
    }
    return Change(revision=revision, price=Decimal(price), **(fields | given))


def offer(price: str, **given: Any) -> Offer:
    fields = {
        "decision_id": "d1",
        "sku": "a",
        "channel": "web",
        "segment": "b2b",
        "currency": "EUR",
        "valid_from": BEGIN,
    }
    return Offer(price=Decimal(price), **(fields | given))


def prices(*offers: Offer) -> Prices:
    held = Prices()
    held.take(change())
    for each in offers:
        held.take_offer(each)
    return held


@pytest.mark.parametrize("revision", [1, 2, 3])
def test_a_revision_that_is_not_above_the_last_is_dropped(revision: int) -> None:
    held = Prices()
    assert held.take(change(3, "12.50"))
    assert not held.take(change(revision, "99.00"))
    assert held.quote("a", now=NOW).price == Decimal("12.50")


def test_every_offer_has_revisions_of_its_own() -> None:
    held = Prices()
    assert held.take(change(5))
    assert held.take(change(1, channel="store:112"))
    assert held.take(change(1, sku="b"))
    assert len(held) == 3


def test_an_offer_that_was_never_priced_has_no_quote() -> None:
    assert Prices().quote("a", now=NOW) is None


def test_the_records_of_the_topics_are_read() -> None:
    for topic, kind in (("price-changes", Change), ("price-offers", Offer)):
        read = msgspec.json.decode(msgspec.json.encode(EXAMPLES[topic]), type=kind)
        assert str(read.price) == EXAMPLES[topic]["price"]


@pytest.mark.parametrize(("quantity", "price"), [(1, "12.50"), (9, "12.50"), (10, "11.00")])
def test_a_quantity_break_holds_from_its_quantity_on_for_its_segment(
    quantity: int, price: str
) -> None:
    held = prices(offer("11.00", minimum_quantity=10), offer("10.00", minimum_quantity=50))
    quote = held.quote("a", now=NOW, segment="b2b", quantity=quantity)
    assert quote.price == Decimal(price)
    assert quote.public_price == Decimal("12.50")
    assert held.quote("a", now=NOW, quantity=quantity).price == Decimal("12.50")


def test_a_personal_offer_is_found_by_the_hash_of_its_customer_until_it_ends() -> None:
    customer, end = customer_hash("key", "c-9"), "2026-03-02T09:00:00Z"
    held = prices(offer("9.00", segment="b2c", customer=customer, valid_until=end, disclosure="!"))
    mine = held.quote("a", now=NOW, customer=customer)
    assert (mine.price, mine.valid_until) == (Decimal("9.00"), to_ms(end))
    assert mine.offer.disclosure == "!"
    for other in (None, customer_hash("key", "c-8")):
        assert held.quote("a", now=NOW, customer=other).price == Decimal("12.50")
    assert held.quote("a", now=to_ms(end), customer=customer).price == Decimal("12.50")


def test_a_new_public_price_ends_the_offers_of_the_one_before() -> None:
    held = prices(offer("11.00"))
    later = "2026-03-01T09:30:00Z"
    held.take(change(2, "11.90", effective_at=later))
    assert held.quote("a", now=NOW, segment="b2b").price == Decimal("11.90")
    held.take_offer(offer("10.80", decision_id="d2", valid_from=later))
    assert held.quote("a", now=NOW, segment="b2b").price == Decimal("10.80")


def test_offers_of_a_decision_that_come_before_its_change_count_with_it() -> None:
    held = Prices()
    held.take_offer(offer("11.00"))
    assert held.quote("a", now=NOW, segment="b2b") is None
    held.take(change())
    assert held.quote("a", now=NOW, segment="b2b").price == Decimal("11.00")


def test_no_offer_is_above_the_public_price() -> None:
    assert prices(offer("13.00")).quote("a", now=NOW, segment="b2b").price == Decimal("12.50")


def test_an_acknowledgement_says_what_is_shown_and_since_when() -> None:
    ack = decode("price-acks", acknowledgement(change(7, "13.00"), "applied", NOW))
    assert (ack.decision_id, ack.sku, ack.channel, ack.status) == ("d7", "a", "web", "applied")
    assert (str(ack.price), ack.time) == ("13.00", NOW)


def test_a_shop_that_rejects_a_price_shows_the_one_before() -> None:
    rejected = change(7, "13.00", previous_price=Decimal("12.90"))
    ack = decode("price-acks", acknowledgement(rejected, "rejected", NOW, "a typing error"))
    assert (ack.status, str(ack.price), ack.reason) == ("rejected", "12.90", "a typing error")


def contract(identity: str, price: str, **given: Any) -> Offer:
    return offer(price, contract_id=identity, minimum_quantity=1, time=BEGIN, **given)


def test_a_promise_holds_from_long_before_the_public_price_changed() -> None:
    held = prices(contract("c1", "11.00", valid_from="2026-01-01T00:00:00Z"))
    assert held.quote("a", now=NOW, segment="b2b").price == Decimal("11.00")


def test_promises_of_one_decision_stand_beside_each_other_until_each_is_replaced() -> None:
    held = prices(contract("c1", "11.00"), contract("c2", "11.50"))
    assert held.quote("a", now=NOW, segment="b2b").price == Decimal("11.00")
    held.take_offer(contract("c1", "11.80"))
    assert held.quote("a", now=NOW, segment="b2b").price == Decimal("11.50")
    held.take_offer(contract("c2", "11.50", valid_until=BEGIN))
    assert held.quote("a", now=NOW, segment="b2b").price == Decimal("11.80")


def test_an_offer_for_a_customer_is_for_no_other_and_in_whatever_segment() -> None:
    customer = customer_hash("key", "c-9")
    held = prices(contract("c1", "11.00", customer=customer))
    assert held.quote("a", now=NOW, customer=customer).price == Decimal("11.00")
    assert held.quote("a", now=NOW, segment="b2b").price == Decimal("12.50")


def test_the_first_price_of_an_offer_is_what_its_product_said() -> None:
    held = Prices()
    held.take_first("a", "web", Decimal("12.00"), "EUR")
    held.take_offer(offer("11.00"))
    assert held.change("a") is None
    quote = held.quote("a", now=NOW, segment="b2b")
    assert (quote.price, quote.public_price, quote.revision) == (
        Decimal("11.00"),
        Decimal("12.00"),
        0,
    )
    held.take(change(1, "10.00"))
    assert held.quote("a", now=NOW).price == Decimal("10.00")
