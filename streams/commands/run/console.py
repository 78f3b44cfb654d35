"""`pricetide console`: pages that people work in, and an HTTP API."""

from __future__ import annotations

import argparse
import asyncio

from streams.configuration.settings import Settings
from streams.errors import ExpectedError
from streams.kafka.clients import bootstrap
from streams.recording.entry import RecordingError

SUMMARY = "pages to work in, and an HTTP API: prices, reasons, approvals"
DESCRIPTION = """\
See with a browser what is priced how and why, approve what waits, set prices, and change policies.
The same is there for programs under /api/v1, described by /api/v1/openapi.json.

It follows the topics into a store of its own (--store, SQLite by default) and goes on where it was
after a restart; /ready answers 503 until it has caught up. What people do is written to the input
topics, and down in an audit log. A preview of a policy needs the settings of the workers, such as
--ack-timeout, where theirs differ from the usual ones.

On this machine alone everybody may do everything until there is a token (`pricetide token create`).
On an address that others reach it starts only with a token, or behind a proxy that it trusts
(PRICETIDE_CONSOLE_PROXIES).
"""
EXAMPLES = (
    "pricetide console --bootstrap kafka:9092 --port 8080",
    "pricetide console --bootstrap kafka:9092 --host 0.0.0.0 "
    "--store postgresql+psycopg://console@db/console",
)
SETTINGS = ("bootstrap", "app", "store", "locale", "timezone", "ack_timeout")
PORT = 8080
HOST = "127.0.0.1"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    parser.add_argument("--host", default=HOST, help=f"address to listen on (default {HOST})")
    parser.add_argument(
        "--port", type=int, default=PORT, metavar="N", help=f"port (default {PORT}; 0: a free one)"
    )


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Serve until a signal."""
    bootstrap(settings)
    from streams.web.server import serve

    try:
        asyncio.run(serve(options.host, options.port, settings))
    except RecordingError as error:
        raise ExpectedError(f"{error} (`pricetide topics` makes them)") from None
    return 0
