"""What every request passes: its host, its size, who asks, how often, whether a page of ours sent
it, and whether its texts are such as can be kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from sqlalchemy import Engine
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from streams.web.access.identity import COOKIE, identified
from streams.web.access.limits import LARGEST_BATCH, LARGEST_BODY, RateLimit
from streams.web.access.rules import AccessRules
from streams.web.access.whole_texts import nul_in_address, nul_in_body, whole

SAFE = ("GET", "HEAD", "OPTIONS")
EVENTS = "/api/v1/events/"
#: A supervisor asks these without a name, and a browser the rest before it has one.
FREE = ("/live", "/ready", "/login", "/static/")
#: Pages load nothing from anywhere, and nobody may frame them.
HEADERS = (
    (
        b"content-security-policy",
        b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        b"connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    ),
    (b"referrer-policy", b"same-origin"),
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
NUL = 400, "A text of the request holds the character NUL."
Refuse = Callable[[Scope, int, str], ASGIApp]


class Gate:
    """Lets a request through to the application, with its actor in `scope["state"]["actor"]`.

    `refuse(scope, status, why)` makes the answer of a request that is not let through.
    """

    def __init__(self, app: ASGIApp, store: Engine, rules: AccessRules, refuse: Refuse) -> None:
        self._app = app
        self._store = store
        self._rules = rules
        self._refuse = refuse
        self._rate = RateLimit()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An ASGI application."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        send = _with_headers(send, scope["path"])
        scope.setdefault("state", {})["actor"] = None
        refusal = await self._refusal(scope)
        if refusal is not None:
            await self._refuse(scope, *refusal)(scope, receive, send)
            return
        if nul_in_address(scope):
            await self._refuse(scope, *NUL)(scope, receive, send)
            return
        if scope["path"].startswith(EVENTS):
            # events may hold what they hold: they go to Kafka as they are
            await self._app(scope, _limited(receive, LARGEST_BATCH), send)
            return
        receive = _limited(receive, LARGEST_BODY)
        if scope["method"] not in SAFE:
            body, receive = await whole(receive)
            if nul_in_body(body, _headers(scope).get("content-type", "")):
                await self._refuse(scope, *NUL)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    async def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        headers = _headers(scope)
        host = headers.get("host", "")
        if _name_of(host) not in self._rules.hosts:
            return 421, "This console does not answer to that host name."
        most = LARGEST_BATCH if scope["path"].startswith(EVENTS) else LARGEST_BODY
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > most:
            return 413, f"A request may have {most:,} bytes."
        peer = scope["client"][0] if scope.get("client") else ""
        if not self._rate.admits(peer) and not scope["path"].startswith("/static/"):
            return 429, "Too many requests: wait a second."
        actor = await asyncio.to_thread(
            identified, self._store, self._rules, headers, _cookie(headers), peer
        )
        scope["state"]["actor"] = actor
        if actor is None and not scope["path"].startswith(FREE):
            return 401, "Who asks? Send a token: Authorization: Bearer TOKEN."
        by_itself = actor is None or actor.by != "token"
        if scope["method"] not in SAFE and by_itself and not _from_here(headers, host):
            return 403, "The request came from another site."
        return None


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1"): text.decode("latin-1") for name, text in scope["headers"]}


def _from_here(headers: dict[str, str], host: str) -> bool:
    """Whether a page of this console sent it. What sends neither header is no browser."""
    site = headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == host


def _name_of(host: str) -> str:
    return host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() else host


def _cookie(headers: dict[str, str]) -> str | None:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return None
    return None if found is None else found.value


def _limited(receive: Receive, most: int) -> Receive:
    """Of a body that does not say its length, no more than `most` bytes."""
    taken = 0

    async def limited() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        return message if taken <= most else {"type": "http.disconnect"}

    return limited


def _with_headers(send: Send, path: str) -> Callable[[Message], Awaitable[None]]:
    kept = b"max-age=3600" if path.startswith("/static/") else b"no-store"

    async def with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [
                *message.get("headers", ()),
                *HEADERS,
                (b"cache-control", kept),
            ]
        await send(message)

    return with_headers
