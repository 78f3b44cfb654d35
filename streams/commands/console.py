"""`pricetide console`."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys

from aiohttp import web
from aiokafka.errors import KafkaError
from kafka.errors import KafkaError as AdminError

from streams.configuration.settings import Settings
from streams.kafka.admin import TopicsError
from streams.kafka.clients import bootstrap
from streams.recording.error import RecordingError
from streams.web.board import Board
from streams.web.feed import Feed
from streams.web.server import HOST, application

DESCRIPTION = """\
Look in with a browser: every offer's price and how it came about, what waits for approval, alerts,
and what was refused.

It reads the output topics and writes nothing. Whoever reaches its port may look, so it listens on
this machine alone; put a proxy that asks who is there before anything wider. The same is to be had
as JSON: /api/summary, /api/offers, /api/offer?sku=…&channel=…, /api/decision?id=…, /api/alerts and
/api/dead-letters.

Example:
  pricetide console --bootstrap kafka:9092 --port 8080
"""

SETTINGS = ("bootstrap",)
PORT = 8080


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    parser.add_argument("--host", default=HOST, help=f"address to listen on (default {HOST})")
    parser.add_argument(
        "--port", type=int, default=PORT, metavar="N", help=f"port (default {PORT}; 0: a free one)"
    )


def main(args: argparse.Namespace, settings: Settings) -> int:
    """Serve until a signal; returns the exit status."""
    bootstrap(settings)
    try:
        asyncio.run(_serve(args.host, args.port, settings))
    except RecordingError as error:
        print(f"pricetide console: {error} (`pricetide topics` makes them)", file=sys.stderr)
        return 1
    except TopicsError as error:
        print(f"pricetide console: {error}", file=sys.stderr)
        return 1
    except (KafkaError, AdminError) as error:
        print(f"pricetide console: Kafka at {settings.bootstrap}: {error}", file=sys.stderr)
        return 1
    except (OSError, OverflowError) as error:
        where = f"{args.host}:{args.port}"
        print(f"pricetide console: cannot listen on {where}: {error}", file=sys.stderr)
        return 1
    return 0


async def _serve(host: str, port: int, settings: Settings) -> None:
    board = Board()
    runner = web.AppRunner(application(board), access_log=None)
    await runner.setup()
    following = asyncio.create_task(Feed(settings, board).run())
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, following.cancel)
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        print(f"console http://{host}:{runner.addresses[0][1]}", flush=True)
        await following
    except asyncio.CancelledError:
        pass
    finally:
        following.cancel()
        await runner.cleanup()
