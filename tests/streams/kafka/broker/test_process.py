import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from streams.kafka.broker import process
from tests.patience import wait_until

IGNORING = "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True)"


def test_output_goes_to_the_file(tmp_path):
    output = tmp_path / "output"
    child = process.spawn([sys.executable, "-c", "print('said')"], output)
    assert child.wait() == 0
    assert output.read_bytes() == b"said\n"


def test_a_program_that_is_missing_fails_at_once(tmp_path):
    if sys.platform == "linux":
        child = process.spawn([str(tmp_path / "no-such-program")], tmp_path / "output")
        assert child.wait() != 0
        assert b"FileNotFoundError" in (tmp_path / "output").read_bytes()
    else:
        with pytest.raises(FileNotFoundError):
            process.spawn([str(tmp_path / "no-such-program")], tmp_path / "output")


def test_a_process_that_heeds_the_signal_ends_by_it(tmp_path):
    child = process.spawn([sys.executable, "-c", "import time; time.sleep(600)"], tmp_path / "out")
    process.stop([child], seconds=60)
    assert child.returncode == -signal.SIGTERM


def test_a_process_that_ignores_the_signal_is_killed(tmp_path):
    output = tmp_path / "output"
    child = process.spawn([sys.executable, "-c", f"{IGNORING}; time.sleep(600)"], output)
    wait_until(lambda: b"1" in output.read_bytes())
    process.stop([child], seconds=0.1)
    assert child.returncode == -signal.SIGKILL


def test_a_child_outlives_the_thread_that_asked_for_it(tmp_path):
    children = []
    command = [sys.executable, "-c", "import sys, time; time.sleep(0.5); sys.exit(7)"]
    thread = threading.Thread(
        target=lambda: children.append(process.spawn(command, tmp_path / "output"))
    )
    thread.start()
    thread.join()
    assert children[0].wait() == 7


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's parent death signal")
def test_a_child_does_not_outlive_its_parent(tmp_path):
    script = (
        "import os, pathlib, sys\n"
        "from streams.kafka.broker import process\n"
        "command = [sys.executable, '-c', 'import time; time.sleep(600)']\n"
        f"child = process.spawn(command, pathlib.Path({str(tmp_path / 'output')!r}))\n"
        "print(child.pid, flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, check=False)
    pid = int(done.stdout)
    assert done.returncode == -signal.SIGKILL
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        # Without a parent to collect it, a killed child may stay as a zombie.
        if Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
            return
        time.sleep(0.01)
    pytest.fail("the child still runs")
