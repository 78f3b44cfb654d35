"""How much of what producers sent the pricer can use, and what is wrong with the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from streams.formats.intake import Converted
from streams.ingest.dead_letters import describe
from streams.ingest.decoder import Decoder
from streams.ingest.order import as_given
from streams.kafka.kafka_record import KafkaRecord


class RefusedReason(NamedTuple):
    """A reason for which records are refused: how many, and where the first of them lies."""

    reason: str
    records: int
    first: str


class FeedReport(NamedTuple):
    """What was found.

    `example` is a converted record in the contract's form: the first that would be accepted, or
    the first of all where none would be.
    """

    records: int
    accepted: int
    refused: list[RefusedReason]
    example: Any


def check_feed(
    decoder: Decoder, records: Sequence[KafkaRecord], currencies: Mapping[str, str]
) -> FeedReport:
    """Decode records as ingest would, given the currencies of products by SKU."""
    decoder.border.currencies.of_sku.update(currencies)
    runs = as_given(records)
    dead = decoder.decode(runs).dead
    found: dict[str, list[str]] = {}
    for _, letter in dead:
        found.setdefault(letter.error, []).append(describe(letter))
    refused = [
        RefusedReason(reason, len(where), where[0].partition(": ")[0])
        for reason, where in found.items()
    ]
    refused.sort(key=lambda each: -each.records)
    places = {(letter.record.partition, letter.record.offset) for _, letter in dead}
    accepted_first = sorted(records, key=lambda each: (each.partition, each.offset) in places)
    example = _example(decoder, accepted_first)
    return FeedReport(len(records), len(records) - len(dead), refused, example)


def _example(decoder: Decoder, records: Sequence[KafkaRecord]) -> Any:
    for record in records:
        (taken,) = decoder.intake.convert(record.topic, [record])
        if isinstance(taken, Converted) and taken.value is not None:
            return msgspec.json.decode(taken.value)
    return None
