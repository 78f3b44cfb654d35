"""The live part of the tutorial, as written, on a real Kafka."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from streams.cli import main
from streams.kafka.broker import EmbeddedBroker
from tests.patience import PATIENCE_SECONDS, wait_until
from tests.snippets import ROOT, blocks, commands

pytestmark = pytest.mark.integration
PAGE = ROOT / "docs/tutorial.md"


def test_it_ends_with_the_price_and_the_reason_that_it_promises(
    fresh_broker: EmbeddedBroker,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    where = fresh_broker.bootstrap
    worker: subprocess.Popen[bytes] | None = None
    try:
        for block in blocks(PAGE):
            if block.language != "sh":
                continue
            for command in commands(block.text.replace("localhost:9092", where), tmp_path):
                name, *words = command.words
                if name == "cat":
                    assert command.given is not None
                    (tmp_path / str(command.output)).write_text(command.given)
                elif words[0] == "worker":
                    worker = subprocess.Popen([sys.executable, "-m", "streams.cli", *words])
                    wait_until(lambda: main(["topics", "--check", "--bootstrap", where]) == 0)
                elif words[0] == "export":
                    wait_until(lambda words=words: main(words) == 0 and _exported(tmp_path))  # type: ignore[misc]
                elif "--bootstrap" in words:
                    assert main(words) == 0, words
        said = capsys.readouterr().out
    finally:
        if worker is not None:
            worker.terminate()
            worker.wait(PATIENCE_SECONDS)
    assert worker is not None
    assert "8.49" in said
    assert "The largest step down asks for at least" in said


def _exported(folder: Path) -> bool:
    return "8.49" in (folder / "prices.csv").read_text(encoding="utf-8")
