"""`pricetide pause`: the kill switch."""

from __future__ import annotations

import argparse

from streams.configuration.settings import Settings
from streams.steering.orders import selector
from streams.steering.send import add_actor, add_selection, give

SUMMARY = "stop price changes: of the shop, a category, a product"
DESCRIPTION = """\
The kill switch: the chosen offers keep their prices until `pricetide unfreeze`. Without --sku,
--channel or --category it is the whole shop.
"""
EXAMPLES = ('pricetide pause --category food/tea --reason "wrong costs" --bootstrap kafka:9092',)
SETTINGS = ("bootstrap",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    add_selection(parser)
    add_actor(parser)


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Send the order."""
    chosen = selector(sku=options.sku, channel=options.channel, category=options.category)
    give(settings, options, "pause", select=chosen)
    return 0
