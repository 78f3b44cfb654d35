"""Quotes, contracts and used goods: what topics tell in any order, and never a customer's name."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import pytest
from sqlalchemy import Engine, select

from schemas.examples import EXAMPLES
from streams.web.store.intake.record import Taken
from streams.web.store.intake.take import take
from streams.web.store.tables.shop import metadata
from streams.web.store.tables.trade import segment_prices
from streams.web.store.trade_reading import (
    contracts_of,
    listings_latest,
    quote,
    quotes_decided,
    quotes_latest,
)

NAME = "hotel-lake"


def example(topic: str, **fields: Any) -> Taken:
    value = {**EXAMPLES[topic], **fields}
    return Taken(topic, 0, 0, b"k", msgspec.json.encode(value), 1_714_564_800_000)


REQUEST = example("quote-requests", quote_id="q-1", customer_id=NAME)
ANSWER = example("price-quotes", quote_id="q-1")
OUTCOME = example("quote-outcomes", quote_id="q-1", status="won", price="4500.00")


@pytest.mark.parametrize("order", list(itertools.permutations((REQUEST, ANSWER, OUTCOME))))
def test_a_quote_is_whole_in_whichever_order_its_topics_are_read(
    empty: Engine, order: Sequence[Taken]
) -> None:
    for each in order:
        take(empty, [each], {}, {})
    with empty.connect() as connection:
        found = quote(connection, "q-1")
        assert found is not None
        assert (found["status"], found["outcome"], found["total"]) == ("offered", "won", 457200)
        assert found["asked_at"] is not None
        assert found["probability"] == pytest.approx(0.61)
        assert found["record"]["lines"][0]["quantity"] == 400
        (decided,) = quotes_decided(connection)
        assert (decided["decided"], decided["won"]) == (1, 1)


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ([REQUEST], "asked"),
        ([ANSWER], "open"),
        ([example("price-quotes", quote_id="q-1", status="proposed")], "proposed"),
        ([ANSWER, OUTCOME], "won"),
    ],
)
def test_quotes_are_found_by_their_state(empty: Engine, told: Sequence[Taken], state: str) -> None:
    take(empty, told, {}, {})
    with empty.connect() as connection:
        states = ("asked", "proposed", "open", "won", "lost", "expired", "declined")
        found = [name for name in states if quotes_latest(connection, name)]
    assert found == [state]


def test_a_listing_is_whole_in_either_order(empty: Engine) -> None:
    said: Mapping[str, Any] = {"listing_id": "l-1", "currency": "EUR", "asked": "95.00"}
    sold = {"sold_at": "2024-05-09T00:00:00Z", "sold_for": "90.00", "ended_at": None}
    records = [
        example("price-suggestions", listing_id="l-1"),
        example("market-listings", **said, **sold),
    ]
    for some in (records, records[::-1]):
        take(empty, some, {}, {})
        with empty.connect() as connection:
            (found,) = listings_latest(connection)
        assert (found["sold_for"], found["value"], found["suggested"]) == (9000, 9012, 9192)


def test_a_contract_is_replaced_and_ended(empty: Engine) -> None:
    fields = {"contract_id": "c-1", "sku": "a", "channel": "web", "currency": "EUR"}

    def prices() -> list[int]:
        with empty.connect() as connection:
            return [row["price"] for row in contracts_of(connection, "a", "web", 0)]

    for price in ("9.00", "8.00"):
        take(empty, [example("contract-prices", **fields, price=price)], {}, {})
    assert prices() == [800]
    take(empty, [example("contract-prices", **fields, cancelled=True)], {}, {})
    assert prices() == []


def test_no_row_holds_a_customers_name(empty: Engine) -> None:
    records = [
        REQUEST,
        ANSWER,
        OUTCOME,
        example("contract-prices", customer_id=NAME),
        example("price-offers", customer="9b2f6c1d00e4a7f3"),
    ]
    take(empty, records, {}, {})
    with empty.connect() as connection:
        held = [
            repr(row)
            for table in metadata.sorted_tables
            for row in connection.execute(select(table))
        ]
    assert any("frame-2024-7" in row for row in held)
    assert not any(NAME in row for row in held)


def test_a_learnt_personal_offer_replaces_that_of_its_customer_alone(empty: Engine) -> None:
    def told(customer: str | None, price: str, decision: str, cluster: int | None) -> Any:
        fields = {"customer": customer, "price": price, "decision_id": decision}
        return example("price-offers", **fields, cluster=cluster)

    take(empty, [told(None, "12.00", "d1", None), told("x", "11.00", "d2", 4)], {}, {})
    take(empty, [told("y", "10.00", "d3", 5)], {}, {})
    take(empty, [told("y", "10.50", "d4", 5), told("y", "10.40", "d5", 5)], {}, {})

    def held() -> list[tuple[str | None, int]]:
        with empty.connect() as connection:
            columns = segment_prices.c.customer, segment_prices.c.price
            rows = connection.execute(select(*columns).order_by(segment_prices.c.price))
            return [(row.customer, row.price) for row in rows]

    assert held() == [("y", 1040), ("x", 1100), (None, 1200)]
    take(empty, [told(None, "11.90", "d6", None)], {}, {})
    assert held() == [("y", 1040), ("x", 1100), (None, 1190)]


def test_what_stands_is_what_the_client_keeps(empty: Engine) -> None:
    def told(contract: str | None, price: str, decision: str, **fields: Any) -> Any:
        told = {"contract_id": contract, "price": price, "decision_id": decision}
        return example("price-offers", **told, **fields)

    def held() -> list[tuple[str | None, int]]:
        with empty.connect() as connection:
            columns = segment_prices.c.contract_id, segment_prices.c.price
            rows = connection.execute(select(*columns).order_by(segment_prices.c.price))
            return [(row.contract_id, row.price) for row in rows]

    take(empty, [told("c1", "8.00", "d1"), told("c2", "9.00", "d1")], {}, {})
    take(empty, [told("c2", "9.50", "d1"), told(None, "10.00", "d1")], {}, {})
    assert held() == [("c1", 800), ("c2", 950), (None, 1000)]
    take(empty, [told(None, "10.10", "d2")], {}, {})
    assert held() == [(None, 1010)]
