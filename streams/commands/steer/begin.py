"""`pricetide begin`: event time, before the first order or click."""

from __future__ import annotations

import argparse

from streams.configuration.settings import Settings
from streams.steering.send import add_actor, give

SUMMARY = "let event time begin, before the first order or click"
DESCRIPTION = """\
Event time begins with the first order, click or competitor's price, and no price changes before:
products and a policy alone say nothing of the time. This begins it now, so that a new shop gets its
first prices at once. Write past orders and clicks first: what is older than event time by more than
the allowed lateness teaches nothing any more. Later on it only says what time it is.
"""
EXAMPLES = ("pricetide begin --bootstrap kafka:9092",)
SETTINGS = ("bootstrap",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    add_actor(parser, reason=False)


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Send the tick."""
    give(settings, options, "tick")
    return 0
