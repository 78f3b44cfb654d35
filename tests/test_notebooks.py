"""The notebooks run from their first cell to their last."""

from __future__ import annotations

import os
from importlib import metadata
from pathlib import Path

import pytest

from streams.demo.data import tafeng

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "docs/notebooks").glob("*.py"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
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
        notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": tmp_path}}
    )
    client.execute()
    assert any(cell.get("outputs") for cell in notebook.cells)
