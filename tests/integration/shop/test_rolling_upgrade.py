"""Two workers under load go over to the next release one after the other, and back is refused."""

import threading
from itertools import takewhile

import pytest

from online_models.persistence.versions import VERSION
from streams.kafka.app import FAILED
from streams.pricer.snapshots.codec import decode_part
from streams.pricer.snapshots.store import APP, OWNER, POSITION, REFUSAL, SETTINGS
from tests.integration.shop import traffic
from tests.integration.shop.truth import assert_exactly

pytestmark = pytest.mark.integration

NEXT = "tests.integration.shop.next_version_worker"
MOST_EVENTS, PER_SECOND = 60_000, 100
READY = "ready after"
ENDS_WITHIN = 120


def saved_versions(shop):
    """The versions of the newest snapshot of each partition."""
    newest = {}
    for record in shop.read(["pricing-snapshots"]):
        if record.key not in (POSITION, APP, SETTINGS, OWNER, REFUSAL):
            newest[record.partition] = decode_part(record.value).version
    return newest


def test_a_rolling_upgrade_under_load_loses_and_doubles_nothing(shop, start_worker, expected):
    old = [start_worker("w0"), start_worker("w1")]
    shop.send(traffic.catalogue())
    shop.settle(*old)
    enough = threading.Event()
    events = takewhile(lambda _: not enough.is_set(), traffic.events(MOST_EVENTS))
    load = threading.Thread(target=shop.send, args=(events, PER_SECOND))
    load.start()
    new = []
    for worker in old:
        assert worker.stop() == 0, worker.tail()
        said = len(worker.text())
        new.append(start_worker(worker.instance, module=NEXT))
        shop.wait(lambda at=said, w=new[-1]: READY in w.text()[at:], "ready", *new)
    assert load.is_alive(), "it went on without load"
    enough.set()
    load.join()
    shop.settle(*new)
    for worker in new:
        assert worker.stop() == 0, worker.tail()
    assert_exactly(shop.published(), expected())
    assert saved_versions(shop) == dict.fromkeys(range(shop.partitions), VERSION + 1)
    # and back
    said = len(old[0].text())
    old[0].start()
    assert old[0].process.wait(ENDS_WITHIN) == FAILED, old[0].tail()
    refusal = f"the newest snapshot is of version {VERSION + 1}, and this release reads"
    assert refusal in old[0].text()[said:]
