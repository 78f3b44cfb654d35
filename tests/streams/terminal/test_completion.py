"""Shells complete what the command line has."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from streams.errors import InputError
from streams.terminal.completion import SHELLS, install


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_gets_a_file_of_its_own(shell: str, tmp_path: Path) -> None:
    said = install(shell, {"HOME": str(tmp_path)})
    (written,) = (path for path in tmp_path.rglob("*") if path.is_file())
    assert said.startswith(f"wrote {written}")
    assert "pricetide" in written.read_text()


def test_the_shell_is_the_users_own_unless_one_is_named(tmp_path: Path) -> None:
    variables = {"HOME": str(tmp_path), "SHELL": "/usr/bin/fish", "XDG_CONFIG_HOME": ""}
    install(None, variables)
    assert (tmp_path / ".config/fish/completions/pricetide.fish").is_file()


def test_a_shell_that_cannot_be_taught_is_said_to_be_none(tmp_path: Path) -> None:
    for name, variables in (("tcsh", {}), (None, {}), (None, {"SHELL": "/bin/tcsh"})):
        with pytest.raises(InputError, match="bash, zsh, fish"):
            install(name, {"HOME": str(tmp_path), **variables})
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
def test_bash_completes_commands_and_their_flags(tmp_path: Path) -> None:
    install("bash", {"HOME": str(tmp_path)})
    ask = """
    source "$1"; COMP_TYPE=9
    for line in "pricetide appr" "pricetide reject --rea"; do
        COMP_LINE="$line"; COMP_POINT=${#line}; COMPREPLY=()
        _python_argcomplete pricetide
        echo "${COMPREPLY[@]}"
    done
    """
    written = tmp_path / ".local/share/bash-completion/completions/pricetide"
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    done = subprocess.run(
        ["bash", "-c", ask, "bash", written], env={"PATH": path}, capture_output=True, text=True
    )
    assert done.stdout.split() == ["approve", "--reason"]
