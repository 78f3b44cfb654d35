"""Connections to a port of the worker's own: few, and none for long."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

#: Prometheus, a supervisor and a few people who look; each connection costs the worker memory.
MOST_CONNECTIONS = 32
#: Seconds after which a connection is closed, whatever it is doing: an answer takes milliseconds,
#: and who sends a request byte by byte holds a place that others need.
CONNECTION_SECONDS = 20.0


class Guarded:
    """Makes connections' protocols by `make`, within these limits."""

    def __init__(self, make: Callable[[], asyncio.Protocol]) -> None:
        self._make = make
        self.open = 0

    def connection(self) -> asyncio.Protocol:
        """A protocol for a new connection."""
        return _GuardedConnection(self, self._make())


class _GuardedConnection(asyncio.Protocol):
    """Hands everything on to the protocol inside, while the connection may stand."""

    def __init__(self, guarded: Guarded, inside: asyncio.Protocol) -> None:
        self._guarded = guarded
        self._inside = inside
        self._end: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection, or close it where there are too many."""
        assert isinstance(transport, asyncio.Transport)
        if self._guarded.open >= MOST_CONNECTIONS:
            transport.abort()
            return
        self._guarded.open += 1
        loop = asyncio.get_running_loop()
        self._end = loop.call_later(CONNECTION_SECONDS, transport.abort)
        self._inside.connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Make room."""
        if self._end is not None:
            self._end.cancel()
            self._guarded.open -= 1
            self._inside.connection_lost(error)

    def data_received(self, data: bytes) -> None:
        """Hand on."""
        if self._end is not None:
            self._inside.data_received(data)

    def eof_received(self) -> bool | None:
        """Hand on."""
        return self._inside.eof_received() if self._end is not None else None

    def pause_writing(self) -> None:
        """Hand on."""
        self._inside.pause_writing()

    def resume_writing(self) -> None:
        """Hand on."""
        self._inside.resume_writing()
