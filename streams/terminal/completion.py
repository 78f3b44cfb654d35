"""What a shell offers when the tab key is pressed, and how it learns to ask."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from streams.errors import InputError

COMMAND = "pricetide"


class _Shell(NamedTuple):
    """Where it looks for what completes a command: a variable that names the folder, that folder
    below the home otherwise, and the file in it. `then` is what comes next.
    """

    variable: str
    folder: str
    file: str
    then: str


SHELLS = {
    "bash": _Shell(
        "XDG_DATA_HOME",
        ".local/share",
        f"bash-completion/completions/{COMMAND}",
        "open a new shell; where the package bash-completion is missing, add to ~/.bashrc first: "
        "source {path}",
    ),
    "zsh": _Shell(
        "ZDOTDIR",
        "",
        f".zfunc/_{COMMAND}",
        "add to .zshrc, unless it is there: fpath+={folder}; autoload -Uz compinit; compinit",
    ),
    "fish": _Shell(
        "XDG_CONFIG_HOME", ".config", f"fish/completions/{COMMAND}.fish", "open a new shell"
    ),
}


def complete(parser: argparse.ArgumentParser) -> None:
    """Answer the shell that asks, and end the process."""
    import argcomplete

    argcomplete.autocomplete(parser)


def install(name: str | None, variables: Mapping[str, str]) -> str:
    """Write the file that a shell reads, the user's own by default; returns what to tell the user.

    InputError where that shell is none of `SHELLS`.
    """
    from argcomplete.shell_integration import shellcode

    named = name or Path(variables.get("SHELL", "")).name
    shell = SHELLS.get(named)
    if shell is None:
        raise InputError(
            f"no completion for the shell {named!r}: name one of {', '.join(SHELLS)} "
            "(--install-completion SHELL)"
        )
    home = Path(variables.get("HOME") or Path.home())
    base = variables.get(shell.variable)
    path = (Path(base) if base else home / shell.folder) / shell.file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(shellcode([COMMAND], shell=named), encoding="utf-8")
    return f"wrote {path}; {shell.then.format(path=path, folder=path.parent)}"


class InstallCompletion(argparse.Action):
    """The flag that installs it, and ends the process."""

    def __call__(
        self, parser: argparse.ArgumentParser, _: argparse.Namespace, shell: Any, __: Any = None
    ) -> None:
        """As argparse calls it."""
        print(install(shell, os.environ))
        parser.exit()
