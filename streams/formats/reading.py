"""Outputs read back as plain JSON, in whatever form they were written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from schemas.topics import TOPICS
from streams.configuration.settings import Settings
from streams.formats.intake import Converted, InputFormats
from streams.kafka.consumer import Consumer


def readable(settings: Settings, consumer: Consumer) -> Consumer:
    """The consumer, which from now on hands on what the pricer wrote as plain JSON.

    RegistryAwayError comes of its reading where a schema has to be asked for.
    """
    consumer.plain = _plain(InputFormats.of(settings))
    return consumer


def _plain(intake: InputFormats) -> Callable[[str, list[Any]], list[Any]]:
    def plain(topic: str, records: list[Any]) -> list[Any]:
        known = TOPICS.get(topic)
        if known is None or known.direction != "out" or topic == "dead-letters":
            return records
        taken = intake.convert(topic, records)
        return [
            replace(record, value=each.value, headers=()) if isinstance(each, Converted) else record
            for record, each in zip(records, taken, strict=True)
        ]

    return plain
