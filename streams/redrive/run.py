"""From letters to what is sent for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from schemas.topics import TOPICS
from streams.configuration.settings import Settings
from streams.ingest.decoder import Decoder
from streams.ingest.order import as_given
from streams.kafka.admin import provide_topics
from streams.kafka.clients import client, names
from streams.kafka.kafka_record import Record
from streams.recording.entry import RecordingError
from streams.redrive.letters import LetterFilter, PutAside, put_aside
from streams.redrive.mending import Mend, mended
from streams.redrive.originals import originals
from streams.redrive.sending import (
    AT_ONCE,
    NOTHING_SENT,
    TOPIC,
    Parcel,
    Redriver,
    SentBefore,
    sent_before,
)


@dataclass
class RedriveReport:
    """What was sent, or would be: by topic and reason; and what was not, and why."""

    parcels: int = 0
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    before: int = 0
    gone: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


async def redrive(
    settings: Settings,
    wanted: LetterFilter,
    mends: Sequence[Mend],
    given: Sequence[PutAside] | None = None,
    *,
    send: bool,
    decoder: Decoder | None = None,
) -> RedriveReport:
    """Send what is wanted again, or only find it: of the letters given, else of all.

    decoder: says what the border still refuses; one that knows the products says more.

    RecordingError, TopicsError or KafkaError where files or Kafka cannot be read.
    """
    outcome = RedriveReport()
    async with AsyncExitStack() as stack:
        redriver = None
        if send:
            wanted_topics = names(settings).of([TOPICS[TOPIC]])
            provide_topics(client(settings), wanted_topics, partitions=settings.partitions)
            redriver = await stack.enter_async_context(Redriver(settings))
        before = await _before(settings, send=send)
        found = await put_aside(settings) if given is None else given
        letters = []
        for letter in filter(wanted.fits, found):
            if before.holds(letter):
                outcome.before += 1
            else:
                letters.append(letter)
        decoder = decoder or Decoder.of(settings)
        parcels: list[Parcel] = []
        async for letter, record in _records(settings, letters, decoder):
            parcel = _parcel(letter, record, mends, outcome, decoder)
            if parcel is not None:
                parcels.append(parcel)
        # in the order in which they were put aside, as they would have come
        parcels.sort(key=lambda parcel: parcel.letter.time)
        for start in range(0, len(parcels) if redriver else 0, AT_ONCE):
            assert redriver is not None
            await redriver.send(parcels[start : start + AT_ONCE])
    outcome.parcels = len(parcels)
    outcome.reasons.update((p.letter.topic, p.letter.reason) for p in parcels)
    return outcome


async def _before(settings: Settings, *, send: bool) -> SentBefore:
    """What was sent before; who only looks may do so where nothing ever was."""
    try:
        return await sent_before(settings)
    except RecordingError:
        if send:
            raise
        return NOTHING_SENT


async def _records(
    settings: Settings, letters: Sequence[PutAside], decoder: Decoder
) -> AsyncIterator[tuple[PutAside, Record | None]]:
    """Each letter with what it stands for, None where that is gone."""
    for letter in letters:
        if letter.edited:
            place = letter.topic, letter.partition, letter.offset
            yield letter, Record(*place, letter.key, letter.value, letter.time)
    rest = [letter for letter in letters if not letter.edited]
    if rest:
        hashed = decoder.border.customer.text
        async for pair in originals(settings, rest, hashed, decoder.intake.personal):
            yield pair


def _parcel(
    letter: PutAside,
    record: Record | None,
    mends: Sequence[Mend],
    outcome: RedriveReport,
    decoder: Decoder,
) -> Parcel | None:
    place = f"{letter.topic}-{letter.partition} offset {letter.offset}"
    if record is None:
        outcome.gone.append(f"{place}: {_why_gone(letter)}")
        return None
    value = record.value
    if mends and value is not None:
        value = mended(value, mends)
        if value is None:
            outcome.refused.append(f"{place}: it is no JSON with these fields")
            return None
    record, before = record._replace(value=value), record.value
    # the border's own word, as far as its products allow
    for _, refused in decoder.decode(as_given([record])).dead:
        outcome.refused.append(f"{place}: {refused.error}")
        return None
    return Parcel(letter, record, letter.edited or value != before)


def _why_gone(letter: PutAside) -> str:
    gone = "its topic no longer holds it"
    if not letter.kept:
        return gone
    if not letter.whole:
        return f"{gone}, and its letter keeps the first bytes alone"
    return f"{gone}, and its letter has hashes in place of names"
