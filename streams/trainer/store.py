"""Files that are complete or absent: the data set, and JSON documents."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from online_models.demand.networks.inputs import Inputs
from online_models.demand.networks.spec import Spec
from online_models.training.dataset import Dataset


def write(path: Path, data: bytes) -> None:
    """Write a file under its name only once it is complete."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.part")
    with unfinished.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def write_json(path: Path, document: Any) -> None:
    """Write a JSON document, complete or not at all."""
    write(path, (json.dumps(document, indent=1, sort_keys=True) + "\n").encode())


def read_json(path: Path) -> Any:
    """A JSON document, None where there is none."""
    try:
        return json.loads(path.read_text())
    except FileNotFoundError:
        return None


def _columns(data: Dataset) -> dict[str, NDArray[Any]]:
    columns = {f"inputs.{f.name}": getattr(data.inputs, f.name) for f in fields(Inputs)}
    own = [f.name for f in fields(Dataset) if f.name not in ("spec", "inputs")]
    return columns | {name: getattr(data, name) for name in own}


def fingerprint(data: Dataset) -> str:
    """A digest of everything in the data set: the same data, the same run."""
    digest = hashlib.sha256(json.dumps(data.spec.document(), sort_keys=True).encode())
    for name, column in _columns(data).items():
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(column).tobytes())
    return digest.hexdigest()[:12]


def save(path: Path, data: Dataset) -> None:
    """Write a data set as `.npz` (no pickle), with its spec beside it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.stem}.{os.getpid()}.part.npz")
    columns: dict[str, Any] = dict(_columns(data))
    np.savez(unfinished, **columns)
    write_json(path.with_suffix(".json"), data.spec.document())
    unfinished.replace(path)


def load(path: Path) -> Dataset:
    """The inverse of `save`."""
    spec = Spec.of(read_json(path.with_suffix(".json")))
    with np.load(path, allow_pickle=False) as arrays:
        inputs = Inputs(*(arrays[f"inputs.{f.name}"] for f in fields(Inputs)))
        own = [f.name for f in fields(Dataset) if f.name not in ("spec", "inputs")]
        return Dataset(spec=spec, inputs=inputs, **{name: arrays[name] for name in own})


#: Runs whose trials and boards are kept; with one a day, a fortnight to compare by TensorBoard.
RUNS_KEPT = 14
#: Versions that can still be promoted: about half a megabyte each.
VERSIONS_KEPT = 60


@contextmanager
def occupied(folder: Path, report: Callable[[str], None]) -> Iterator[None]:
    """Wait until no other run is at work in `folder`, then remove what killed ones left unfinished.

    The system frees the place of a killed process.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "occupied").open("w") as place:
        try:
            fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            report(f"waiting for another run in {folder}")
            fcntl.flock(place, fcntl.LOCK_EX)
        for path in folder.glob("**/*.part*"):
            path.unlink()
        yield


def outdated(folder: Path, most: int) -> list[Path]:
    """The folders in `folder` but for the `most` that were changed last."""
    found = sorted((p for p in folder.iterdir() if p.is_dir()), key=_changed, reverse=True)
    return found[most:]


def _changed(folder: Path) -> float:
    inside = (path.stat().st_mtime for path in folder.iterdir())
    return max(inside, default=folder.stat().st_mtime)
