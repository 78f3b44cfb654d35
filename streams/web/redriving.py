"""Dead letters that people mend and send again: shown, checked, then sent by redrive's own code."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, TypeVar

import msgspec
from aiokafka.errors import KafkaError

from streams.errors import ExpectedError, InputError
from streams.ingest.decoder import Decoder
from streams.kafka.access import STEERING
from streams.redrive.by_hand import OpenedLetter, changed_fields, mended_by_hand, opened
from streams.redrive.letters import LetterFilter
from streams.redrive.run import RedriveReport, redrive
from streams.web.access.audit import last_of, take_back, unconfirmed, write_down
from streams.web.access.roles import Actor
from streams.web.api.problems import HttpProblem
from streams.web.border import border_for
from streams.web.context import Context

#: What the audit log calls it.
ACTION = "redrive"
#: How long Kafka may take for one letter.
PATIENCE_SECONDS = 30.0

T = TypeVar("T")


async def open_letter(context: Context, partition: int, offset: int) -> OpenedLetter:
    """A letter with what may be seen of it; an HttpProblem where it is gone."""
    decoder = Decoder.of(context.settings)
    found = await _asked(lambda: opened(context.settings, partition, offset, decoder))
    if found is None:
        raise HttpProblem(404, "The topic dead-letters holds no such letter, or no longer.")
    return found


async def check(context: Context, letter: OpenedLetter, text: str | None) -> str | None:
    """Why what would be sent is still refused, in the border's words; None where it is not.

    text: the value as it was edited; None sends it as it came.
    """
    return _problem(await _redriven(context, letter, text, send=False))


async def send_again(
    context: Context, actor: Actor, letter: OpenedLetter, text: str | None, reason: str
) -> None:
    """Send it, once; an HttpProblem says why it was not."""
    _refuse_around_four_eyes(context, letter)
    changed = [] if text is None else changed_fields(letter, text)
    # what cannot be written down is not sent
    entry = await asyncio.to_thread(
        write_down, context.store, actor.name, ACTION, place(letter), reason, {"changed": changed}
    )
    try:
        report = await _redriven(context, letter, text, send=True)
    except HttpProblem as problem:
        undo = unconfirmed if problem.status == 503 else take_back
        await asyncio.to_thread(undo, context.store, entry)
        raise
    why = _problem(report)
    if why is not None:
        await asyncio.to_thread(take_back, context.store, entry)
        raise HttpProblem(409 if report.before or report.gone else 422, why)


def place(letter: OpenedLetter) -> str:
    """Where the record came from."""
    held = letter.letter
    return target(held.topic, held.partition, held.offset)


def target(topic: str, partition: int | str, offset: int | str) -> str:
    """What the audit log calls a record."""
    return f"{topic}-{partition} offset {offset}"


def senders(context: Context, rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Of rows of dead letters: the place of each that was sent again from here → by whom."""
    names = ("source_topic", "source_partition", "source_offset")
    places = [target(*(row[name] for name in names)) for row in rows]
    return last_of(context.store, ACTION, places)


def _refuse_around_four_eyes(context: Context, letter: OpenedLetter) -> None:
    """A command that is mended and sent again would ask nobody else."""
    if context.rules.four_eyes and letter.letter.topic in STEERING:
        raise HttpProblem(
            403, "Four eyes are asked for: commands and policies are not sent again from here."
        )


async def _redriven(
    context: Context, letter: OpenedLetter, text: str | None, *, send: bool
) -> RedriveReport:
    try:
        wanted = letter.letter if text is None else mended_by_hand(letter, text)
    except InputError as error:
        raise HttpProblem(422, str(error)) from None
    decoder = await asyncio.to_thread(border_for, context, _event(wanted.value))
    return await _asked(
        lambda: redrive(context.settings, LetterFilter(), (), [wanted], send=send, decoder=decoder)
    )


def _event(value: bytes | None) -> list[dict[str, Any]]:
    try:
        return [msgspec.json.decode(value or b"", type=dict[str, Any])]
    except ValueError:
        return []


def _problem(report: RedriveReport) -> str | None:
    if report.before:
        return "It was sent again before; a record is sent once."
    for each in (*report.gone, *report.refused):
        # the place is known here
        return each.partition(": ")[2]
    return None


async def _asked(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """What Kafka answers. Clients may block while they connect: a thread has a loop for them."""

    async def in_time() -> T:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await work()

    try:
        return await asyncio.to_thread(asyncio.run, in_time())
    except (KafkaError, ExpectedError, OSError, TimeoutError) as error:
        raise HttpProblem(503, f"Kafka does not answer: {error}") from None
