"""The rights of a role cover what its part of the worker does."""

from __future__ import annotations

from streams.ingest.decoder import INPUTS
from streams.kafka.access import INGESTED


def test_ingest_may_read_every_topic_that_it_decodes() -> None:
    assert set(INGESTED) == INPUTS
