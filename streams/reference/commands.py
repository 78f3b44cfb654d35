"""Every command: what it does, its own flags, the settings that are flags, and examples."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Iterator
from types import ModuleType

from streams import cli

HEAD = """\
# Commands

This page is made from the commands (`python -m streams.reference`); `pricetide COMMAND --help` says
the same. A setting goes by its flag, then by its variable, then by `pricetide.toml`; the
[settings](settings.md) say what each is. `pricetide --install-completion` lets bash, zsh or fish
complete commands and flags.
"""


def page() -> str:
    """The page."""
    parts = [HEAD]
    for group, heading in cli.GROUPS.items():
        parts.append(f"## {heading}\n")
        for name, entry in cli.commands().items():
            if entry.group == group:
                module = importlib.import_module(entry.module)
                parts.append(f"### {name}\n\n{entry.summary}\n")
                parts += _parts(module)
    return "\n".join(parts)


def _parts(module: ModuleType) -> Iterator[str]:
    yield f"```text\n{module.DESCRIPTION.strip()}\n```\n"
    rows = [f"| {flag} | {said} |" for flag, said in _flags(module)]
    if rows:
        yield "\n".join(["| flag | what it is |", "|---|---|", *rows]) + "\n"
    if module.SETTINGS:
        names = (f"`--{setting.replace('_', '-')}`" for setting in module.SETTINGS)
        yield f"Settings: {', '.join(names)}.\n"
    yield "```text\n" + "\n".join(module.EXAMPLES) + "\n```\n"


def _flags(module: ModuleType) -> Iterator[tuple[str, str]]:
    parser = argparse.ArgumentParser(add_help=False)
    module.add_arguments(parser)
    formatter = parser._get_formatter()
    for action in parser._actions:
        names = action.option_strings or [str(action.metavar or action.dest)]
        said = " ".join((formatter._expand_help(action) if action.help else "").split()).replace(
            "|", "\\|"
        )
        if action.choices:
            said += f" ({', '.join(map(str, action.choices))})"
        yield ", ".join(f"`{name}`" for name in names), said.strip()
