"""`pricetide token`: who may use the console and its API."""

from __future__ import annotations

import argparse
from typing import Any

from streams.configuration.settings import Settings
from streams.errors import InputError
from streams.terminal.output import print_json

SUMMARY = "tokens for the console and its API: create, list, revoke"
DESCRIPTION = """\
A token names who asks, and what they may do: look; approve proposals; steer (set prices, freeze,
roll back, change policies); feed (post events, and nothing else). It is shown once, when it is
made; the console's store keeps a hash. Run it with the console's own --store.
"""
EXAMPLES = (
    "pricetide token create anna --role approve",
    "pricetide token create till-7 --role feed",
    "pricetide token list",
    "pricetide token revoke anna",
)
SETTINGS = ("store",)
ACTIONS = ("create", "list", "revoke")
ROLES = ("look", "approve", "steer", "feed")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    parser.add_argument("action", choices=ACTIONS, metavar="ACTION", help=", ".join(ACTIONS))
    parser.add_argument(
        "name", nargs="?", metavar="NAME", help="of a token to create or revoke; used once"
    )
    parser.add_argument(
        "--role",
        action="append",
        default=[],
        choices=ROLES,
        help=f"what it may do: {', '.join(ROLES)}; may be given several times",
    )
    parser.add_argument("--json", action="store_true", help="list as JSON")


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Make, list or end tokens; InputError where the name or the role is missing."""
    from streams.web.access import tokens
    from streams.web.store.database import open_store

    if options.action != "list" and not options.name:
        raise InputError(f"{options.action} what? Give a NAME")
    if options.action == "create" and not options.role:
        raise InputError(f"what may it do? Give --role: {', '.join(ROLES)}")
    store = open_store(settings.store.get_secret_value())
    if options.action == "create":
        print(tokens.create(store, options.name, list(dict.fromkeys(options.role))))
    elif options.action == "revoke":
        tokens.revoke(store, options.name)
    else:
        _show(tokens.listed(store), options.json)
    return 0


def _show(found: Any, as_json: bool) -> None:
    from schemas.values.instants import to_text

    rows = [
        {
            "name": each.name,
            "roles": each.roles.split(","),
            "created_at": to_text(each.created_at),
            "revoked_at": None if each.revoked_at is None else to_text(each.revoked_at),
        }
        for each in found
    ]
    if as_json:
        print_json({"tokens": rows})
        return
    for row in rows:
        state = f"revoked {row['revoked_at']}" if row["revoked_at"] else "in force"
        print(f"{row['name']}  {','.join(row['roles'])}  {row['created_at']}  {state}")
