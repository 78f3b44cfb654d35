"""Records on the followed topics that nobody should write: what people see goes on."""

from __future__ import annotations

from random import Random

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from schemas.topics import TOPICS
from streams.torture.hostile.records import hostile_value
from streams.torture.hostile.values import Values, written
from streams.web.context import Context
from streams.web.pages.rendering import MENU
from streams.web.store.intake import take
from streams.web.store.intake.record import Taken
from tests.streams.web.conftest import START

FOLLOWED = sorted(take.TOPICS)
#: Of each topic, beside those with a number at an end of its range.
PER_TOPIC = 40
NAMES = ("hostile-0", "hostile-1")


def hostile(topic: str, number: int) -> list[bytes | None]:
    """Values for a topic, spoilt in every way that border and fold are tested with."""
    declared = TOPICS[topic]
    if declared.record is None:
        return [None, b"", b"\xff", b"[" * 5000]
    values = Values(declared.adapter.json_schema(), Random(1), NAMES)
    ends = tuple(values.ends())
    found = [written(end).encode("utf-8", "surrogatepass") for end in ends]
    draw = Random(2)
    if topic == "pricing-control":
        pause = b'{"kind":"pause","actor":"a","reason":"b","select":'
        found += [pause + b'{"skus":["' + b"a" * 9000 + b'"]}}', pause + b'{},"more":1e400}']
    return [*found, *(hostile_value(draw, values, ends) for _ in range(number))]


@pytest.mark.parametrize("topic", FOLLOWED)
def test_every_page_is_shown_whatever_a_topic_holds(
    topic: str, client: TestClient, context: Context, store: Engine
) -> None:
    records = [
        Taken(topic, 0, place, b"k", value, START)
        for place, value in enumerate(hostile(topic, PER_TOPIC), 100)
    ]
    take.take(store, records, {(topic, 0): 1000}, {})
    context.summary.renew()
    for path, _ in MENU:
        answer = client.get(path)
        assert answer.status_code == 200, path
    assert "Earl Grey" in client.get("/offers").text
