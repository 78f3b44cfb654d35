"""What a worker does before its first event, so that the first event finds every rule ready."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from streams.worker.rehearsal import rehearse

ROOT = Path(__file__).parents[3]
#: Counts what is compiled after a rehearsal, while a recorded shop is priced, and one that sells in
#: every way.
PROGRAM = """
import json
from pathlib import Path
from numba.core import event
from streams.configuration.settings import Settings
from streams.pipe.pipe import Pipe
from streams.worker.rehearsal import rehearse
from tests.integration.shop import traffic

class Counted(event.Listener):
    names = []
    def on_start(self, event):
        self.names.append(event.data["dispatcher"].py_func.__name__)
    def on_end(self, event):
        pass

event.register("numba:compile", Counted())
rehearse()
before = len(Counted.names)
with Path("tests/recordings/shop.jsonl").open("rb") as lines:
    priced = sum(1 for _ in Pipe(Settings()).feed(lines))
wide = [*traffic.catalogue(), *traffic.events(1000, step=6 * traffic.MINUTE)]
lines = (
    {"topic": e.topic, "key": e.key, "value": json.loads(e.value), "timestamp": e.time}
    for e in wide
)
priced += sum(1 for _ in Pipe(Settings()).feed(json.dumps(line).encode() for line in lines))
print(before, priced, *Counted.names[before:])
"""


def test_offers_of_each_strategy_are_priced() -> None:
    changes = [json.loads(out.value) for out in rehearse() if out.topic == "price-changes"]
    assert {change["sku"] for change in changes} >= {"a", "b", "u"}


def test_a_shop_finds_all_its_rules_compiled(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=os.environ | {"NUMBA_CACHE_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    before, priced, *late = done.stdout.split()
    assert int(before) > 50
    assert int(priced) > 1000
    assert late == []
