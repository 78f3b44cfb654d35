"""`pricetide mcp`: for assistants."""

from __future__ import annotations

import argparse
import asyncio
import getpass

from streams.configuration.settings import Settings
from streams.extras import require

SUMMARY = "tools for assistants (Model Context Protocol): ask, preview, propose"
DESCRIPTION = """\
Let an assistant ask why prices are what they are, find offers, look at alerts, and try policies. It
can keep a policy that it has previewed as a draft, for a person to put in force; it can approve
nothing. Texts that others wrote, such as product names, are marked as data.

It reads the console's store (--store), so a console must follow the topics; previews read Kafka
(--bootstrap). It speaks on stdin and stdout, or with --http over streamable HTTP at /mcp, for whom
`pricetide token create NAME --role look` lets in (with the role steer they may propose, too).
"""
EXAMPLES = (
    "pricetide mcp --store sqlite:///pricetide-console.sqlite",
    "pricetide mcp --http 8090 --bootstrap kafka:9092",
)
SETTINGS = ("bootstrap", "app", "store", "locale", "timezone", "ack_timeout")
HOST = "127.0.0.1"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    parser.add_argument(
        "--http", type=int, metavar="PORT", help="serve HTTP on this port (0: a free one)"
    )
    parser.add_argument("--host", default=HOST, help=f"address for --http (default {HOST})")


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Serve until the assistant, or a signal, ends it."""
    require("mcp")
    from streams.web.access.roles import ROLES, Actor
    from streams.web.server import context_of

    context = context_of(settings, options.host if options.http is not None else HOST)
    if options.http is not None:
        from streams.web.assistant import http

        asyncio.run(http.serve(context, options.host, options.http))
        return 0
    from streams.web.assistant.server import tools

    tools(context, Actor(getpass.getuser(), frozenset(ROLES), "local")).run("stdio")
    return 0
