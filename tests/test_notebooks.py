"""The notebooks run from their first cell to their last."""

from __future__ import annotations

import os
from importlib import metadata
from pathlib import Path

import pytest

from streams.demo.data import tafeng

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "docs/notebooks").glob("*.py"))
#: It trains models in processes of their own, each of which loads for seconds.
LONG = "5-models"
#: Of one cell, on a machine that is busy with something else.
PATIENCE_SECONDS = 1800


@pytest.mark.parametrize(
    "path",
    [pytest.param(p, marks=[pytest.mark.slow] if p.stem == LONG else []) for p in NOTEBOOKS],
    ids=lambda path: path.stem,
)
def test_a_notebook_runs(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not any(metadata.distributions(name=tafeng.DISTRIBUTION)):
        pytest.skip(f"needs {tafeng.INSTALL}")
    # they load for seconds, which every process that collects tests would spend
    import jupytext
    from nbclient import NotebookClient

    known = os.environ.get("PYTHONPATH")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), *([known] if known else [])]))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    notebook = jupytext.read(path)
    client = NotebookClient(
        notebook,
        timeout=PATIENCE_SECONDS,
        kernel_name="python3",
        resources={"metadata": {"path": tmp_path}},
    )
    client.execute()
    assert any(cell.get("outputs") for cell in notebook.cells)
