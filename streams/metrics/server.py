"""The worker's own HTTP port: /metrics for Prometheus, /live and /ready for a supervisor."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable
from typing import Any

from aiohttp import web
from mode import Service
from prometheus_client import REGISTRY
from prometheus_client.exposition import choose_encoder

from streams.metrics.address import address
from streams.metrics.connections import Guarded

#: Seconds for which the metrics are not encoded again.
FRESH_SECONDS = 0.5


def listen(where: str) -> socket.socket:
    """A socket that listens at "[HOST:]PORT".

    Raises
    ------
    OSError
        The port is taken, or the host is not this machine's.
    """
    host, port = address(where)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family)


class MetricsServer(Service):  # type: ignore[misc]
    """Answers from the worker's own event loop: who gets no answer looks at a stuck worker."""

    def __init__(self, listening: socket.socket, ready: Callable[[], bool], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._socket = listening
        app = web.Application()
        app.add_routes([web.get("/metrics", _Encoded().answer), web.get("/live", _live)])
        app.router.add_get("/ready", _answer_ready(ready))
        self._runner = web.AppRunner(app, access_log=None)
        self._server: asyncio.Server | None = None

    async def on_start(self) -> None:
        """Begin to answer."""
        await self._runner.setup()
        serve = self._runner.server
        assert serve is not None, "it is set up"
        guarded = Guarded(serve)
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(guarded.connection, sock=self._socket)

    async def on_stop(self) -> None:
        """Answer no more."""
        if self._server is not None:
            self._server.close()
        await self._runner.cleanup()


class _Encoded:
    """The metrics as text, which is made at most once in `FRESH_SECONDS`: it takes milliseconds of
    the worker's own time, however many ask.
    """

    def __init__(self) -> None:
        self._made: dict[str, tuple[float, bytes]] = {}

    async def answer(self, request: web.Request) -> web.Response:
        """Answer /metrics."""
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        now = time.monotonic()
        at, body = self._made.get(content_type, (-FRESH_SECONDS, b""))
        if now - at >= FRESH_SECONDS:
            body = encode(REGISTRY)
            self._made[content_type] = now, body
        return web.Response(body=body, headers={"Content-Type": content_type})


async def _live(_: web.Request) -> web.Response:
    return web.Response(text="live\n")


def _answer_ready(ready: Callable[[], bool]) -> Callable[[web.Request], Any]:
    async def answer(_: web.Request) -> web.Response:
        if ready():
            return web.Response(text="ready\n")
        return web.Response(text="not ready\n", status=503)

    return answer
