"""Keeps the broker's clock known, and says where this machine's disagrees: in the log, as a metric,
and as an alert.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Iterable
from typing import Any, Protocol

import msgspec

from schemas.values.instants import to_text
from streams.ingest.clock.broker_clock import BrokerClock
from streams.journal import TOPIC as JOURNAL
from streams.kafka.errors import UNANSWERED
from streams.kafka.producer import Producer
from streams.metrics.instruments import CLOCK_SKEW

logger = logging.getLogger(__name__)

TOPIC = "pricing-alerts"
KIND = "clock_disagrees"


class JournalWriter(Protocol):
    """What writes to the journal; its answers tell `clock` the time."""

    sent: list[asyncio.Future[Any]]

    async def ask_time(self) -> None:
        """Write a record without events."""

    async def arrive(self, sent: Iterable[asyncio.Future[Any]]) -> None:
        """Wait until what was sent is written, or something was not, which is raised."""


class ClockWatch:
    """Asks for the time before the first event is judged by it, and while clocks disagree; says
    when the machine's clock leaves the broker's, and when it is back.

    An alert that cannot be written is logged and left: it must not end the ingest.
    """

    def __init__(self, clock: BrokerClock, writer: JournalWriter, producer: Producer) -> None:
        self._clock = clock
        self._writer = writer
        self._producer = producer
        self._sending: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """Learn the broker's time."""
        await self._writer.ask_time()
        sent, self._writer.sent = self._writer.sent, []
        await self._writer.arrive(sent)
        if not self._clock.known:
            logger.warning(
                "%s keeps its producers' timestamps: a worker's wrong clock, or an event's, is not "
                "distinguished from a right one. Set message.timestamp.type=LogAppendTime on it",
                JOURNAL,
            )

    async def look(self) -> None:
        """Say what is new, and ask where that may help."""
        CLOCK_SKEW.set(self._clock.skew() / 1000)
        if self._clock.due():
            await self._writer.ask_time()
        if (message := self._clock.news()) is None:
            return
        logger.warning("%s", message)
        machine = socket.gethostname()
        value = {
            "kind": KIND,
            "severity": "info" if self._clock.agrees else "critical",
            "message": f"{machine}: {message}",
            "time": to_text(self._clock.now()),
            "details": {"machine": machine, "skew_seconds": round(self._clock.skew() / 1000)},
        }
        self._sending = asyncio.create_task(self._send(msgspec.json.encode(value)))

    async def _send(self, value: bytes) -> None:
        try:
            await self._producer.send_and_wait(TOPIC, value, key=KIND.encode())
        except UNANSWERED as error:
            logger.warning("no alert of the clock could be written: %r", error)
