"""Events in, prices out."""

import itertools
import json
from collections import defaultdict
from decimal import Decimal

import pytest

from online_models.journal.batch import Kind
from schemas.values.instants import to_ms
from streams.journal import codec
from tests.integration.shop import traffic
from tests.integration.shop.journal_rows import rows
from tests.integration.shop.kafka_shop import INPUTS
from tests.integration.shop.truth import assert_exactly

pytestmark = pytest.mark.integration

DAY = 24 * 60 * traffic.MINUTE


@pytest.fixture(scope="module")
def priced(shop, start_worker):
    """A shop that has seen eight days of traffic, its worker stopped."""
    worker = start_worker("w0")
    shop.send(traffic.catalogue())
    events = traffic.events(2000, step=6 * traffic.MINUTE)
    # an offer is priced once a batch: a fast worker would take all days for one
    for _, of_a_day in itertools.groupby(events, key=lambda event: event.time // DAY):
        shop.send(of_a_day)
        shop.settle(worker)
    shop.wait(lambda: shop.number("demand-observations") >= len(traffic.SKUS), "observed", worker)
    assert worker.stop() == 0, worker.tail()
    return shop


@pytest.fixture(scope="module")
def records(priced):
    """Topic → the values of its records, parsed."""
    found = defaultdict(list)
    for output in priced.published():
        found[output.topic].append(json.loads(output.value))
    return found


@pytest.fixture(scope="module")
def batches(priced):
    return [codec.decode(value) for values in priced.journal().values() for value in values]


def test_outputs_are_what_the_fold_makes_of_the_journal(priced, expected):
    assert_exactly(priced.published(), expected())


def test_every_sound_event_reaches_the_journal_once(priced):
    found = [
        row
        for values in priced.journal().values()
        for row in rows(values)
        if row.kind in (Kind.ORDER, Kind.CLICK, Kind.COMPETITOR_PRICE)
    ]
    reached = defaultdict(set)
    for row in found:
        reached[row.source.topic_name, row.source.partition].add((row.offset, row.sku))
    sent = {
        source: {(record.offset, record.key.decode()) for record in of}
        for source, of in by_source(priced.read(["clickstream", "competitor-prices"])).items()
    }
    orders = {
        source: {(r.offset, line["sku"]) for r in of for line in json.loads(r.value)["lines"]}
        for source, of in by_source(priced.read(["orders"])).items()
    }
    assert reached == sent | orders
    assert len(found) == sum(map(len, reached.values()))


def by_source(records):
    found = defaultdict(list)
    for record in records:
        found[record.topic, record.partition].append(record)
    return found


def test_nothing_sound_is_a_dead_letter(priced):
    assert priced.read(["dead-letters"]) == []


def test_customers_stay_outside_the_journal(priced, batches):
    journal = b"".join(value for values in priced.journal().values() for value in values)
    # a topic's id is hexadecimal text, which may read as a customer's name by chance
    for topic in {source.topic for batch in batches for source in batch.sources}:
        journal = journal.replace(topic.encode(), b"")
    sent = {json.loads(r.value).get("customer_id") for r in priced.read(["orders"])}
    assert len(sent) > 50
    assert not any(customer.encode() in journal for customer in sent)


def test_revisions_rise_by_one_and_prices_chain(records):
    changes = defaultdict(list)
    for change in records["price-changes"]:
        changes[change["sku"], change["channel"]].append(change)
    assert sum(map(len, changes.values())) > 100
    for those in changes.values():
        assert [change["revision"] for change in those] == list(range(1, len(those) + 1))
        for before, after in itertools.pairwise(those):
            assert after["previous_price"] == before["price"]


def test_every_change_is_a_decision_and_its_explanation_leads_to_its_price(records):
    decisions = {decision["decision_id"]: decision for decision in records["price-decisions"]}
    assert len(decisions) == len(records["price-decisions"])
    for change in records["price-changes"]:
        decision = decisions[change["decision_id"]]
        assert decision["outcome"] in ("changed", "overridden")
        steps = decision["explanation"]
        assert [step["input"] for step in steps[1:]] == [step["output"] for step in steps[:-1]]
        assert steps[-1]["output"] == decision["price"] == change["price"]


def test_a_change_names_the_event_that_caused_it(priced, records):
    competitors = {(r.partition, r.offset): json.loads(r.value) for r in priced.read(INPUTS[1:2])}
    matched = [
        change
        for change in records["price-changes"]
        if change["reason"] == "match_competitor"
        and change["cause"]["topic"] == "competitor-prices"
    ]
    assert len(matched) > 5
    for change in matched:
        cause = competitors[change["cause"]["partition"], change["cause"]["offset"]]
        assert cause["sku"] == change["sku"]
        assert cause["time"] <= to_ms(change["time"])


def test_money_has_the_digits_of_its_currency(records):
    for change in records["price-changes"]:
        currency = traffic.currency(change["sku"])
        assert change["currency"] == currency
        assert -Decimal(change["price"]).as_tuple().exponent == traffic.DIGITS[currency]


def test_buckets_count_what_was_ordered(records):
    seen = {(o["sku"], o["channel"]) for o in records["demand-observations"]}
    assert len(seen) >= len(traffic.SKUS)
    assert sum(o["units"] for o in records["demand-observations"]) > 0
    assert sum(o["views"] for o in records["demand-observations"]) > 0
