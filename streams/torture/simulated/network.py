"""The way between a client and the brokers: slow, and not always there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextvars import Context
from random import Random
from typing import Any, TypeVar

from aiokafka.errors import KafkaTimeoutError

from streams.torture.simulated.cluster import Log
from streams.torture.simulated.loop import Loop

Result = TypeVar("Result")
#: Seconds of the quickest way, and of a common one.
QUICK, COMMON = 0.0002, 0.004
SPREAD = COMMON - QUICK


class Weather:
    """How it goes between everybody and the brokers just now."""

    def __init__(self) -> None:
        #: How many times longer ways take, and the share of requests whose answer never comes.
        self.slowness = 1.0
        self.lost = 0.0
        #: Brokers answer nobody before this time.
        self.away_until = 0.0


class Bell:
    """Rings when one of some logs has more to read."""

    def __init__(self, loop: Loop) -> None:
        self._loop = loop
        self._rung: asyncio.Future[None] | None = None

    async def wait(self, logs: Iterable[Log], seconds: float) -> None:
        """Until it rings, or for so many seconds."""
        rung = self._rung = self._loop.create_future()
        for log in logs:
            log.waiting.append(self.ring)
        alarm = self._loop.call_later(seconds, self.ring)
        await rung
        alarm.cancel()

    def ring(self) -> None:
        """Wake whoever waits."""
        if self._rung is not None and not self._rung.done():
            self._rung.set_result(None)


class Connection:
    """A client's requests arrive in their order, also after its death."""

    def __init__(self, loop: Loop, draw: Random, weather: Weather) -> None:
        self._loop = loop
        self._draw = draw
        self._weather = weather
        self._arrived = self._answered = 0.0

    def _way(self) -> float:
        return (QUICK + SPREAD * self._draw.random()) * self._weather.slowness

    def request(
        self, apply: Callable[[], Result], *, may_lose: bool = False
    ) -> asyncio.Future[Result]:
        """Have a broker do something; its answer, or what it raised.

        Where answers may get lost (KafkaTimeoutError), so may the request, with its connection
        (ConnectionResetError).
        """
        loop, draw, weather = self._loop, self._draw.random, self._weather
        answer: asyncio.Future[Result] = asyncio.Future(loop=loop)
        lost = may_lose and draw() < weather.lost
        unheard = lost and draw() < 0.5
        way, other = self._way(), self._way()
        self._arrived = max(self._arrived, loop.now + way, weather.away_until + other)
        loop.call_at(self._arrived, self._arrive, apply, answer, lost, unheard, context=Context())
        return answer

    def _arrive(
        self, apply: Callable[[], Any], answer: asyncio.Future[Any], lost: bool, unheard: bool
    ) -> None:
        result: Any = None
        error: Exception | None = None
        try:
            if not unheard:
                result = apply()
        except Exception as raised:
            error = raised
        if lost:
            error = ConnectionResetError() if unheard else KafkaTimeoutError()
        loop = self._loop
        self._answered = max(self._answered, loop.now + self._way())
        loop.call_at(self._answered, _give, answer, result, error, context=Context())


def _give(answer: asyncio.Future[Any], result: Any, error: Exception | None) -> None:
    if answer.done():
        return
    if error is None:
        answer.set_result(result)
    else:
        answer.set_exception(error)
