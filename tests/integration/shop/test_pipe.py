"""`pricetide pipe` as a process: the same lines, the same bytes."""

import json
import subprocess
import sys
from collections import Counter

from tests.integration.shop import traffic

NEVER = [b"{bad", b"\xff\xfe", b'{"topic": "nope", "value": 1}', b'{"topic": "orders"}']


def lines():
    for event in [*traffic.catalogue(), *traffic.events(1500)]:
        yield b'{"topic":"%b","key":"%b","value":%b,"timestamp":%d}' % (
            event.topic.encode(),
            event.key.encode(),
            event.value,
            event.time,
        )
        if event.time % (60 * traffic.MINUTE) == 0:
            yield tick(event.time)
    yield from NEVER
    yield tick(traffic.START + 10 * 1440 * traffic.MINUTE)


def tick(time):
    value = {"kind": "tick", "time": time}
    return json.dumps({"topic": "pricing-control", "key": None, "value": value}).encode()


def pipe(given):
    done = subprocess.run(
        [sys.executable, "-m", "streams.cli", "pipe"], input=given, capture_output=True, timeout=120
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def test_two_runs_give_identical_bytes():
    given = b"\n".join(lines()) + b"\n"
    first = pipe(given)
    assert pipe(given) == first
    found = [json.loads(line) for line in first.splitlines()]
    topics = Counter(record["topic"] for record in found)
    assert topics["dead-letters"] == len(NEVER)
    assert topics["price-changes"] > 100
    assert topics["demand-observations"] > 100
    assert json.loads(given.splitlines()[-1]) == found[-1]
