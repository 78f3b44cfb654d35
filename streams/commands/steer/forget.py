"""`pricetide forget`: no more personal prices for a customer."""

from __future__ import annotations

import argparse

from streams.configuration.settings import Settings
from streams.steering.send import add_actor, give

SUMMARY = "forget a customer, who asked for it"
DESCRIPTION = """\
Make no more prices for a customer, and drop what was learnt of how they buy, until an order of
theirs agrees to personal prices again.
"""
EXAMPLES = ("pricetide forget customer-17 --bootstrap kafka:9092",)
SETTINGS = ("bootstrap",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    parser.add_argument("customer_id", metavar="CUSTOMER", help="as orders name them")
    add_actor(parser, reason=False)


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Send the order."""
    give(settings, options, "forget_customer", customer_id=options.customer_id)
    return 0
