"""The registry holds every topic of the contract with its settings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.topics import PARTITIONS, TOPICS, topic

COMPACTED = {
    "pricing-quarantine",
    "pricing-snapshots",
    "product-currencies",
    "price-changes",
    "elasticities",
}


def test_every_topic_of_the_contract_is_there() -> None:
    by_direction = {
        direction: [t.name for t in TOPICS.values() if t.direction == direction]
        for direction in ("in", "out", "internal")
    }
    assert by_direction == {
        "in": [
            "orders",
            "competitor-prices",
            "clickstream",
            "products",
            "inventory",
            "promotions",
            "pricing-policies",
            "price-acks",
            "demand-forecasts",
            "contract-prices",
            "quote-requests",
            "quote-outcomes",
            "market-listings",
            "pricing-control",
        ],
        "out": [
            "price-changes",
            "price-decisions",
            "price-offers",
            "price-quotes",
            "price-suggestions",
            "recommendations",
            "promotion-plans",
            "promotion-results",
            "demand-observations",
            "elasticities",
            "pricing-alerts",
            "dead-letters",
            "model-updates",
        ],
        "internal": [
            "product-currencies",
            "category-evidence",
            "quote-lines",
            "basket-lines",
            "pricing-quarantine",
            "pricing-redriven",
            "pricing-journal",
            "pricing-snapshots",
        ],
    }


@pytest.mark.parametrize("name", TOPICS)
def test_settings_are_those_that_kafka_knows(name: str) -> None:
    settings = TOPICS[name].settings
    assert settings["cleanup.policy"] == ("compact" if name in COMPACTED else "delete")
    assert settings["retention.ms"] == "-1" or int(settings["retention.ms"]) > 0
    assert int(settings["max.message.bytes"]) >= 1_000_000


@pytest.mark.parametrize("name", TOPICS)
def test_partitions_are_eight_but_for_broadcasts(name: str) -> None:
    assert TOPICS[name].partitions == (1 if TOPICS[name].broadcast else PARTITIONS)


def test_the_key_is_the_sku_where_there_is_one() -> None:
    fields = {"sku": "a", "channel": "web"}
    assert TOPICS["orders"].key_of({"order_id": "o"}) is None
    assert TOPICS["clickstream"].key_of(fields) == "a"
    assert TOPICS["price-decisions"].key_of(fields) == "a"
    assert TOPICS["pricing-alerts"].key_of({"kind": "price_feed_silent"}) is None
    assert TOPICS["price-changes"].key_of(fields) == "a|web"


names = st.text("ab|\\", max_size=6)


@given(names, names, names, names)
def test_two_offers_never_share_a_key(sku: str, channel: str, other: str, elsewhere: str) -> None:
    key = TOPICS["price-changes"].key_of
    same = key({"sku": sku, "channel": channel}) == key({"sku": other, "channel": elsewhere})
    assert same == ((sku, channel) == (other, elsewhere))


def test_an_unknown_topic_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="unknown topic 'order'; topics are orders, "):
        topic("order")
