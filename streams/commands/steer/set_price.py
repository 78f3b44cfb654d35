"""`pricetide set-price`: a price by hand."""

from __future__ import annotations

import argparse

from streams.configuration.settings import Settings
from streams.steering.send import add_actor, give

SUMMARY = "set a price by hand"
DESCRIPTION = """\
Set a price by hand. Guardrails bind it, too, unless --force is given, which is written down; it
holds until --until, another price by hand, or a roll-back.
"""
EXAMPLES = ('pricetide set-price TEA-1 8.99 --reason "a promise" --bootstrap kafka:9092',)
SETTINGS = ("bootstrap",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    parser.add_argument("sku", metavar="SKU", help="the product")
    parser.add_argument("price", metavar="PRICE", help="in the product's currency")
    parser.add_argument("--channel", default="web", metavar="CHANNEL", help="default web")
    parser.add_argument("--until", metavar="TIME", help="when it ends, RFC 3339")
    parser.add_argument("--force", action="store_true", help="even against the guardrails")
    add_actor(parser)


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Send the order."""
    give(
        settings,
        options,
        "set_price",
        sku=options.sku,
        channel=options.channel,
        price=options.price,
        until=options.until,
        force=options.force,
    )
    return 0
