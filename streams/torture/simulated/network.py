"""The way between a client and the brokers: slow, and not always there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextvars import Context, copy_context
from functools import partial
from random import Random
from typing import Any, TypeVar

from aiokafka.errors import KafkaTimeoutError

from streams.torture.simulated.cluster import Log
from streams.torture.simulated.loop import Loop

Result = TypeVar("Result")
#: Takes an answer: a result, or an error.
Heard = Callable[[Result, Exception | None], None]
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
        self._rung: asyncio.Future[bool] | None = None

    async def wait(self, logs: Iterable[Log], seconds: float) -> bool:
        """Until it rings, or for so many seconds; returns whether it rang."""
        rung = self._rung = self._loop.create_future()
        for log in logs:
            log.waiting[self] = None
        alarm = self._loop.call_later(seconds, self._be_silent)
        rang: bool = await rung
        alarm.cancel()
        return rang

    def ring(self) -> None:
        """Wake whoever waits."""
        if self._rung is not None and not self._rung.done():
            self._rung.set_result(True)

    def _be_silent(self) -> None:
        if self._rung is not None and not self._rung.done():
            self._rung.set_result(False)


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
        answer: asyncio.Future[Result] = asyncio.Future(loop=self._loop)
        self._send(apply, partial(_give, answer), self._loop.outside, may_lose=may_lose)
        return answer

    def ask(
        self, apply: Callable[[], Result], heard: Heard[Result], *, may_lose: bool = False
    ) -> None:
        """As `request`; `heard` is called with the answer in a turn of who asks."""
        self._send(apply, heard, copy_context(), may_lose=may_lose)

    def _send(
        self, apply: Callable[[], Any], heard: Heard[Any], context: Context, *, may_lose: bool
    ) -> None:
        loop, draw, weather = self._loop, self._draw.random, self._weather
        lost = may_lose and draw() < weather.lost
        unheard = lost and draw() < 0.5
        self._arrived = max(self._arrived, max(loop.now, weather.away_until) + self._way())
        arriving = (apply, heard, context, lost, unheard)
        loop.call_at(self._arrived, self._arrive, *arriving, context=loop.outside)

    def _arrive(
        self,
        apply: Callable[[], Any],
        heard: Heard[Any],
        context: Context,
        lost: bool,
        unheard: bool,
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
        loop.call_at(self._answered, heard, result, error, context=context)


def _give(answer: asyncio.Future[Any], result: Any, error: Exception | None) -> None:
    if answer.done():
        return
    if error is None:
        answer.set_result(result)
    else:
        answer.set_exception(error)
