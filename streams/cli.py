"""The command `pricetide`."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any

from pydantic import ValidationError
from pydantic_settings import SettingsError

from streams.configuration.policy_file import PolicyFileError
from streams.configuration.settings import Settings
from streams.freed_memory import keep_freed_memory
from streams.recording.error import RecordingError

#: What a shell reports of a command that Ctrl-C ended: 128 + SIGINT.
INTERRUPTED = 130

DESCRIPTION = """\
Prices from events: exact on replay, explained to the cent, learnt online.

Start with `pricetide demo --once`; then `pricetide COMMAND --help`. Settings come from flags, then
PRICETIDE_* variables, then pricetide.toml.
"""

#: Command → its module and one line about it. Modules are imported when they are called.
COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("streams.commands.demo", "see it work on real orders, on this machine"),
    "broker": ("streams.commands.broker", "a real Apache Kafka for development"),
    "topics": ("streams.commands.topics", "create or check every topic"),
    "worker": ("streams.commands.worker", "price what comes in, until stopped"),
    "record": ("streams.commands.record", "topics to a recording"),
    "replay": ("streams.commands.replay", "recordings through the pricer, without Kafka"),
    "pipe": ("streams.commands.pipe", "the pricer on stdin and stdout"),
    "explain": ("streams.commands.explain", "a decision in words, recomputed to the cent"),
    "console": ("streams.commands.console", "a web page to look in: prices, reasons, alerts"),
    "policies": ("streams.commands.policies", "check a policy file before it goes live"),
    "evaluate": ("streams.commands.evaluate", "the demand models judged on a recording"),
    "elasticities": ("streams.commands.elasticities", "own-price elasticities of a recording"),
    "promotions": ("streams.commands.promotions", "plan promotions that are worth their discounts"),
    "fairness": ("streams.commands.fairness", "who got personal prices, and how low"),
    "lift": ("streams.commands.lift", "what experiments with held-out offers have shown so far"),
    "segments": ("streams.commands.segments", "groups of items and of customers in a recording"),
    "train": ("streams.commands.train", "train the deep demand models, publish a challenger"),
    "simulate": ("streams.commands.simulate", "policies against each other in simulated markets"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    keep_freed_memory()
    given = list(sys.argv[1:] if arguments is None else arguments)
    named = next((word for word in given if not word.startswith("-")), None)
    layout = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("pricetide", description=DESCRIPTION, formatter_class=layout)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    modules: dict[str, ModuleType] = {}
    for name, (module, line) in COMMANDS.items():
        command = commands.add_parser(name, help=line, formatter_class=layout)
        if name == named:
            modules[name] = importlib.import_module(module)
            command.description = modules[name].DESCRIPTION
            modules[name].add_arguments(command)
            _add_settings(command, getattr(modules[name], "SETTINGS", ()))
    args = parser.parse_args(given)
    module_of = modules[args.command]
    try:
        settings = _settings(args, getattr(module_of, "SETTINGS", ()))
    except ValidationError as error:
        for problem in error.errors():
            field = ".".join(str(part) for part in problem["loc"])
            message = problem["msg"].removeprefix("Value error, ")
            which = f"setting {field}" if field else "settings"
            print(f"pricetide: {which}: {message}", file=sys.stderr)
        return 2
    except SettingsError as error:
        print(f"pricetide: settings: {_worded(error)}", file=sys.stderr)
        return 2
    try:
        status: int = module_of.main(args, settings)
    except (PolicyFileError, RecordingError) as error:
        print(f"pricetide {args.command}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return INTERRUPTED
    return status


def _add_settings(parser: argparse.ArgumentParser, names: Sequence[str]) -> None:
    if not names:
        return
    group = parser.add_argument_group("settings")
    for name in names:
        field = Settings.model_fields[name]
        group.add_argument(
            f"--{name.replace('_', '-')}",
            dest=f"setting_{name}",
            metavar=name.rsplit("_", 1)[-1].upper(),
            help=f"{field.description} [PRICETIDE_{name.upper()}]",
        )


def _worded(error: SettingsError) -> str:
    """The error in one line; of a variable that should hold JSON the library names classes only."""
    for name in Settings.model_fields:
        if f'"{name}"' in str(error) and isinstance(error.__cause__, ValueError):
            return f"PRICETIDE_{name.upper()} is no JSON: {error.__cause__}"
    return str(error)


def _settings(args: argparse.Namespace, names: Sequence[str]) -> Settings:
    given: dict[str, Any] = {
        name: value for name in names if (value := getattr(args, f"setting_{name}")) is not None
    }
    return Settings(**given)


if __name__ == "__main__":
    sys.exit(main())
