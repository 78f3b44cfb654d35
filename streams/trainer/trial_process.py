"""One trial in a process of its own: cross-validation, its board, and its result as a file."""

from __future__ import annotations

import os
import resource
import shutil
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from online_models.demand.forecast import UnitsForecast
from online_models.demand.networks.zoo import ARCHITECTURES
from online_models.training.dataset import Dataset
from online_models.training.search import SearchTrial, cross_validate
from streams.trainer import boards, store

_STATUS = Path("/proc/self/status")
_RESET = Path("/proc/self/clear_refs")


class Peak:
    """Begins to watch when made; MB are of resident memory.

    Where the system can't set its mark back to the present (all but Linux), the peak is that of the
    process since its start: a process that has done other work shows too little.
    """

    def __init__(self) -> None:
        with suppress(OSError):
            _RESET.write_text("5")
        self._before = _highest()

    @property
    def megabytes(self) -> int:
        """MB taken so far at the most."""
        return (_highest() - self._before) // 1024


def _highest() -> int:
    """Highest resident memory, kB, since the start of the process or the last mark."""
    try:
        status = _STATUS.read_text()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(status.partition("VmHWM:")[2].split(maxsplit=1)[0])


#: Training yields to a worker on the same machine.
NICENESS = 10

_data: Dataset


def prepare(data: Path, parent: int) -> None:
    """Set up a trial's process: one thread, the data set in memory, and an end with its parent.

    A killed parent cannot end its children; so each looks for it.
    """
    global _data
    single_thread()
    os.nice(NICENESS)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    _data = store.load(data)


def single_thread() -> None:
    """Keep TensorFlow, before it is imported, to one quiet thread on the CPU's own kernels."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
    for name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
        os.environ[name] = "1"


def warm(model: str) -> None:
    """Import what a model and its board need."""
    if boards.available():
        import tensorflow  # noqa: F401
    if model not in ARCHITECTURES:
        import sklearn.ensemble  # noqa: F401


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def run(trial: SearchTrial, folds: int, share: float, results: Path, logs: Path) -> dict[str, Any]:
    """Score a trial and write its result, which is also returned.

    Its seconds of CPU and its memory are without the import of what it is made of.
    """
    warm(trial.model)
    started, peak = time.process_time(), Peak()
    board = logs / trial.key
    # what a killed attempt left would show as a second run
    shutil.rmtree(board, ignore_errors=True)
    deep, shown = trial.model in ARCHITECTURES, boards.available()

    def show(fold: int, forecast: UnitsForecast, held: Dataset) -> None:
        if shown:
            boards.residuals(board, forecast, held, fold)

    score = cross_validate(
        trial,
        _data,
        folds,
        share,
        done=show,
        callbacks=lambda fold: boards.callbacks(board / f"fold_{fold}") if deep else [],
    )
    if shown:
        boards.hyper_parameters(board, trial.model, trial.hyper, score.mean)
    result = {
        "key": trial.key,
        "model": trial.model,
        "hyper": dict(trial.hyper),
        "seed": trial.seed,
        "mean": score.mean,
        "folds": [fold.document() for fold in score.folds],
        "seconds": time.process_time() - started,
        "megabytes": peak.megabytes,
    }
    store.write_json(results / f"{trial.key}.json", result)
    return result
