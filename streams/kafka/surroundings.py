"""What a worker's shell asks of the world outside it: Kafka's clients, the time, other threads, and
its own end.

The shell asks for them here and nowhere else, so that the same code runs in a world that is made up
(`streams/torture/simulated`), where time passes as fast as it can be computed.
"""

from __future__ import annotations

import asyncio
import os
import time
import uuid
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from functools import cached_property
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

if TYPE_CHECKING:
    from kafka import KafkaAdminClient

    from online_models.fold.fold import Fold
    from streams.kafka.consumer import Consumer
    from streams.kafka.names import TopicNames
    from streams.kafka.producer import Producer

Result = TypeVar("Result")


class Surroundings:
    """The real world; who asks for no client of Kafka, or for nothing that prices, loads none."""

    @cached_property
    def fold(self) -> type[Fold]:
        """What prices."""
        from online_models.fold.fold import Fold

        return Fold

    def consumer(self, *topics: str, names: TopicNames | None = None, **options: Any) -> Consumer:
        """A consumer that is not started yet; `names` are what the topics are called there."""
        from streams.kafka.consumer import Consumer
        from streams.kafka.names import OWN_NAMES

        return Consumer(names or OWN_NAMES, *topics, **options)

    def producer(self, names: TopicNames | None = None, **options: Any) -> Producer:
        """A producer that is not started yet."""
        from streams.kafka.names import OWN_NAMES
        from streams.kafka.producer import Producer

        return Producer(names or OWN_NAMES, **options)

    def admin(self, options: Mapping[str, Any], /) -> KafkaAdminClient:
        """An administrator; TopicsError where no Kafka answers."""
        from streams.kafka.admin import reach

        return reach(options)

    def monotonic(self) -> float:
        """Seconds of a clock that nobody sets."""
        return time.monotonic()

    def wall_ms(self) -> int:
        """The wall clock, ms since the epoch."""
        return time.time_ns() // 1_000_000

    def unique(self) -> str:
        """A name that nobody else has, or ever had."""
        return uuid.uuid4().hex

    def in_thread(self, work: Callable[..., Result], *arguments: Any) -> asyncio.Future[Result]:
        """Do something beside the event loop."""
        return asyncio.get_running_loop().run_in_executor(None, work, *arguments)

    def end(self, status: int) -> NoReturn:
        """End the process at once."""
        os._exit(status)


CURRENT: ContextVar[Surroundings] = ContextVar("CURRENT", default=Surroundings())  # noqa: B039


def surroundings() -> Surroundings:
    """Those of whoever asks."""
    return CURRENT.get()


def monotonic() -> float:
    """Seconds of a clock that nobody sets."""
    return CURRENT.get().monotonic()
