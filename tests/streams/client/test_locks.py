from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.client import PriceLocks, Quote
from tests.snippets import ROOT, blocks

NOW, HOLD = 1_700_000_000_000, 60_000
QUOTE = Quote("a", "web", Decimal("12.50"), "EUR", "d1", Decimal("12.50"), 1, None)
LOCKS = PriceLocks(b"0123456789abcdef", HOLD)


def test_a_locked_price_holds_until_its_end_whatever_the_price_is_then() -> None:
    token = LOCKS.lock(QUOTE, now=NOW)
    dearer = replace(QUOTE, price=Decimal("14.00"))
    assert LOCKS.price(token, dearer, now=NOW + HOLD - 1) == Decimal("12.50")
    assert LOCKS.price(token, dearer, now=NOW + HOLD) == Decimal("14.00")
    assert LOCKS.read(token, now=NOW).until == NOW + HOLD


def test_a_price_that_fell_meanwhile_counts() -> None:
    token = LOCKS.lock(QUOTE, now=NOW)
    assert LOCKS.price(token, replace(QUOTE, price=Decimal("9.00")), now=NOW) == Decimal("9.00")


def test_an_offer_that_ends_sooner_ends_the_lock() -> None:
    token = LOCKS.lock(replace(QUOTE, valid_until=NOW + 10), now=NOW)
    assert LOCKS.read(token, now=NOW + 9) is not None
    assert LOCKS.read(token, now=NOW + 10) is None


def test_a_lock_is_for_its_product_its_customer_and_its_quantity() -> None:
    token = LOCKS.lock(QUOTE, now=NOW, customer="c1", quantity=10)
    dearer = replace(QUOTE, price=Decimal("14.00"))
    used = {"now": NOW, "customer": "c1", "quantity": 10}
    assert LOCKS.price(token, dearer, **used) == Decimal("12.50")
    assert LOCKS.price(token, dearer, **(used | {"customer": "c2"})) == Decimal("14.00")
    assert LOCKS.price(token, dearer, **(used | {"quantity": 9})) == Decimal("14.00")
    assert LOCKS.price(token, replace(dearer, sku="b"), **used) == Decimal("14.00")


def test_the_documented_lock_gives_a_price_of_a_break_to_its_customer_and_quantity_alone() -> None:
    (block,) = (b for b in blocks(ROOT / "docs/consumers.md") if "locks.lock(" in b.text)
    dearer = replace(QUOTE, price=Decimal("14.00"))
    names = {"secret": b"0123456789abcdef", "quote": QUOTE, "quote_now": dearer, "now_ms": NOW}
    exec(block.text, names)
    assert names["price"] == Decimal("12.50")
    assert LOCKS.price(names["token"], dearer, now=NOW) == Decimal("14.00")


@given(st.integers(0, 200), st.characters())
def test_a_token_that_was_changed_is_none(place: int, put: str) -> None:
    token = LOCKS.lock(QUOTE, now=NOW)
    place %= len(token)
    changed = token[:place] + put + token[place + 1 :]
    known = LOCKS.read(changed, now=NOW)
    assert known is None or known.price == Decimal("12.50")


@given(st.text())
def test_rubbish_is_no_lock(token: str) -> None:
    assert LOCKS.read(token, now=NOW) is None


def test_another_secret_reads_nothing_and_a_short_one_is_refused() -> None:
    token = LOCKS.lock(QUOTE, now=NOW)
    assert PriceLocks(b"fedcba9876543210").read(token, now=NOW) is None
    with pytest.raises(ValueError, match="has 4 bytes"):
        PriceLocks(b"tuna")
