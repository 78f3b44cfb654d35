"""Commands from the command line to the pricer."""

from __future__ import annotations

import argparse
import asyncio
import getpass
from collections.abc import Sequence
from typing import Any

import msgspec
from aiokafka.errors import KafkaError

from schemas.values.instants import to_ms
from streams.configuration.settings import Settings
from streams.kafka.admin import reach
from streams.kafka.clients import client, producer
from streams.steering.orders import TOPIC, now, order

Record = tuple[str | None, bytes]
#: Offsets at the end of a partition among which a decision is: transactions take some, too.
NEWEST = 50


def add_actor(parser: argparse.ArgumentParser, *, reason: bool = True) -> None:
    """The flags that every command has: who gives it, and why."""
    parser.add_argument(
        "--actor", default=_user(), metavar="NAME", help="who gives the order (default: you)"
    )
    parser.add_argument(
        "--at",
        metavar="TIME",
        help="event time of the order, RFC 3339 (default: now, or that of a shop played again)",
    )
    parser.add_argument("--reason", required=reason, metavar="TEXT", help="why; it is written down")


def add_selection(parser: argparse.ArgumentParser) -> None:
    """The flags that say which offers; without any it is the whole shop."""
    parser.add_argument("--sku", metavar="SKU", help="only this product")
    parser.add_argument("--channel", metavar="CHANNEL", help="only this channel")
    parser.add_argument("--category", metavar="PATH", help="only this category")


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "nobody"


def give(settings: Settings, options: argparse.Namespace, kind: str, **fields: Any) -> None:
    """Write one command, by `--actor` for `--reason`; InputError names the field that is wrong."""
    # a tick is to move the shop's time
    at = options.at or (now() if kind == "tick" else _time(settings))
    record = order(kind, options.actor, reason=options.reason, time=at, **fields)
    send(settings, [record])


def answer(settings: Settings, options: argparse.Namespace, kind: str) -> None:
    """Answer the proposals `options.decision_id`, all as of one time, in their order."""
    at = options.at or _time(settings)
    records = [
        order(kind, options.actor, decision_id=each, reason=options.reason, time=at)
        for each in options.decision_id
    ]
    send(settings, records)


def send(settings: Settings, records: Sequence[Record]) -> None:
    """Write commands to `pricing-control`, in their order; returns when Kafka has them."""
    # who is away is told of in one line
    reach(client(settings)).close()
    asyncio.run(_send(settings, records))
    print(f"sent to {TOPIC}: the pricer's next decision, or an alert, says what became of it")


def _time(settings: Settings) -> str:
    # who is away is told of in one line
    reach(client(settings)).close()
    return now(asyncio.run(_shop_time(settings)))


async def _shop_time(settings: Settings) -> int | None:
    """The event time of the newest decisions, ms; None where there are none to be read."""
    # loads NumPy and all formats, which a command with a time of its own does not need
    from streams.recording.decisions import TOPIC as DECISIONS
    from streams.recording.entry import RecordingError
    from streams.recording.observing import observing, up_to_now

    try:
        async with observing(settings, DECISIONS) as (reader, places):
            begins, ends = await reader.beginning_offsets(places), await reader.end_offsets(places)
            for place in places:
                reader.seek(place, max(begins[place], ends[place] - NEWEST))
            found = [record.value async for record in up_to_now(reader, places)]
        times = [to_ms(msgspec.json.decode(value, type=_Timed).time) for value in found]
    except (KafkaError, RecordingError, msgspec.MsgspecError):
        return None  # who may not read them orders as of now
    return max(times, default=None)


class _Timed(msgspec.Struct):
    time: str


async def _send(settings: Settings, records: Sequence[Record]) -> None:
    writer = producer(settings, enable_idempotence=True)
    try:
        await writer.start()
        for key, value in records:
            await writer.send(TOPIC, value, key=None if key is None else key.encode())
        await writer.flush()
    finally:
        await writer.stop()
