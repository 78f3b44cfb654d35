"""What a worker learns of currencies from the products that others ingest."""

import json

import pytest

from streams.configuration.settings import Settings
from streams.formats.intake import InputFormats
from streams.ingest.currency.currencies import Currencies
from streams.ingest.currency.feed import CurrencyFeed
from streams.kafka.kafka_record import LARGEST_VALUE

PRODUCT = {
    "sku": "tea",
    "name": "Tea",
    "category": "tea",
    "currency": "EUR",
    "price": "10.00",
    "cost": 5,
}


@pytest.fixture
def currencies():
    return Currencies({})


@pytest.fixture
def feed(currencies):
    return CurrencyFeed(Settings(bootstrap="nowhere:9092"), currencies, InputFormats({}))


def raw(**changes):
    return json.dumps(PRODUCT | changes).encode()


def test_the_first_currency_of_a_product_is_its_own(feed, currencies):
    feed.learn(raw())
    feed.learn(raw(currency="USD"))
    assert currencies.of_sku == {"tea": "EUR"}


@pytest.mark.parametrize(
    "value",
    [
        None,
        b"",
        b"null",
        b"\x00",
        raw(currency="USD", price=None),
        raw(currency="gold"),
        raw(currency="USD", name="x" * LARGEST_VALUE),
        raw()[:-1] + b', "x": ' + b"[" * 20_000 + b"]" * 20_000 + b"}",
        b'{"sku": "\xff", "currency": "USD"}',
        b'{"sku": "\\ud800", "currency": "USD"}',
    ],
    ids=range(10),
)
def test_a_record_that_will_be_buried_teaches_no_currency(feed, currencies, value):
    feed.learn(value)
    assert currencies.of_sku == {}
