"""What stands in the code blocks of the documents, and a small shell that runs it.

A page's blocks run in their order in one folder. Commands that need a Kafka are checked down to
their flags; one that records topics is stood in for by a recording. A block after a comment
`<!-- not run: WHY -->` is checked alike. A JSON block says by `<!-- topic: NAME -->` what it is.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import re
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple
from unittest import mock

from streams import cli

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(
    r"^( *)(?:<!-- (not run|topic): (.*?) -->\n *)?```(\w+)\n(.*?)^ *```$", re.M | re.S
)
#: What runs until it is stopped, or asks Kafka, a database or the network.
LIVE = {"apply", "broker", "console", "token", "topics", "torture", "what-if", "worker"}
#: Makes the recording that stands in for the merchant's own; that it works is seen there.
GROCERY = ["demo", "--items", "60", "--days", "21", "--record"]
#: Programs that a reader has, and that the tests leave alone.
OTHERS = {"docker", "eval", "export", "git", "helm", "jupyter", "kubectl", "tensorboard"}


class Block(NamedTuple):
    """A code block: its language, its text, and what the comment before it says."""

    language: str
    text: str
    topic: str | None
    run: bool


def blocks(page: Path) -> Iterator[Block]:
    """The blocks of a page in their order."""
    for indent, about, value, language, text in BLOCK.findall(page.read_text(encoding="utf-8")):
        lines = [line.removeprefix(indent) for line in text.splitlines()]
        topic = value if about == "topic" else None
        yield Block(language, "\n".join(lines) + "\n", topic, about != "not run")


class Command(NamedTuple):
    """One command with the text of its stdin, and where its output goes."""

    words: list[str]
    given: str | None
    output: str | None


def commands(text: str, folder: Path) -> Iterator[Command]:
    """The commands of a block of shell."""
    lines = iter(text.splitlines())
    for line in lines:
        while line.endswith("\\"):
            line = line[:-1] + next(lines)
        given = None
        if found := re.search(r"<<'(\w+)'", line):
            given = "".join(f"{one}\n" for one in iter(lambda: next(lines), found[1]))
            line = line.replace(found[0], "")
        words = shlex.split(line, comments=True)
        while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
            words = words[1:]
        if "<" in words:
            at = words.index("<")
            given = (folder / words[at + 1]).read_text()
            words = words[:at] + words[at + 2 :]
        output = None
        if ">" in words:
            at = words.index(">")
            output = words[at + 1]
            words = words[:at] + words[at + 2 :]
        if words:
            yield Command(words, given, output)


class Shell:
    """Runs commands in the present folder; `recording` stands in for what topics hold."""

    def __init__(self, recording: Path) -> None:
        self._recording = recording
        self.ran: list[str] = []

    def run(self, block: Block, folder: Path) -> None:
        """Run a block, or check it."""
        for command in commands(block.text, folder):
            self._one(command, block.run, folder)

    def _one(self, command: Command, really: bool, folder: Path) -> None:
        name, *rest = command.words
        if name == "cat":
            assert command.given is not None
            assert command.output is not None
            (folder / command.output).write_text(command.given)
        elif name == "pip":
            assert rest[0] == "install", rest
        elif name == "make":
            makefile = (ROOT / "Makefile").read_text()
            assert re.search(rf"^{rest[0]}:", makefile, re.M), f"no target {rest[0]}"
        elif name == "python":
            assert rest[0] == "-m", rest
            assert find_spec(rest[1]), f"no module {rest[1]}"
        elif name == "pricetide":
            self._pricetide(rest, command, really, folder)
        else:
            assert name in OTHERS, f"{name}: not known to the tests"

    def _pricetide(self, words: list[str], command: Command, really: bool, folder: Path) -> None:
        options = parsed(words)
        if options.command == "record":
            shutil.copytree(self._recording, folder / options.out, dirs_exist_ok=True)
            return
        if words[:-1] == GROCERY:
            shutil.copytree(self._recording, folder / options.record, dirs_exist_ok=True)
            self.ran.append(options.command)
            return
        live = options.command in LIVE or "--bootstrap" in words
        if not really or live or (options.command == "demo" and options.record is None):
            return
        out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
        with contextlib.redirect_stdout(out):
            status = self._main(words, command.given)
        said = out.buffer.getvalue()  # type: ignore[attr-defined]
        assert status == 0, f"pricetide {shlex.join(words)}: {said.decode()}"
        self.ran.append(options.command)
        if command.output is not None:
            (folder / command.output).write_bytes(said)

    def _main(self, words: list[str], given: str | None) -> int:
        with tempfile.TemporaryFile() as source:
            source.write((given or "").encode())
            source.seek(0)
            try:
                with mock.patch.object(sys, "stdin", io.TextIOWrapper(source)):
                    return cli.main(words) or 0
            except SystemExit as end:
                return int(end.code or 0)


def parsed(words: list[str]) -> argparse.Namespace:
    """The flags of a command, which must exist."""
    named = next(word for word in words if word in cli.commands())
    parser, _ = cli._parser(named)
    try:
        return parser.parse_args(words)
    except SystemExit:
        raise AssertionError(f"pricetide {shlex.join(words)} has flags that do not exist") from None
