"""Records as aiokafka's parser made them, without the dataclass that it wraps each of them in."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.consumer.fetcher import FetchResult


class _Parsed(OrderedDict[Any, Any]):
    """What was fetched of each partition, made to hand on its records as they are."""

    def __setitem__(self, tp: Any, fetched: Any) -> None:
        if isinstance(fetched, FetchResult):
            fetched._partition_records._consumer_record = _itself
        super().__setitem__(tp, fetched)


def _itself(_tp: Any, record: Any) -> Any:
    return record


def hand_on_parsed(consumer: AIOKafkaConsumer) -> None:
    """Let a started consumer's `getmany` give bare records, which know their offset, timestamp, key
    and value, but not their topic: that is the key under which they come.

    A `ConsumerRecord` has eleven fields and costs more than all else until the JSON is read.
    """
    fetcher = consumer._fetcher
    fetcher._records = _Parsed(fetcher._records)
