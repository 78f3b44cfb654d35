"""The worker's own HTTP port: /metrics for Prometheus, /live and /ready for a supervisor."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

from aiohttp import web
from mode import Service
from prometheus_client import REGISTRY
from prometheus_client.exposition import choose_encoder

from streams.metrics.address import address


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
        app.add_routes([web.get("/metrics", _metrics), web.get("/live", _live)])
        app.router.add_get("/ready", _answer_ready(ready))
        self._runner = web.AppRunner(app, access_log=None)

    async def on_start(self) -> None:
        """Begin to answer."""
        await self._runner.setup()
        await web.SockSite(self._runner, self._socket).start()

    async def on_stop(self) -> None:
        """Answer no more."""
        await self._runner.cleanup()


async def _metrics(request: web.Request) -> web.Response:
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    return web.Response(body=encode(REGISTRY), headers={"Content-Type": content_type})


async def _live(_: web.Request) -> web.Response:
    return web.Response(text="live\n")


def _answer_ready(ready: Callable[[], bool]) -> Callable[[web.Request], Any]:
    async def answer(_: web.Request) -> web.Response:
        if ready():
            return web.Response(text="ready\n")
        return web.Response(text="not ready\n", status=503)

    return answer
