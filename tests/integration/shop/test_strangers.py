"""A worker whose settings are not those of its group stops, and says which."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from streams.kafka.app import FAILED
from tests.integration.shop import traffic
from tests.integration.shop.kafka_shop import KafkaShop
from tests.integration.shop.worker import Worker

pytestmark = pytest.mark.integration

ENDS_WITHIN = 120


def test_a_stranger_stops_and_settings_are_changed_for_all_on_purpose(
    shop: KafkaShop, start_worker: Callable[..., Worker]
) -> None:
    first = start_worker("w0")
    shop.send(traffic.catalogue())
    shop.send(traffic.events(50))
    shop.settle(first)
    assert first.stop() == 0, first.tail()

    priced_otherwise = start_worker("w1", "--role", "price", PRICETIDE_OWN_NAMES='["acme"]')
    assert priced_otherwise.process.wait(ENDS_WITHIN) == FAILED, priced_otherwise.tail()
    assert "PRICETIDE_OWN_NAMES: not what the other workers" in priced_otherwise.tail()
    assert "Traceback" not in priced_otherwise.text()

    hashed_otherwise = start_worker("w2", "--role", "ingest", PRICETIDE_CUSTOMER_KEY="of others")
    assert hashed_otherwise.process.wait(ENDS_WITHIN) == FAILED, hashed_otherwise.tail()
    assert "PRICETIDE_CUSTOMER_KEY: not what the other workers" in hashed_otherwise.tail()
    assert "Traceback" not in hashed_otherwise.text()
    assert "of others" not in hashed_otherwise.text()

    changed = {"PRICETIDE_OWN_NAMES": '["acme"]', "PRICETIDE_CUSTOMER_KEY": "of others"}
    flag = "--settings-changed", "own_names,customer_key"
    together = start_worker("w3", *flag, **changed)
    shop.send(traffic.events(50, seed=2))
    shop.settle(together)
    assert together.stop() == 0, together.tail()

    first.start()  # it has the old ones still
    assert first.process.wait(ENDS_WITHIN) == FAILED, first.tail()
    again = start_worker("w4", **changed)
    again.wait_for("ready after")
    assert again.stop() == 0, again.tail()
