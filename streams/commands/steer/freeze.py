"""`pricetide freeze`: keep the price of a product."""

from __future__ import annotations

import argparse

from streams.configuration.settings import Settings
from streams.steering.orders import selector
from streams.steering.send import add_actor, give

SUMMARY = "keep the price of a product as it is"
DESCRIPTION = """\
Keep the price of a product as it is, until `pricetide unfreeze`.
"""
EXAMPLES = ('pricetide freeze TEA-1 --reason "printed in a leaflet" --bootstrap kafka:9092',)
SETTINGS = ("bootstrap",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    parser.add_argument("sku", metavar="SKU", help="the product")
    parser.add_argument("--channel", metavar="CHANNEL", help="only this channel (default: all)")
    add_actor(parser)


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Send the order."""
    chosen = selector(sku=options.sku, channel=options.channel)
    give(settings, options, "pause", select=chosen)
    return 0
