"""A journal that is not what it was: the worker stops rather than make prices up."""

import time

import pytest
from kafka import KafkaProducer, TopicPartition

from online_models.journal.batch import BatchBuilder, Kind
from streams.journal import codec
from streams.kafka.app import FAILED
from tests.integration.shop import traffic
from tests.integration.shop.kafka_shop import JOURNAL

pytestmark = pytest.mark.integration

ENDS_WITHIN = 120


def tick(now):
    rows = BatchBuilder()
    rows.add(Kind.TICK, now)
    return codec.encode(rows.batch())


def test_a_hole_in_the_journal_ends_the_worker_after_all_before_it_is_published(shop, start_worker):
    worker = start_worker("w0", "--role", "price")
    for partition in range(shop.partitions):
        shop.put_to(JOURNAL, partition, tick(traffic.START))
    shop.priced(worker)
    alien = KafkaProducer(bootstrap_servers=shop.bootstrap, transactional_id="alien")
    alien.init_transactions()
    alien.begin_transaction()
    alien.send(JOURNAL, tick(traffic.START + 1), partition=0)
    alien.commit_transaction()  # its end takes an offset that no record has, a moment later
    alien.close()
    while shop.ends([JOURNAL])[TopicPartition(JOURNAL, 0)] < 3:
        time.sleep(0.05)
    for partition in range(shop.partitions):
        shop.put_to(JOURNAL, partition, tick(traffic.START + 2))
    assert worker.process.wait(ENDS_WITHIN) == FAILED, worker.tail()
    assert "has no record 2 any more (next is 3)" in worker.text()
    # nor does it go on after a restart
    worker.start()
    assert worker.process.wait(ENDS_WITHIN) == FAILED, worker.tail()


def test_a_journal_cut_off_before_the_snapshot_ends_the_worker(shop, start_worker):
    shop.recreate([JOURNAL, "pricing-snapshots"])
    worker = start_worker(
        "w1", "--role", "price", PRICETIDE_APP="cut", PRICETIDE_SNAPSHOT_SECONDS="3600"
    )
    for later in range(3):
        for partition in range(shop.partitions):
            shop.put_to(JOURNAL, partition, tick(traffic.START + later))
    shop.priced(worker, app="cut")
    worker.kill()
    shop.delete_before({TopicPartition(JOURNAL, 0): 2})
    said = len(worker.text())
    worker.start()
    assert worker.process.wait(ENDS_WITHIN) == FAILED, worker.tail()
    assert "has no record 0 any more" in worker.text()[said:]


def test_a_second_app_stops_at_the_claim_of_the_first(shop, start_worker):
    shop.recreate([JOURNAL, "pricing-snapshots"])
    first = start_worker("w2", "--role", "price", PRICETIDE_APP="first")
    for partition in range(shop.partitions):
        shop.put_to(JOURNAL, partition, tick(traffic.START))
    shop.priced(first, app="first")
    second = start_worker("w3", "--role", "price", PRICETIDE_APP="second")
    assert second.process.wait(ENDS_WITHIN) == FAILED, second.tail()
    assert "is priced by the app 'first'" in second.text()
    assert first.stop() == 0, first.tail()
    # the claim stands beside the snapshot, too
    second.start()
    assert second.process.wait(ENDS_WITHIN) == FAILED, second.tail()


def test_a_journal_made_anew_ends_the_worker(shop, start_worker):
    worker = start_worker("w4", "--role", "price", PRICETIDE_APP="first")
    for partition in range(shop.partitions):
        shop.put_to(JOURNAL, partition, tick(traffic.START + 1))
    shop.priced(worker, app="first")
    assert worker.stop() == 0, worker.tail()
    shop.recreate([JOURNAL])
    said = len(worker.text())
    worker.start()
    assert worker.process.wait(ENDS_WITHIN) == FAILED, worker.tail()
    assert "deleted and made anew" in worker.text()[said:]
