"""`pricetide apply`: prices into a shop that has no Kafka."""

from __future__ import annotations

import argparse
import asyncio

from streams.apply.applier import Applier, ChangeCounts
from streams.apply.target import Target, target
from streams.client.feed import PriceFeed
from streams.configuration.settings import Settings
from streams.errors import InputError
from streams.kafka.admin import reach
from streams.kafka.clients import bootstrap, client
from streams.stopping import when_stopped
from streams.terminal.flags import add_json
from streams.terminal.output import note, print_json

SUMMARY = "send price changes to a shop, and acknowledge them"
DESCRIPTION = """\
Send every price change to a shop, and acknowledge it at the moment of the shop's answer.

With an http(s) URL that is a signed webhook (Standard Webhooks): a POST of up to --batch changes.
Other schemes are those of adapters that are installed. Of an offer the newest revision is sent;
what the shop does not take is sent again, as late as it asks for (429, Retry-After). A consumer
group remembers what was answered: however this ends, the next start goes on there. A change may
come twice: the shop shows no revision that is not above the one it shows. See docs/consumers.md.
"""
EXAMPLES = (
    "pricetide apply --to https://shop.example/hooks/prices --bootstrap kafka:9092",
    "pricetide apply --to https://shop.example/hooks/prices --once",
)
SETTINGS = ("bootstrap", "instance", "webhook_secret_file")
#: Changes in a request where nothing else is said.
BATCH = 100
MOST_IN_A_BATCH = 1000
#: Seconds for the shop's last answer once this is to stop.
STOP_SECONDS = 5.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    parser.add_argument("--to", required=True, metavar="URL", help="where the prices go")
    parser.add_argument(
        "--group",
        metavar="NAME",
        help="consumer group; default: the user that logs in to Kafka, or `apply`",
    )
    parser.add_argument(
        "--batch", type=int, default=BATCH, metavar="N", help="changes in a request (%(default)s)"
    )
    parser.add_argument(
        "--once", action="store_true", help="end once all that is there has been answered"
    )
    add_json(parser)


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Apply until stopped, or --once."""
    bootstrap(settings)
    if not 1 <= options.batch <= MOST_IN_A_BATCH:
        raise InputError(f"--batch {options.batch}: expected 1 to {MOST_IN_A_BATCH}")
    secret = settings.webhook_secret
    shop = target(options.to, None if secret is None else secret.get_secret_value())
    # who is away is told of in one line
    reach(client(settings)).close()
    counts = asyncio.run(_run(shop, options, settings))
    if options.json:
        print_json({"applied": counts.applied, "rejected": counts.rejected})
    else:
        print(f"{counts.applied:,} applied, {counts.rejected:,} rejected")
    return 0


async def _run(shop: Target, options: argparse.Namespace, settings: Settings) -> ChangeCounts:
    group = options.group or settings.sasl_username or "apply"
    stop = asyncio.Event()
    when_stopped(stop.set)
    async with shop as opened, PriceFeed(settings, group=group) as feed:
        applier = Applier(feed, opened, options.batch, lambda line: note("apply", line))
        work = asyncio.create_task(applier.run(stop, once=options.once))
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait([work, stopped], return_when=asyncio.FIRST_COMPLETED)
        # a shop that does not answer is asked again at the next start
        await asyncio.wait([work], timeout=STOP_SECONDS)
        stopped.cancel()
        if not work.done():
            work.cancel()
            return applier.counts
        work.result()
        return applier.counts
