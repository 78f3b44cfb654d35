"""`pricetide what-if`: what another price would bring."""

from __future__ import annotations

import argparse

from streams.configuration.settings import Settings
from streams.errors import ExpectedError, InputError
from streams.terminal.output import print_json

SUMMARY = "what another price of an offer would bring"
DESCRIPTION = """\
Say what a price is expected to bring over the policy's horizon, with the range that holds 90 %, and
which rules it would break; from what the models said at the offer's last decision.

It reads the console's store (--store), so a console must have followed the topics.
"""
EXAMPLES = ("pricetide what-if TEA-1 8.49",)
SETTINGS = ("store", "locale")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    parser.add_argument("sku", metavar="SKU", help="the product")
    parser.add_argument("price", metavar="PRICE", help="in the product's currency")
    parser.add_argument("--channel", default="web", metavar="CHANNEL", help="default web")
    parser.add_argument("--json", action="store_true", help="as JSON")


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Print what is expected; 1 where no model has spoken yet."""
    from streams.web.store import offer_search, reading
    from streams.web.store.database import open_store
    from streams.web.what_if import asked, demand_curve
    from streams.web.words.figures import Figures
    from streams.web.words.narration import units

    figures = Figures(settings.locale, settings.timezone)
    with open_store(settings.store.get_secret_value()).connect() as connection:
        row = offer_search.one(connection, options.sku, options.channel)
        if row is None:
            raise ExpectedError(
                f"no offer {options.sku} on {options.channel} is in the store: is it the one that "
                "your console fills (--store)?"
            )
        decisions = reading.decisions_of(connection, row["id"], 1)
    curve = demand_curve(row, decisions[0], figures) if decisions else None
    if curve is None:
        raise ExpectedError("this offer has not sold yet, or no demand model was asked about it")
    try:
        found = asked(curve, options.price)
    except ValueError as error:
        raise InputError(f"price: {error}") from None
    if options.json:
        print_json({"sku": options.sku, "channel": options.channel, **found})
        return 0
    few = units(found["units"], figures), units(found["units_now"], figures)
    money = {name: figures.price(found[name], curve.currency) for name in found if "profit" in name}
    print(
        f"{figures.price(found['price'], curve.currency)}: "
        f"{few[0]} units (now {few[1]}), profit {money['profit']} (90%: "
        f"{money['profit_lower']} to {money['profit_upper']}; now {money['profit_now']})"
    )
    for limit in found["limits"]:
        print(f"not allowed: {limit}")
    return 0
