"""`pricetide console`: a web page to look in."""

from __future__ import annotations

import argparse
import asyncio

from streams.configuration.settings import Settings
from streams.errors import ExpectedError
from streams.kafka.clients import bootstrap
from streams.recording.entry import RecordingError
from streams.web.server import HOST, serve

GROUP = "run"
SUMMARY = "a web page to look in: prices, reasons, alerts"
DESCRIPTION = """\
Look in with a browser: every offer's price and how it came about, what waits for approval, alerts,
and what was refused.

It reads the output topics and writes nothing. Whoever reaches its port may look, so it listens on
this machine alone; put a proxy that asks who is there before anything wider. The same is there as
JSON: /api/summary, /api/offers, /api/offer?sku=…&channel=…, /api/decision?id=…, /api/alerts and
/api/dead-letters.
"""
EXAMPLES = ("pricetide console --bootstrap kafka:9092 --port 8080",)
SETTINGS = ("bootstrap",)
PORT = 8080


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    parser.add_argument("--host", default=HOST, help=f"address to listen on (default {HOST})")
    parser.add_argument(
        "--port", type=int, default=PORT, metavar="N", help=f"port (default {PORT}; 0: a free one)"
    )


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Serve until a signal."""
    bootstrap(settings)
    try:
        asyncio.run(serve(options.host, options.port, settings))
    except RecordingError as error:
        raise ExpectedError(f"{error} (`pricetide topics` makes them)") from None
    return 0
