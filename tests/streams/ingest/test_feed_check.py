"""What is said of a feed before a worker reads it."""

from __future__ import annotations

import json
from typing import Any

from streams.configuration.settings import Settings
from streams.ingest.decoder import Decoder
from streams.ingest.feed_check import check_feed
from streams.recording.entry import Entry
from tests.streams.mapping.test_mapping import NATIVE, NOW

STRUCTURED = (("content-type", b"application/cloudevents+json"),)
ORDER: dict[str, Any] = NATIVE["orders"]


def sent(offset: int, order: dict[str, Any]) -> Entry:
    event = {"specversion": "1.0", "id": "1", "source": "/shop", "type": "x", "data": order}
    return Entry("orders", 0, offset, None, json.dumps(event).encode(), NOW, STRUCTURED)


def test_a_record_that_would_be_accepted_is_the_example() -> None:
    good = ORDER | {"order_id": "good"}
    bad = ORDER | {"order_id": "bad", "lines": "none"}
    report = check_feed(Decoder.of(Settings()), [sent(0, bad), sent(1, good)], {})
    assert (report.records, report.accepted) == (2, 1)
    assert [each.first for each in report.refused] == ["orders-0 offset 0"]
    assert report.example["order_id"] == "good"


def test_where_none_would_be_accepted_the_first_is_the_example() -> None:
    bad = [ORDER | {"order_id": name, "lines": "none"} for name in ("a", "b")]
    report = check_feed(Decoder.of(Settings()), [sent(i, order) for i, order in enumerate(bad)], {})
    assert (report.accepted, report.example["order_id"]) == (0, "a")
