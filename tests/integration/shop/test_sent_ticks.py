"""A tick that somebody sends stands behind what was written before it."""

import json
from collections import Counter

import pytest

from online_models.journal.batch import FORCED, Kind
from tests.integration.shop.conftest import PARTITIONS
from tests.integration.shop.journal_rows import rows
from tests.integration.shop.kafka_shop import INPUTS, KafkaShop
from tests.integration.shop.worker import Worker

pytestmark = pytest.mark.integration

START = 1_700_006_400_000
DAYS, ORDERS = 3, 4000
DAY = 86_400_000
SKUS = [f"sku-{i}" for i in range(23)]


def orders(day):
    """A day's orders, each a second after the last."""
    for i in range(ORDERS):
        time, sku = START + day * DAY + i * 1000, SKUS[i % len(SKUS)]
        line = {"sku": sku, "quantity": 1, "unit_price": "10.00"}
        value = {"order_id": f"o{day}-{i}", "time": time, "currency": "USD", "lines": [line]}
        yield time, f"o{day}-{i}", value


@pytest.mark.parametrize("ingests", [1, 2])
def test_orders_of_the_days_before_a_tick_come_before_it(fresh_broker, tmp_path, ingests):
    shop = KafkaShop(fresh_broker.bootstrap, PARTITIONS)
    for day in range(DAYS):
        for time, key, value in orders(day):
            shop.put("orders", json.dumps(value).encode(), key.encode(), time)
        end = START + (day + 1) * DAY
        tick = {"kind": "tick", "time": end, "actor": "test"}
        shop.put("pricing-control", json.dumps(tick).encode(), None, end - 1)
    shop.producer.flush()
    size = {"PRICETIDE_PARTITIONS": str(PARTITIONS)}
    workers = [
        Worker(shop.bootstrap, tmp_path, f"w{i}", "--role", "ingest", **size)
        for i in range(ingests)
    ]
    ends = shop.ends(INPUTS)
    try:
        shop.wait(lambda: shop.done("pricetide-ingest", ends), "ingested", *workers)
        for worker in workers:
            assert worker.stop() == 0, worker.tail()
    finally:
        for worker in workers:
            worker.kill()

    number = Counter()
    for values in shop.journal().values():
        passed = 0
        for row in rows(values):
            if row.kind == Kind.TICK and row.flag == FORCED:
                assert row.time > passed
                passed = row.time
                number["ticks"] += 1
            elif row.kind == Kind.ORDER:
                assert row.time >= passed, "an order came behind the tick that ends its day"
                number["orders"] += 1
    shop.close()
    assert number == {"ticks": DAYS * PARTITIONS, "orders": DAYS * ORDERS}
