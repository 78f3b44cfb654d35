"""The console's paths: pages for people, and the same as JSON under /api."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
from aiohttp import web

from streams.configuration.settings import Settings
from streams.errors import ExpectedError
from streams.web import pages
from streams.web.board import Board, Offer
from streams.web.feed import Feed

Query = Mapping[str, str]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

BOARD: web.AppKey[Board] = web.AppKey("board", Board)
#: This machine alone, unless another address is given.
HOST = "127.0.0.1"
#: Pages load nothing from anywhere, and nobody may frame them.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def application(board: Board) -> web.Application:
    """Serves what is on the board, and changes nothing."""
    app = web.Application()
    app[BOARD] = board
    app.add_routes(
        [
            web.get("/", _page(lambda board, _: pages.overview(board))),
            web.get("/offers", _page(lambda board, query: pages.offers(board, query.get("q", "")))),
            web.get("/offer", _page(_offer)),
            web.get("/decision", _page(_decision)),
            web.get("/alerts", _page(lambda board, _: pages.alerts(board))),
            web.get("/dead-letters", _page(lambda board, _: pages.dead_letters(board))),
            web.get("/api/summary", _api(lambda board, _: board.summary())),
            web.get("/api/offers", _api(_all_offers)),
            web.get("/api/offer", _api(_one_offer)),
            web.get("/api/decision", _api(_one_decision)),
            web.get("/api/alerts", _api(lambda board, _: list(board.alerts))),
            web.get("/api/dead-letters", _api(lambda board, _: list(board.dead))),
        ]
    )
    return app


def _page(render: Callable[[Board, Query], str]) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        try:
            text, status = render(request.app[BOARD], request.query), 200
        except LookupError as error:
            text, status = pages.missing(str(error.args[0])), 404
        return web.Response(text=text, status=status, content_type="text/html", headers=HEADERS)

    return handle


def _api(find: Callable[[Board, Query], Any]) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        try:
            value, status = find(request.app[BOARD], request.query), 200
        except LookupError as error:
            value, status = {"error": str(error.args[0])}, 404
        body = msgspec.json.encode(value)
        return web.Response(
            body=body, status=status, content_type="application/json", headers=HEADERS
        )

    return handle


def _offer(board: Board, query: Query) -> str:
    return pages.offer(_wanted(board, query))


def _decision(board: Board, query: Query) -> str:
    return pages.decision(_one_decision(board, query))


def _all_offers(board: Board, _: Query) -> list[dict[str, Any]]:
    return [_summary(offer) for _, offer in sorted(board.offers.items())]


def _one_offer(board: Board, query: Query) -> dict[str, Any]:
    found = _wanted(board, query)
    changes = [{"time": at, "price": price} for at, price in found.changes]
    return _summary(found) | {"changes": changes, "decisions": list(found.decisions)}


def _one_decision(board: Board, query: Query) -> dict[str, Any]:
    found = board.decision(query.get("id", ""))
    if found is None:
        raise LookupError("No such decision, or one too old for the console: ask pricetide explain")
    return found


def _wanted(board: Board, query: Query) -> Offer:
    found = board.offers.get((query.get("sku", ""), query.get("channel", "web")))
    if found is None:
        raise LookupError("No price of this offer has been decided yet")
    return found


def _summary(offer: Offer) -> dict[str, Any]:
    return {
        "sku": offer.sku,
        "channel": offer.channel,
        "price": offer.price,
        "currency": offer.currency,
        "changed": offer.changes[-1][0] if offer.changes else None,
        "proposal": None if offer.waiting is None else offer.waiting["decision_id"],
    }


async def serve(host: str, port: int, settings: Settings) -> None:
    """Serve what the output topics hold, until SIGINT or SIGTERM; says where once it listens.

    ExpectedError where the port cannot be had, RecordingError where a topic is missing.
    """
    board = Board()
    runner = web.AppRunner(application(board), access_log=None)
    await runner.setup()
    following = asyncio.create_task(Feed(settings, board).run())
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, following.cancel)
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except (OSError, OverflowError) as error:
            raise ExpectedError(f"cannot listen on {host}:{port}: {error}") from None
        print(f"console http://{host}:{runner.addresses[0][1]}", flush=True)
        await following
    except asyncio.CancelledError:
        pass
    finally:
        following.cancel()
        await runner.cleanup()
