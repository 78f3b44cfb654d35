"""What gets in depends on the order of the records alone; what does not is a dead letter."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from online_models.journal.batch import SourcePartition
from online_models.journal.bounded import LEAD
from online_models.pricing.state.shoppers import name
from schemas.examples import EXAMPLES
from schemas.values.limits import LARGEST_AMOUNT
from streams.ingest.border import Border
from streams.ingest.dead_letters import headers
from streams.ingest.decoder import INPUTS, LARGEST_VALUE, Decoder
from streams.ingest.order import by_timestamp
from streams.kafka.kafka_record import RawRecord, UnreadableRecords

START = 1_700_006_400_000
DAY = 86_400_000
Decoded = Callable[..., Any]

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["product", "retire", "order", "rival", "click", "junk", "tick"]),
        st.sampled_from("ab"),
        st.sampled_from(["USD", "EUR", "GBP"]),
    ),
    max_size=25,
)


def play(feed: Any, steps: list[tuple[str, str, str]]) -> list[Any]:
    for what, sku, currency in steps:
        if what in ("product", "order"):
            getattr(feed, what)(sku, currency)
        elif what == "retire":
            feed.put("products", None, sku.encode())
        elif what == "rival":
            value = {"sku": sku, "competitor": "x", "price": 9, "currency": currency}
            feed.put("competitor-prices", value)
        elif what == "click":
            value = {"sku": sku, "action": "view", "price_shown": 9.5, "customer_id": "me"}
            feed.put("clickstream", value)
        elif what == "tick":
            feed.put("pricing-control", {"kind": "tick", "time": START})
        else:
            feed.put("orders", b"{")
    return list(feed.records)


@given(steps=STEPS, cuts=st.sets(st.integers(1, 25), max_size=5))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_a_record_means_does_not_depend_on_where_rounds_end(
    new_feed: Any, decoded: Decoded, steps: list[tuple[str, str, str]], cuts: set[int]
) -> None:
    records = play(new_feed(), steps)
    rates = {"EUR/USD": Decimal("1.1")}
    whole = decoded(records, rates=rates)
    assert decoded(records, range(1, len(records)), rates) == whole
    assert decoded(records, [c for c in cuts if c < len(records)], rates) == whole


def test_an_order_in_another_currency_is_dead_from_the_products_record_on(
    feed: Any, decoded: Decoded
) -> None:
    feed.order(currency="EUR")
    feed.product()
    feed.order(currency="EUR")
    events, ((place, letter),) = decoded(feed.records)
    assert [event[0] for event in events] == [0, 1]
    assert place == 2
    assert "EUR" in letter.error
    assert "no rate is configured" in letter.error


def test_one_foreign_line_buries_the_whole_order(feed: Any, decoded: Decoded) -> None:
    feed.product("a", "USD")
    feed.product("b", "EUR")
    lines = [{"sku": sku, "quantity": 1, "unit_price": 1} for sku in "ab"]
    feed.order(lines=lines)
    events, ((_, letter),) = decoded(feed.records)
    assert len(events) == 2
    assert "lines[1]" in letter.error


def test_with_a_rate_foreign_money_counts_in_the_products_currency(
    feed: Any, decoded: Decoded
) -> None:
    feed.product("a", "JPY", price=1000, cost=500)
    feed.order(currency="EUR", unit_price="10.05")
    events, dead = decoded(feed.records, rates={"EUR/JPY": Decimal("160.5")})
    assert dead == []
    assert "JPY" in events[1]
    assert 1613 in events[1]  # 10.05 × 160.5 = 1613.025


def test_a_conversion_beyond_any_price_is_a_dead_letter(feed: Any, decoded: Decoded) -> None:
    feed.product("a", "IRR")
    feed.order(currency="KWD", unit_price=LARGEST_AMOUNT)
    value = {"sku": "a", "competitor": "x", "price": LARGEST_AMOUNT, "currency": "KWD"}
    feed.put("competitor-prices", value)
    _, dead = decoded(feed.records, rates={"KWD/IRR": Decimal(10**7)})
    assert [place for place, _ in dead] == [1, 2]


def test_a_product_keeps_its_currency_for_good(feed: Any, decoded: Decoded) -> None:
    feed.product(currency="USD")
    feed.put("products", None, b"a")
    feed.product(currency="EUR")
    events, ((place, letter),) = decoded(feed.records)
    assert (len(events), place) == (2, 2)
    assert letter.error == "currency: EUR, but 'a' is priced in USD"


@pytest.mark.parametrize(
    ("topic", "raw", "said"),
    [
        ("orders", b"\xff\xfe", "UTF-8"),
        ("orders", b'{"a": NaN}', "JSON"),
        ("orders", b"[" * 100_000, "deep"),
        ("orders", None, "no value"),
        ("products", b'{"sku": "\\ud800"}', "JSON"),
        ("products", b"{}", "sku"),
        ("inventory", None, "no value"),
        ("pricing-control", b'{"kind": "tock"}', "tock"),
        ("nowhere", b"{}", "no topic"),
        ("price-changes", b"{}", "no input topic"),
        ("clickstream", b'{"sku": "' + b"a" * LARGEST_VALUE + b'"}', "bytes"),
        ("products", None, "key"),
    ],
)
def test_what_is_wrong_is_buried_as_it_came_with_its_origin(
    feed: Any, decoded: Decoded, topic: str, raw: bytes | None, said: str
) -> None:
    record = feed.put(topic, raw)
    events, ((_, letter),) = decoded(feed.records)
    assert events == []
    assert letter.record == record
    assert said in letter.error
    labels = dict(headers(letter))
    assert labels["error"].decode().count(said)
    assert labels["source-topic"] == topic.encode()
    assert (labels["source-partition"], labels["source-offset"]) == (b"0", b"0")


@pytest.mark.parametrize("key", [b"\xff", b"k" * 257])
def test_a_tombstone_needs_a_key_that_names_something(
    feed: Any, decoded: Decoded, key: bytes
) -> None:
    feed.put("products", None, key)
    events, dead = decoded(feed.records)
    assert events == []
    assert dead[0][1].error.startswith("key: ")


def test_keys_of_orders_may_be_anything(feed: Any, decoded: Decoded) -> None:
    feed.put("orders", feed.order().value, b"\xff\x00")
    events, dead = decoded(feed.records)
    assert (len(events), dead) == (2, [])


@pytest.mark.parametrize(
    ("timestamp", "fine"),
    [(START, True), (-1, False), (5, False), (9 * 10**18, False), (-(10**15), False)],
)
def test_the_records_timestamp_stands_for_an_absent_time_where_it_can_be_true(
    feed: Any, decoded: Decoded, timestamp: int, fine: bool
) -> None:
    feed.put("clickstream", {"sku": "a", "action": "view"}, timestamp=timestamp)
    events, dead = decoded(feed.records)
    assert (len(events), len(dead)) == ((1, 0) if fine else (0, 1))
    if fine:
        assert timestamp in events[0]


def test_an_event_ahead_of_its_record_is_a_wrong_clock(feed: Any, decoded: Decoded) -> None:
    feed.order(time=START + LEAD)
    feed.order(time=START + LEAD + 1)
    feed.put("pricing-control", {"kind": "tick", "time": START + LEAD + 1})
    _, dead = decoded(feed.records)
    assert [place for place, _ in dead] == [1, 2]
    assert "more than 5 minutes ahead of the record's own timestamp" in dead[0][1].error


@pytest.mark.parametrize("ahead", [LEAD + 1, 23 * 3_600_000, 25_000 * DAY])
def test_an_event_ahead_of_the_brokers_clock_is_refused_whatever_its_timestamp(
    feed: Any, ahead: int
) -> None:
    late = START + ahead
    click = {"sku": "a", "action": "view"}
    rival = {"sku": "a", "competitor": "r", "currency": "USD", "price": 1}
    feed.put("clickstream", click, timestamp=late)
    feed.put("clickstream", click | {"time": late}, timestamp=late)
    feed.put("competitor-prices", rival | {"time": late}, timestamp=late)
    feed.put("competitor-prices", rival, timestamp=late)
    feed.put("inventory", {"sku": "a", "on_hand": 1, "time": late}, timestamp=late)
    feed.put("pricing-control", {"kind": "tick", "time": late}, timestamp=late)
    feed.put("pricing-control", {"kind": "tick"}, timestamp=late)
    border = Border(b"secret")
    border.now = START
    found = Decoder(border).decode(by_timestamp(_by_source(feed.records)))
    assert (len(found.batch), len(found.dead)) == (0, len(feed.records))
    assert "ahead of the broker's clock" in found.dead[0][1].error


def test_an_order_of_a_person_counts_from_now_where_their_machine_is_ahead(feed: Any) -> None:
    pause = {"kind": "pause", "reason": "r", "actor": "a"}
    feed.put("pricing-control", pause, timestamp=START + DAY)
    border = Border(b"secret")
    border.now = START
    found = Decoder(border).decode(by_timestamp(_by_source(feed.records)))
    assert (found.batch.time.tolist(), found.dead) == ([START + LEAD], [])


def _by_source(records: list[Any]) -> dict[SourcePartition, list[Any]]:
    found: dict[SourcePartition, list[Any]] = {}
    for record in records:
        found.setdefault(SourcePartition(record.topic, record.partition), []).append(record)
    return found


def test_customers_and_sessions_get_in_as_keyed_hashes_only(feed: Any, decoded: Decoded) -> None:
    feed.order(customer_id="Ada Lovelace", personal_prices=True)
    feed.order(customer_id="Ada Lovelace")
    click = {"sku": "a", "action": "view", "session_id": "Ada Lovelace"}
    feed.put("clickstream", click)
    feed.put("clickstream", click | {"customer_id": "Ada Lovelace"})
    feed.put("clickstream", click | {"session_id": None})
    withdrawal = {"kind": "forget_customer", "customer_id": "Ada Lovelace", "actor": "me"}
    feed.put("pricing-control", withdrawal)
    events, _ = decoded(feed.records)
    told = json.dumps(events, default=str)
    assert "Lovelace" not in told
    assert name(events[0][-2]) in told, "who withdraws is known by the same hash"
    assert events[0][-2] != 0
    assert events[1][-2] == 0, "who does not agree to personal prices orders as nobody"
    session, customer, nobody = (events[i][-2] for i in (2, 3, 4))
    assert 0 != session != customer == events[0][-2]
    assert nobody == 0


def test_equal_event_ids_of_different_topics_differ(feed: Any, decoded: Decoded) -> None:
    feed.order(event_id="e")
    feed.order(event_id="e")
    feed.put("clickstream", {"sku": "a", "action": "view", "event_id": "e"})
    events, _ = decoded(feed.records)
    identities = [event[11] for event in events]
    assert identities[0] == identities[1] != identities[2]
    assert 0 not in identities


def test_an_order_that_is_sent_again_is_known_by_what_it_says(feed: Any, decoded: Decoded) -> None:
    feed.order(order_id="o1")
    feed.order(order_id="o1", time=START + 5)
    feed.order(order_id="o2")
    feed.order(order_id="o1", unit_price="8.99")
    feed.order(order_id="o1", status="cancelled")
    feed.order(order_id="o1", status="cancelled", time=START + 5)
    feed.order(order_id="o1", status="returned")
    feed.order(order_id="o1", status="returned", time=START + 5)
    events, _ = decoded(feed.records)
    first, again, other, dearer, gone, gone_again, back, more = (event[11] for event in events)
    assert first == again
    assert gone == gone_again
    assert len({0, first, other, dearer, gone, back, more}) == 7


#: What the pricer tells itself: no record for others to know, and so none among the examples.
OWN = {
    "category-evidence": {
        "origin": "a",
        "time": "2024-05-01T03:10:00Z",
        "categories": {"food": [1.0, 0.5]},
    },
    "quote-lines": {
        "request": EXAMPLES["quote-requests"] | {"customer_id": "5f2a9c31d0b7e644"},
        "time": "2024-05-01T12:00:00Z",
        "lines": [{"place": 0, "problem": "no product has the SKU coffee-500g"}],
    },
    "basket-lines": {
        "time": "2024-05-01T12:00:00Z",
        "offers": [
            {
                "sku": "coffee-500g",
                "channel": "web",
                "currency": "EUR",
                "price": 1299,
                "margin": 450,
            }
        ],
        "order": ["00000000000000a7"],
        "person": ["c5f2a9c31d0b7e644"],
        "offer": [0],
    },
}


@pytest.mark.parametrize("topic", sorted(INPUTS))
def test_an_example_of_every_input_gets_in(feed: Any, decoded: Decoded, topic: str) -> None:
    feed.put(topic, (EXAMPLES | OWN)[topic], timestamp=START + 300 * DAY)
    events, dead = decoded(feed.records)
    assert not dead
    assert events


def test_no_customer_is_named_in_clear_between_the_partitions(feed: Any, decoded: Decoded) -> None:
    for customer in ("ann@example.org", ""):
        request = OWN["quote-lines"]["request"] | {"customer_id": customer}
        feed.put("quote-lines", OWN["quote-lines"] | {"request": request})
    events, dead = decoded(feed.records)
    assert events == []
    assert all("a keyed hash" in letter.error for _, letter in dead)
    assert len(dead) == 2


def test_a_manual_price_concerns_its_product_alone_and_a_pause_everybody(
    feed: Any, decoded: Decoded
) -> None:
    said = {"actor": "bob", "reason": "because", "time": START}
    price = {"kind": "set_price", "sku": "tea", "channel": "web", "price": "9.00"}
    feed.put("pricing-control", said | price)
    feed.put("pricing-control", said | {"kind": "pause"})
    events, dead = decoded(feed.records)
    assert [event[3] for event in events] == ["tea", None]
    assert dead == []


def test_a_record_with_something_wrong_around_its_value_is_refused_with_that_reason() -> None:
    source = SourcePartition("orders", 0)
    raw = [
        RawRecord(0, START, 0, b"k", None, (), "header: a name is not UTF-8"),
        RawRecord(1, START, 0, b"k", b"{", ()),
        UnreadableRecords(2, START, 0, None, b"x" * (LARGEST_VALUE + 1), "no stream"),
    ]
    found = Decoder(Border(b"secret")).decode(by_timestamp({source: raw}))
    reasons = [letter.error for _, letter in found.dead]
    assert reasons[0] == "header: a name is not UTF-8"
    assert "JSON" in reasons[1]
    assert reasons[2] == "no stream"
    assert [letter.record.offset for _, letter in found.dead] == [0, 1, 2]
