"""One dead letter that somebody mends by hand: what they see of it, and what is sent for it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, NamedTuple

import msgspec
from aiokafka import TopicPartition

from streams.configuration.settings import Settings
from streams.errors import InputError
from streams.ingest.dead_letters import TOPIC as DEAD_LETTERS
from streams.ingest.decoder import Decoder
from streams.ingest.hidden_names import LARGEST_SEARCHED, hide, may_name
from streams.kafka.kafka_record import Record
from streams.recording.entry import RecordingError
from streams.recording.observing import observing
from streams.redrive.letters import PutAside, letter_of
from streams.redrive.originals import WAIT_SECONDS, originals
from streams.redrive.sending import sent_before


class OpenedLetter(NamedTuple):
    """A letter, and the record that it stands for, None where that is gone.

    shown: the record's value as somebody may see and edit it, with hashes in place of names; None
        where it is no text, or too long to search for names. sent: whether it was sent before.
    """

    letter: PutAside
    record: Record | None
    shown: bytes | None
    sent: bool


async def opened(
    settings: Settings, partition: int, offset: int, decoder: Decoder
) -> OpenedLetter | None:
    """The letter at a place of `dead-letters`; None where there is none.

    RecordingError, TopicsError or KafkaError where Kafka cannot be read.
    """
    letter = await _letter(settings, partition, offset)
    if letter is None:
        return None
    try:
        sent = (await sent_before(settings)).holds(letter)
    except RecordingError:
        sent = False  # nothing ever was
    hashed, personal = decoder.border.customer.text, decoder.intake.personal
    record = None
    async for _, found in originals(settings, [letter], hashed, personal):
        record = found
    if record is None or decoder.intake.is_opaque(letter.topic, record.value):
        return OpenedLetter(letter, record, None, sent)
    return OpenedLetter(letter, record, shown(record.value, hashed, personal(letter.topic)), sent)


async def _letter(settings: Settings, partition: int, offset: int) -> PutAside | None:
    async with observing(settings, DEAD_LETTERS) as (reader, places):
        place = TopicPartition(DEAD_LETTERS, partition)
        if place not in places:
            return None
        reader.pause(*(each for each in places if each != place))
        ends = await reader.end_offsets([place])
        if not 0 <= offset < ends[place]:
            return None
        reader.seek(place, offset)
        wait_ms = int(WAIT_SECONDS * 1000)
        found = await reader.getmany(place, timeout_ms=wait_ms, max_records=1)
        for record in found.get(place, ()):
            if record.offset == offset:
                headers = dict(record.headers)
                return letter_of(record.key, record.value, record.timestamp, headers)
    return None


def shown(
    value: bytes | None, hashed: Callable[[str], str], also: Collection[str] = ()
) -> bytes | None:
    """A value as somebody may see it: text, with `hashed` of names in their place.

    >>> shown(b'{"customer_id": "Ada", "sku": "a"}', lambda name: "x")
    b'{"customer_id": "x", "sku": "a"}'
    """
    if value is None or len(value) > LARGEST_SEARCHED or b"\0" in value:
        return None
    try:
        value.decode()
    except UnicodeDecodeError:
        return None
    return hide(value, hashed, also) if may_name(value, also) else value


def mended_by_hand(opened: OpenedLetter, text: str) -> PutAside:
    """The letter as it is to be sent for an edited text: what was not changed is as it came.

    InputError where names are hidden in it, and the text is no JSON that could say where.
    """
    letter, record, before = opened.letter, opened.record, opened.shown
    now = text.replace("\r\n", "\n").encode()
    if record is None or before is None or _same(now, before):
        return letter
    value = now if before == record.value else _restored(now, before, record.value or b"")
    return letter._replace(key=record.key, value=value, time=record.timestamp, edited=True)


def changed_fields(opened: OpenedLetter, text: str) -> list[str]:
    """The names of the outermost fields that an edited text changes."""
    try:
        now = msgspec.json.decode(text, type=dict[str, Any])
        before = msgspec.json.decode(opened.shown or b"", type=dict[str, Any])
    except ValueError:
        return []
    absent = object()
    names = {**before, **now}
    return sorted(name for name in names if before.get(name, absent) != now.get(name, absent))


def _same(now: bytes, before: bytes) -> bool:
    try:
        return bool(msgspec.json.decode(now) == msgspec.json.decode(before))
    except ValueError:
        return now == before


def _restored(now: bytes, before: bytes, original: bytes) -> bytes:
    try:
        return bytes(_merged(msgspec.Raw(now), msgspec.Raw(before), msgspec.Raw(original)))
    except (ValueError, RecursionError):
        raise InputError(
            "names are hidden in it, which only sound JSON lets be put back: mend it as JSON, or"
            " with `pricetide redrive --from`"
        ) from None


def _merged(now: msgspec.Raw, before: msgspec.Raw, original: msgspec.Raw) -> msgspec.Raw:
    """`now`, with the original wherever it is as `before` was shown."""
    if msgspec.json.decode(now) == msgspec.json.decode(before):
        return original
    parts = [_parts(each) for each in (now, before, original)]
    if any(each is None for each in parts) or len({type(each) for each in parts}) > 1:
        return now
    mine, seen, came = parts
    if isinstance(mine, dict):
        made: Any = {
            name: _merged(value, seen[name], came[name]) if name in seen and name in came else value
            for name, value in mine.items()
        }
    else:
        same = len(mine) == len(seen) == len(came)
        made = [_merged(*each) for each in zip(*parts, strict=True)] if same else mine
    return msgspec.Raw(msgspec.json.encode(made))


def _parts(value: msgspec.Raw) -> Any:
    try:
        return msgspec.json.decode(value, type=dict[str, msgspec.Raw] | list[msgspec.Raw])
    except msgspec.ValidationError:
        return None
