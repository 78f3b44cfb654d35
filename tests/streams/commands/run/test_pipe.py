"""`pricetide pipe` over real file descriptors."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from streams import cli
from streams.commands.run import pipe as command


def arriving(chunks: list[bytes], monkeypatch: pytest.MonkeyPatch) -> list[list[bytes]]:
    left = iter([*chunks, b""])
    monkeypatch.setattr(os, "read", lambda source, size: next(left))
    return list(command._arriving(0))


@pytest.mark.parametrize(
    ("chunks", "lines"),
    [
        ([b"a\nb\n"], [[b"a", b"b"]]),
        ([b"a", b"b", b"c\nd", b"\n"], [[b"abc"], [b"d"]]),
        ([b"a\n", b"\n", b"rest"], [[b"a"], [b""], [b"rest"]]),
        ([b"a\nb", b"c"], [[b"a"], [b"bc"]]),
        ([], []),
    ],
)
def test_lines_come_whole_as_soon_as_they_end(
    chunks: list[bytes], lines: list[list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert arriving(chunks, monkeypatch) == lines


def test_a_policy_file_that_cannot_be_used_ends_the_command_with_one_line(
    tmp_path: Path, capsys: Any
) -> None:
    assert cli.main(["pipe", "--policies", str(tmp_path / "none.json")]) == 2
    error = capsys.readouterr().err
    assert error.startswith("pricetide pipe: ")
    assert "none.json" in error
    assert error.count("\n") == 1
