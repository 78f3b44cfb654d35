"""Training reads of the topics what its window holds, and finds the same there as in all of it."""

import asyncio
import json

import pytest
from aiokafka import AIOKafkaProducer

from schemas.values.instants import DAY, to_text
from streams import cli
from streams.configuration.settings import Settings
from streams.recording import Recording
from streams.trainer import source, store
from streams.trainer.source import newest

pytestmark = pytest.mark.integration

#: Midnight some time ago: a worker's transactions are as old as its records.
TODAY = 19_723 * DAY
DAYS, WINDOW, OFFERS, PARTITIONS = 400, 60, 6, 3


def observation(offer, day):
    return {
        "sku": f"s{offer}",
        "channel": "web",
        "bucket_start": to_text(TODAY + (day - 1) * DAY),
        "bucket_end": to_text(TODAY + day * DAY),
        "units": (offer * 7 + day * 3) % 11,
        "views": 0,
        "price": "9.99",
        "stocked_out": False,
    }


def past():
    """Days up to now; the last two offers ended long ago, so that one partition has no news."""
    for day in range(-DAYS, 1):
        for offer in range(OFFERS):
            if offer % PARTITIONS != 2 or day < -2 * WINDOW:
                yield {
                    "value": json.dumps(observation(offer, day)).encode(),
                    "key": b"s%d" % offer,
                    "partition": offer % PARTITIONS,
                    "timestamp_ms": TODAY + day * DAY,
                }


async def aborted(bootstrap, partitions, count):
    """Many records that a crashed pricer never committed, of days that are yet to come."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, transactional_id="crashed")
    await producer.start()
    for number in range(count):
        await producer.begin_transaction()
        for partition in range(partitions):
            value = json.dumps(observation(0, 50 + number)).encode()
            when = TODAY + (50 + number) * DAY
            await producer.send(source.OBSERVATIONS, value, partition=partition, timestamp_ms=when)
        await producer.abort_transaction()
    await producer.stop()


@pytest.fixture
def kafka(fresh_broker, create_topics, produce):
    bootstrap = fresh_broker.bootstrap
    keep = {"retention.ms": "-1"}
    create_topics(bootstrap, [source.OBSERVATIONS, source.PRODUCTS], PARTITIONS, **keep)
    product = {"sku": "s1", "name": "Tea", "currency": "EUR", "price": "9.99", "category": "tea"}
    produce(bootstrap, source.PRODUCTS, [{"value": json.dumps(product).encode(), "key": b"s1",
                                          "timestamp_ms": TODAY - DAYS * DAY}])  # fmt: skip
    return Settings(bootstrap=bootstrap)


def dataset(paths, settings, days, folder):
    return source.dataset(source.panel_of(paths, settings, days, folder), days)


def test_no_more_is_read_than_the_window_and_it_trains_alike(kafka, produce, tmp_path):
    produce(kafka.bootstrap, source.OBSERVATIONS, past())
    asyncio.run(aborted(kafka.bootstrap, PARTITIONS, 120))
    assert asyncio.run(newest(kafka, source.OBSERVATIONS)) == TODAY
    found = Recording(source.recorded(kafka, WINDOW, tmp_path / "window"))
    assert found.topics == {source.OBSERVATIONS: 4 * WINDOW, source.PRODUCTS: 1}
    whole = source.recorded(kafka, None, tmp_path / "whole")
    assert Recording(whole).topics[source.OBSERVATIONS] == len(list(past()))
    live = dataset([], kafka, WINDOW, tmp_path)
    assert len(live) == 4 * (WINDOW - source.WARM_UP)
    assert store.fingerprint(live) == store.fingerprint(dataset(whole, kafka, WINDOW, tmp_path))
    assert not (tmp_path / "recorded").exists()


def test_an_empty_topic_has_no_newest_record_and_nothing_to_learn(kafka, tmp_path):
    assert asyncio.run(newest(kafka, source.OBSERVATIONS)) is None
    with pytest.raises(source.NothingToLearn, match="no records of demand-observations"):
        dataset([], kafka, WINDOW, tmp_path)


def test_what_is_trained_says_curves_of_all_that_is_on_sale(
    kafka, create_topics, produce, read_all, tmp_path
):
    produce(kafka.bootstrap, source.OBSERVATIONS, past())
    create_topics(kafka.bootstrap, ["demand-forecasts"], PARTITIONS)
    arguments = ["train", "--bootstrap", kafka.bootstrap, "--models", "tree", "--folds", "1"]
    arguments += ["--days", str(WINDOW), "--processes", "1", "--out", str(tmp_path)]
    assert cli.main(arguments) == 0
    said = [json.loads(r.value) for r in read_all(kafka.bootstrap, "demand-forecasts")]
    assert sorted(each["sku"] for each in said) == ["s0", "s1", "s3", "s4"]
    assert {each["model"] for each in said} == {"tree"}
    assert {each["bucket_start"] for each in said} == {to_text(TODAY + DAY)}
    assert cli.main([*arguments, "--forecast"]) == 0
    again = [json.loads(r.value) for r in read_all(kafka.bootstrap, "demand-forecasts")]
    assert sorted(each["sku"] for each in again) == sorted(2 * ["s0", "s1", "s3", "s4"])
