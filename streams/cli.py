"""The command `pricetide`: finds the commands, runs one, and turns its errors into one line.

A command is a file in a folder of `streams/commands`, which is its group in the help. It declares
its SUMMARY, as a constant that can be read without importing it; and DESCRIPTION, EXAMPLES,
SETTINGS (the settings that are flags, too), `add_arguments(parser)` and `run(options, settings)`,
which returns the exit status.
"""

from __future__ import annotations

import argparse
import ast
import gc
import importlib
import logging
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from streams.errors import MEANINGS, ExitStatus, ExpectedError, InputError
from streams.extras import EXTRAS, missing
from streams.freed_memory import keep_freed_memory
from streams.stopping import stop_on_signals
from streams.terminal.completion import InstallCompletion, complete
from streams.terminal.output import announce_compilation, note
from streams.terminal.standard import prepare_streams

if TYPE_CHECKING:
    from streams.configuration.settings import Settings

DESCRIPTION = """\
Prices from events: exact on replay, explained to the cent, learnt online.

Start with `pricetide demo --once`; then `pricetide COMMAND --help`. Settings come from flags, then
PRICETIDE_* variables, then pricetide.toml.
"""
FOLDER = Path(__file__).with_name("commands")
#: Commands that are to be small: what they free goes back to the system.
LEAN = ("console",)
#: Commands that go on while Kafka is away, of which its clients are to speak.
PATIENT = ("apply", "console")
#: Commands that go on until they are stopped, which ends them with status 0.
SERVICES = ("worker", "console", "apply", "mcp")
#: Kafka's clients, by the names of their loggers.
CLIENTS = ("aiokafka", "kafka")
#: The folders of the commands, in the order of the help, and their headings there.
GROUPS = {
    "start": "Start here",
    "run": "Run the pricer",
    "steer": "Steer prices",
    "record": "Record and replay",
    "check": "Check and explain",
    "study": "Study recordings",
    "plan": "Plan, train and simulate",
}


class CommandEntry(NamedTuple):
    """What the help says of a command, and the module that it is."""

    module: str
    group: str
    summary: str


@cache
def commands() -> dict[str, CommandEntry]:
    """All commands by name; none of them is imported, which would take seconds."""
    return {
        path.stem.replace("_", "-"): CommandEntry(
            f"streams.commands.{path.parent.name}.{path.stem}", path.parent.name, _summary(path)
        )
        for path in sorted(FOLDER.glob("*/*.py"), key=lambda path: path.stem)
        if path.stem != "__init__"
    }


def _summary(path: Path) -> str:
    """What the file assigns to SUMMARY."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "SUMMARY":
            return str(ast.literal_eval(node.value))
    raise LookupError(f"{path} has no SUMMARY")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    prepare_streams()
    given = list(sys.argv[1:] if arguments is None else arguments)
    completing = "_ARGCOMPLETE" in os.environ
    words = os.environ.get("COMP_LINE", "").split()[1:] if completing else given
    named = next((word for word in words if word in commands()), None)
    if completing:
        complete(_parser(named)[0])
    if named not in LEAN:
        keep_freed_memory()
    if named in SERVICES:
        # before all that takes time, the imports of its module among it
        stop_on_signals()
    where = named or ""
    try:
        try:
            with _clients_silent(named):
                return _run(given, named)
        finally:
            sys.stdout.flush()
    except ExpectedError as error:
        note(where, error)
        return error.exit_status
    except KeyboardInterrupt:
        return ExitStatus.INTERRUPTED
    except BrokenPipeError:
        # who read the output has gone: at exit, too, nothing may be written to it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitStatus.FAILED
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package not in EXTRAS:
            raise
        note(where, missing(package))
        return ExitStatus.WRONG_INPUT
    except OSError as error:
        note(
            where,
            f"{error.filename}: {error.strerror}" if error.filename else error.strerror or error,
        )
        return ExitStatus.WRONG_INPUT if error.filename else ExitStatus.FAILED
    except Exception as error:
        if isinstance(error.__cause__, KeyboardInterrupt):
            # Python 3.11 makes RuntimeError of one that comes while a class is being made
            return ExitStatus.INTERRUPTED
        if not _is_kafka(error):
            raise
        note(where, f"Kafka: {error}")
        return ExitStatus.FAILED


@contextmanager
def _clients_silent(named: str | None) -> Iterator[None]:
    """Keep what Kafka's clients say of each attempt off stderr: what fails for good is raised, and
    said in one line. A worker, once it runs, dresses its own log.
    """
    loggers = [] if named in PATIENT else list(map(logging.getLogger, CLIENTS))
    levels = [each.level for each in loggers]
    for each in loggers:
        each.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for each, level in zip(loggers, levels, strict=True):
            each.setLevel(level)


def _is_kafka(error: Exception) -> bool:
    """Whether it is one of either Kafka client; neither is imported for it."""
    return any(
        kind.__name__ == "KafkaError" and kind.__module__ in ("aiokafka.errors", "kafka.errors")
        for kind in type(error).__mro__
    )


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """While modules load, which stay: to look for garbage among them is a quarter of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _run(given: Sequence[str], named: str | None) -> int:
    with _nothing_collected():
        parser, module = _parser(named)
        options = parser.parse_args(given)
        assert module is not None, "without a command there is nothing to parse"
        _require_text(options)
        settings = _settings(options, module.SETTINGS)
    announce_compilation(options.command)
    status: int = module.run(options, settings)
    return status


def _require_text(options: argparse.Namespace) -> None:
    """InputError for an argument that is not UTF-8, unless it is a path."""
    for name, value in vars(options).items():
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, str) and not each.isascii():
                try:
                    each.encode()
                except UnicodeEncodeError:
                    raise InputError(f"{name.removeprefix('setting_')}: not in UTF-8") from None


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Say in one line what is wrong; the usage is one `--help` away."""
        self.exit(ExitStatus.WRONG_INPUT, f"{self.prog}: {message} (see {self.prog} --help)\n")


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        from importlib.metadata import version

        print(f"pricetide {version('pricetide')}")
        parser.exit()


def _parser(named: str | None) -> tuple[argparse.ArgumentParser, ModuleType | None]:
    """The parser, and the module of the command that is named, whose flags it knows."""
    layout = argparse.RawDescriptionHelpFormatter
    parser = _Parser(
        "pricetide",
        usage="pricetide [-h] [--version] [--install-completion [SHELL]] COMMAND …",
        description=DESCRIPTION,
        epilog=_overview(),
        formatter_class=layout,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and exit")
    parser.add_argument(
        "--install-completion",
        action=InstallCompletion,
        nargs="?",
        metavar="SHELL",
        help="let bash, zsh or fish complete commands and flags, and exit (default: your shell)",
    )
    subparsers = parser.add_subparsers(
        prog="pricetide",
        dest="command",
        metavar="COMMAND",
        required=True,
        help=argparse.SUPPRESS,
    )
    module = None
    for name in commands():
        command = subparsers.add_parser(name, formatter_class=layout)
        if name == named:
            module = importlib.import_module(commands()[name].module)
            command.description = module.DESCRIPTION
            command.epilog = "\n  ".join(["Examples:", *module.EXAMPLES])
            module.add_arguments(command)
            _add_settings(command, module.SETTINGS)
    return parser, module


def _overview() -> str:
    """The commands by group, and the exit statuses."""
    lines = []
    for group, heading in GROUPS.items():
        lines.append(f"{heading}:")
        for name, listed in commands().items():
            if listed.group == group:
                lines.append(f"  {name:<14}{listed.summary}")
    lines.append("Exit status:")
    lines += [f"  {status.value:<14}{meaning}" for status, meaning in MEANINGS.items()]
    return "\n".join(lines)


def _add_settings(parser: argparse.ArgumentParser, names: Sequence[str]) -> None:
    if not names:
        return
    from streams.configuration.settings import Settings

    group = parser.add_argument_group("settings")
    for name in names:
        field = Settings.model_fields[name]
        group.add_argument(
            f"--{name.replace('_', '-')}",
            dest=f"setting_{name}",
            metavar=name.rsplit("_", 1)[-1].upper(),
            help=f"{field.description} [PRICETIDE_{name.upper()}]",
        )


def _settings(options: argparse.Namespace, names: Sequence[str]) -> Settings:
    """The settings that hold for this run; InputError names the one that is wrong."""
    from pydantic import ValidationError
    from pydantic_settings import SettingsError

    from streams.configuration.settings import Settings
    from streams.configuration.sources import worded

    flags: dict[str, Any] = {name: getattr(options, f"setting_{name}") for name in names}
    try:
        return Settings(**{name: value for name, value in flags.items() if value is not None})
    except ValidationError as error:
        problems = []
        for problem in error.errors():
            field = ".".join(str(part) for part in problem["loc"])
            message = problem["msg"].removeprefix("Value error, ")
            problems.append(f"{f'setting {field}' if field else 'settings'}: {message}")
        raise InputError("; ".join(problems)) from None
    except SettingsError as error:
        raise InputError(f"settings: {worded(error, Settings)}") from None


if __name__ == "__main__":
    sys.exit(main())
