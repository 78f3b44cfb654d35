"""A command loads what it uses, and no more: what is loaded costs seconds and memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
#: What no pricer uses, however much is installed beside it.
UNUSED = {
    *("sklearn", "pandas", "matplotlib", "tensorflow", "scipy.stats", "scipy.optimize", "rich"),
    *("river.datasets", "river.stream", "river.metrics", "river.time_series"),
    *("online_models.market", "online_models.training", "online_models.studies"),
}
FOLD = (
    "from online_models.fold.fold import Fold\n"
    "from streams.configuration.settings import Settings\n"
    "Fold(Settings(bootstrap='x:1').fold)\n"
)
HELP = "from streams import cli\ntry:\n    cli.main(['--help'])\nexcept SystemExit:\n    pass\n"
FORM = (
    "from streams.web.pages.policy_findings import findings\n"
    "assert findings({'policy_id': 'p', 'guardrails': {'minimum_price': 2, 'maximum_price': 1}})\n"
)
#: What runs → what must not have been loaded by then.
RUNS = {
    HELP: UNUSED | {"numpy", "numba", "faust", "mode", "aiokafka", "kafka", "pydantic", "river"},
    f"import streams.cli, streams.commands.run.worker\n{FOLD}": UNUSED,
    f"import streams.cli, streams.commands.run.pipe\n{FOLD}": UNUSED
    | {"faust", "aiokafka", "kafka"},
    "import streams.cli, streams.commands.record.record": UNUSED - {"rich"} | {"faust", "river"},
    f"import streams.web.server\n{FORM}": {"numba", "river", "scipy", "faust", "pandas"},
    "import streams.cli, streams.commands.steer.approve": UNUSED
    | {"numpy", "numba", "faust", "mode", "river", "scipy", "fastavro", "sqlalchemy", "jinja2"},
}


@pytest.mark.parametrize(
    "code", RUNS, ids=["help", "worker", "pipe", "record", "console", "approve"]
)
def test_nothing_is_loaded_that_is_not_used(code: str) -> None:
    assert _shown(code, "sys.modules") & RUNS[code] == set()


def test_no_record_is_made_ready_before_its_first_use() -> None:
    code = "import streams.commands.steer.approve\nfrom schemas.topics import TOPICS"
    ready = (
        "[name for name, each in TOPICS.items()"
        " if getattr(each.record, '__pydantic_complete__', False)]"
    )
    assert _shown(code, ready) == set()


def _shown(code: str, names: str) -> set[str]:
    """What the expression `names` says once `code` has run in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\nprint(*{names}, sep='\\n', file=sys.stderr)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(filter(None, done.stderr.splitlines()))
