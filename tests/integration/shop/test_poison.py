"""What no shop should send, but some shop will: buried with its reason, and the run goes on."""

import json
import socket
import urllib.request
from collections import Counter

import pytest
from prometheus_client.parser import text_string_to_metric_families

from streams.ingest.decoder import LARGEST_VALUE
from tests.integration.shop.traffic import MINUTE, START, TEA

pytestmark = pytest.mark.integration

TIME = START + MINUTE
RIVAL = {"sku": "tea", "competitor": "r", "currency": "USD", "time": TIME}
POLICY = {"policy_id": "match", "strategy": [{"kind": "match_competitor"}, {"kind": "keep"}]}


def order(**changes):
    lines = [{"sku": "tea", "quantity": 1, "unit_price": "10.00"} | changes.pop("line", {})]
    return {"order_id": "o", "time": TIME, "currency": "USD", "lines": lines} | changes


#: (topic, value, what the reason must name)
POISON = [
    ("orders", b'{"order_id": "o', "JSON"),
    ("orders", b'{"order_id": "\xff\xfe"}', "UTF-8"),
    ("orders", b"", ""),
    ("orders", None, "no value"),
    ("orders", b"[" * 100_000, ""),
    ("orders", b"null", ""),
    ("orders", order(currency="EUR"), "currency"),
    ("orders", order(line={"quantity": -1}), "quantity"),
    ("orders", order(line={"quantity": 10**30}), "quantity"),
    ("orders", order(line={"unit_price": "NaN"}), "unit_price"),
    ("orders", order(line={"unit_price": "-1"}), "unit_price"),
    ("orders", order(lines=[]), "lines"),
    ("orders", order(time="9999-12-31T23:59:59Z"), "time"),
    ("orders", order(time="0001-01-01T00:00:00Z"), "time"),
    ("orders", order(time="yesterday"), "time"),
    ("orders", order(time=TIME + 3 * 86_400_000), "time"),
    ("orders", order(customer_id="x" * 1_000_000), "bytes"),
    ("competitor-prices", RIVAL | {"price": "9.00", "currency": "EUR"}, "currency"),
    ("competitor-prices", RIVAL | {"price": "9.00", "currency": "gold"}, "currency"),
    ("competitor-prices", RIVAL | {"price": "-9.00"}, "price"),
    ("competitor-prices", RIVAL, "price"),
    ("clickstream", {"sku": "tea", "action": "stare", "time": TIME}, "action"),
    ("clickstream", {"sku": "tea", "action": "view", "time": TIME, "count": -5}, "count"),
    ("clickstream", {"sku": "", "action": "view", "time": TIME}, "sku"),
    ("inventory", {"sku": "tea", "time": TIME, "on_hand": "many"}, "on_hand"),
    ("products", {"sku": "no-price", "name": "x", "currency": "USD"}, "price"),
    ("products", b"\x00", ""),
    (
        "products",
        json.dumps(TEA)[:-1].encode() + b', "x": ' + b"[" * 20_000 + b"]" * 20_000 + b"}",
        "nested",
    ),
    ("products", b'{"sku": "\xff", "currency": "USD"}', "UTF-8"),
    ("promotions", {"promotion_id": "p", "starts_at": TIME, "ends_at": TIME}, "discount"),
    ("pricing-policies", {"policy_id": "p", "strategy": [{"kind": "guess"}]}, "strategy"),
    ("pricing-control", {"kind": "explode", "actor": "anna"}, "kind"),
    ("price-acks", {"sku": "tea"}, "decision_id"),
]


@pytest.fixture(scope="module")
def poisoned(shop, start_worker):
    """(shop, [(metadata, topic, key, value, reason)], what /metrics told at the end): poison among
    sound events, priced.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    worker = start_worker("w0", PRICETIDE_METRICS=str(port))
    put(shop, "pricing-policies", POLICY)
    put(shop, "products", TEA)
    sent = []
    for i, (topic, value, reason) in enumerate(POISON):
        raw = json.dumps(value).encode() if isinstance(value, (dict, list)) else value
        key = b"\xff%d" % i
        metadata = shop.put(topic, raw, key, TIME).get(timeout=30)
        sent.append((metadata, topic, key, raw, reason))
        put(shop, "competitor-prices", RIVAL | {"price": f"9.{i:02d}", "time": TIME + i})
    shop.settle(worker)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        told = answer.read().decode()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/ready") as answer:
        assert answer.status == 200
    assert worker.stop() == 0, worker.tail()
    return shop, sent, told


def put(shop, topic, value):
    shop.put(topic, json.dumps(value).encode(), b"key", TIME).get(timeout=30)


@pytest.fixture(scope="module")
def letters(poisoned):
    """(topic, partition, offset) → dead letter and its reason."""
    shop, *_ = poisoned
    found = {}
    for record in shop.read(["dead-letters"]):
        headers = dict(record.headers)
        assert {"error", "source-topic", "source-partition", "source-offset"} <= set(headers)
        source = headers["source-topic"].decode(), int(headers["source-partition"])
        place = *source, int(headers["source-offset"])
        assert place not in found
        found[place] = record, headers["error"].decode()
    return found


def test_every_bad_record_is_buried_as_it_came_and_nothing_else(poisoned, letters):
    _, sent, _ = poisoned
    places = {(m.topic, m.partition, m.offset): (key, raw) for m, _, key, raw, _ in sent}
    assert {place: r.key for place, (r, _) in letters.items()} == {
        place: key for place, (key, _) in places.items()
    }
    for place, (_, raw) in places.items():
        value = letters[place][0].value
        if len(raw or b"") < LARGEST_VALUE:
            assert value == raw
        else:
            assert b"xxxx" not in value, "it names a customer"


def test_the_reason_names_what_is_wrong(poisoned, letters):
    _, sent, _ = poisoned
    for metadata, topic, _, raw, reason in sent:
        _, error = letters[metadata.topic, metadata.partition, metadata.offset]
        assert error, (topic, raw)
        assert reason in error, (topic, (raw or b"")[:200], error)
        assert len(error) < 1000


def test_the_run_goes_on(poisoned):
    shop, *_ = poisoned
    changes = [json.loads(r.value) for r in shop.read(["price-changes"])]
    assert [c["price"] for c in changes] == [f"9.{i:02d}" for i in range(len(POISON))]


def test_metrics_count_what_was_read_refused_and_published(poisoned):
    shop, sent, told = poisoned
    counted = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(told)
        for sample in family.samples
    }
    refused = Counter(topic for _, topic, *_ in sent)
    for topic, number in refused.items():
        assert counted["pricetide_dead_letters_total", topic] == number
        assert counted["pricetide_input_records_total", topic] == len(shop.read([topic]))
        assert counted["pricetide_input_lag_records", topic] == 0
    assert counted["pricetide_dead_letters_total", "category-evidence"] == 0
    changes = len(shop.read(["price-changes"]))
    assert counted["pricetide_output_records_total", "price-changes"] == changes
    assert counted["pricetide_partitions",] == counted["pricetide_journal_partitions",]
    lags = [value for name, value in counted.items() if name[0] == "pricetide_journal_lag_records"]
    assert len(lags) == counted["pricetide_partitions",]
    assert counted["pricetide_journal_delay_seconds_count",] > 0
    stages = {name[1] for name in counted if name[0] == "pricetide_stage_seconds_count"}
    assert len(stages) == 7
    assert all(counted["pricetide_stage_seconds_count", stage] > 0 for stage in stages)
