"""The tools over HTTP, behind the console's gate: its tokens, its host names, its limits."""

from __future__ import annotations

import sys

from mcp.server.transport_security import TransportSecuritySettings
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from streams.stopping import when_stopped
from streams.web.access.gate import Gate
from streams.web.access.roles import Actor
from streams.web.api.problems import answer
from streams.web.assistant.server import tools
from streams.web.context import Context
from streams.web.http_server import HttpServer

NOBODY = Actor("nobody", frozenset(), "local")


class _Lookers:
    """Lets those through who may look."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An ASGI application."""
        if scope["type"] == "http":
            actor: Actor | None = scope["state"]["actor"]
            if actor is None or not actor.may("look"):
                await PlainTextResponse("This needs the role look.", 403)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def application(context: Context) -> ASGIApp:
    """The tools at /mcp."""
    # the gate looks at the host's name, for other paths, too
    unguarded = TransportSecuritySettings(enable_dns_rebinding_protection=False)
    served = tools(context, NOBODY).streamable_http_app(
        stateless_http=True, json_response=True, transport_security=unguarded
    )
    return Gate(
        _Lookers(served),
        store=context.store,
        rules=context.rules,
        refuse=lambda _, status, why: answer(status, why),
    )


async def serve(context: Context, host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM; says where once it listens.

    ExpectedError where the port cannot be had.
    """
    server = HttpServer(application(context), host, port)
    when_stopped(lambda: setattr(server, "should_exit", True))
    print(f"mcp {server.address}/mcp", file=sys.stderr, flush=True)
    await server.listen()
