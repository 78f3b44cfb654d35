"""All trials of a search, in parallel, each in a fresh process; those with a result from before
are not run again.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

from online_models.training.dataset import Dataset
from online_models.training.models import space
from online_models.training.search import SearchTrial, grid, random_points
from streams.errors import InputError
from streams.trainer import boards, store, trial_process
from streams.trainer.kinds import ABLE, named


def asked_trials(models: str, search: str, number: int, seed: int) -> Sequence[SearchTrial]:
    """`number` random trials of each of the comma-separated models, or all of a grid.

    InputError where a model is unknown, or none of them can become a version.
    """
    names = named(models)
    try:
        for name in names:
            space(name)
    except ValueError as error:
        raise InputError(f"--models: {error}") from None
    if not set(names) & set(ABLE):
        raise InputError(f"--models: at least one of {', '.join(ABLE)} is needed")
    if search == "grid":
        return grid(names, seed)
    return random_points(names, number, seed)


Done = Callable[[dict[str, Any]], None]


def search(
    trials: Sequence[SearchTrial],
    data: Dataset,
    folder: Path,
    folds: int,
    share: float,
    processes: int,
    done: Done,
) -> dict[str, dict[str, Any]]:
    """Results by trial key; `done` gets each, those from before with as many folds included.

    Results go to `folder/trials`, boards to `folder/logs`; `data` is stored while trials run.
    """
    results, logs = folder / "trials", folder / "logs"
    found: dict[str, dict[str, Any]] = {}
    missing = []
    for trial in trials:
        result = store.read_json(results / f"{trial.key}.json")
        if result is None or len(result["folds"]) != folds:
            missing.append(trial)
        else:
            found[trial.key] = result
            done(result)
    if missing:
        stored = folder / "dataset.npz"
        store.save(stored, data)
        if boards.available():
            boards.declare(logs, trials)
        parent = os.getpid()

        def alone(trial: SearchTrial) -> dict[str, Any]:
            """A trial in a process that has done nothing else: its memory is its own."""
            # spawned, not forked: TensorFlow does not survive a fork
            with ProcessPoolExecutor(
                max_workers=1,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=trial_process.prepare,
                initargs=(stored, parent),
            ) as process:
                job = process.submit(trial_process.run, trial, folds, share, results, logs)
                return job.result()

        with ThreadPoolExecutor(max_workers=min(processes, len(missing))) as pool:
            futures = [pool.submit(alone, trial) for trial in missing]
            try:
                for future in as_completed(futures):
                    result = future.result()
                    found[result["key"]] = result
                    done(result)
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
        stored.unlink()
    return found
