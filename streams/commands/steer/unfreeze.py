"""`pricetide unfreeze`: let frozen or paused offers be priced again."""

from __future__ import annotations

import argparse

from streams.configuration.settings import Settings
from streams.errors import InputError
from streams.steering.orders import selector
from streams.steering.send import add_actor, add_selection, give

SUMMARY = "let what is frozen or paused be priced again"
DESCRIPTION = """\
Let the chosen offers be priced again; it ends a freeze, a pause, and what a roll-back holds.
Without a SKU, --channel or --category it is the whole shop.
"""
EXAMPLES = (
    'pricetide unfreeze TEA-1 --reason "the leaflet has ended" --bootstrap kafka:9092',
    'pricetide unfreeze --category food/tea --reason "wrong costs" --bootstrap kafka:9092',
)
SETTINGS = ("bootstrap",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    parser.add_argument("product", metavar="SKU", nargs="?", help="only this product")
    add_selection(parser)
    add_actor(parser)


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Send the order."""
    if options.product and options.sku not in (None, options.product):
        raise InputError(f"two products are named: {options.product} and {options.sku}")
    sku = options.product or options.sku
    chosen = selector(sku=sku, channel=options.channel, category=options.category)
    give(settings, options, "resume", select=chosen)
    return 0
