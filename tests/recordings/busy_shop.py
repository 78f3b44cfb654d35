"""The recorded snapshots of a busy shop, and the shop as it goes on from one."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import msgspec

from online_models.demand.settings import DemandSettings
from online_models.fold.fold import Fold
from online_models.fold.state import FoldSettings
from streams.journal import codec as journal
from streams.pricer.snapshots import codec

FOLDER = Path(__file__).parent / "snapshots"
DEMAND = DemandSettings(river=("river.linear_model.BayesianLinearRegression",), river_by="category")
SETTINGS = FoldSettings(demand=DEMAND)


def recorded(version: int) -> dict[str, Any]:
    """Parts of the snapshot, journal records after it, digests of what each led to."""
    raw = gzip.decompress((FOLDER / f"version-{version}.msgpack.gz").read_bytes())
    found: dict[str, Any] = msgspec.msgpack.decode(raw)
    return found


def restored(parts: list[bytes]) -> Fold:
    """The fold that a snapshot holds."""
    return Fold.restore(codec.decode([codec.decode_part(part) for part in parts]), SETTINGS)


def restarted(fold: Fold) -> Fold:
    """The fold after a restart from its snapshot, through the bytes on the wire."""
    return restored(codec.encode(fold.snapshot(), 0))


def busy_shop(version: int = 12) -> Fold:
    """A fold in the midst of a busy day."""
    found = recorded(version)
    fold = restored(found["parts"])
    for record in found["journal"]:
        fold.step(journal.decode(record))
    return fold
