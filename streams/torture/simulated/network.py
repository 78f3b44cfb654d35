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
        return self._draw.uniform(QUICK, COMMON) * self._weather.slowness

    def request(
        self, apply: Callable[[], Result], *, may_lose: bool = False
    ) -> asyncio.Future[Result]:
        """Have a broker do something; its answer, or what it raised.

        Where answers may get lost (KafkaTimeoutError), so may the request, with its connection
        (ConnectionResetError).
        """
        loop, draw = self._loop, self._draw
        answer: asyncio.Future[Result] = loop.create_future()
        lost = may_lose and draw.random() < self._weather.lost
        unheard = lost and draw.random() < 0.5
        self._arrived = max(
            self._arrived, loop.time() + self._way(), self._weather.away_until + self._way()
        )

        def arrive() -> None:
            result: Any = None
            error: Exception | None = None
            try:
                if not unheard:
                    result = apply()
            except Exception as raised:
                error = raised
            if lost:
                error = ConnectionResetError() if unheard else KafkaTimeoutError()
            self._answered = max(self._answered, loop.time() + self._way())
            loop.call_at(self._answered, give, result, error, context=Context())

        def give(result: Any, error: Exception | None) -> None:
            if answer.done():
                return
            if error is None:
                answer.set_result(result)
            else:
                answer.set_exception(error)

        loop.call_at(self._arrived, arrive, context=Context())
        return answer
