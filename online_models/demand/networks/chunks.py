"""Weights as `model-updates` records, and the records back to weights.

The records of one version may come twice, or begin anew after a trainer was killed; a version is
complete when each of its parts has come, and what it says is checked before anything trusts it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from online_models.demand.networks.container import LARGEST, Floats32, WeightsError, pack, unpack
from online_models.persistence.saved import Saved
from schemas.records.demand.model_updates import ModelUpdate
from schemas.values.instants import to_text

#: Bytes of weights in a record: as base64 it stays below the largest input that ingest takes.
PART = 256 << 10
MOST_PARTS = LARGEST // PART


@dataclass(frozen=True, slots=True)
class ModelStanding:
    """What a trainer says of a version besides its weights."""

    model: str
    version: str
    #: When it was trained, and the end of the last window it saw; ms since the epoch.
    trained_at: int
    trained_through: int
    metrics: Mapping[str, float]
    status: str = "challenger"


def records(
    document: Mapping[str, Any], weights: Mapping[str, Floats32], standing: ModelStanding
) -> list[dict[str, Any]]:
    """`model-updates` values, one per part; `document` says what the weights are."""
    data = pack(document, weights)
    digest = hashlib.sha256(data).hexdigest()
    parts = [data[low : low + PART] for low in range(0, len(data), PART)]
    return [
        {
            **announcement(standing),
            "weights": base64.b64encode(part).decode(),
            "architecture": dict(document),
            "sha256": digest,
            "chunk": number,
            "chunks": len(parts),
        }
        for number, part in enumerate(parts)
    ]


def announcement(standing: ModelStanding) -> dict[str, Any]:
    """A `model-updates` value without weights: a change of the standing of a known version.

    A measure that is none, as the MASE where naive forecasts never err, is left out.
    """
    return {
        "model": standing.model,
        "version": standing.version,
        "trained_at": to_text(standing.trained_at),
        "trained_through": to_text(standing.trained_through),
        "metrics": {k: v for k, v in standing.metrics.items() if math.isfinite(v)},
        "weights": None,
        "status": standing.status,
    }


#: What weights are, and the weights by name.
Packed = tuple[dict[str, Any], dict[str, Floats32]]


class Assembly:
    """Collects the parts of one version at a time; another version's part begins anew."""

    SAVED = Saved(version=str, digest=str, parts=dict[int, bytes])

    def __init__(self) -> None:
        self.version = ""
        self.digest = ""
        self.parts: dict[int, bytes] = {}

    def add(self, update: ModelUpdate) -> Packed | None:
        """Document and weights once the last part has come, None before.

        Raises
        ------
        WeightsError
            Where the part is none, or the whole is not what its checksum says; the parts so far
            are dropped.
        """
        number, count = update.chunk or 0, update.chunks or 1
        version = str(update.version)
        try:
            part = _decoded(update, number, count)
            if (version, update.sha256) != (self.version, self.digest):
                self._begin(version, update.sha256 or "")
            self.parts[number] = part
            if len(self.parts) < count:
                return None
            if sorted(self.parts) != list(range(count)):
                raise WeightsError("chunk: parts of different counts are mixed")
            whole = b"".join(self.parts[n] for n in range(count))
            if hashlib.sha256(whole).hexdigest() != self.digest:
                raise WeightsError("sha256: the checksum is not that of the weights")
            document, weights = unpack(whole)
            if update.architecture != document:
                raise WeightsError("architecture: it is not that of the weights")
        except WeightsError:
            self._begin("", "")
            raise
        self._begin("", "")
        return document, weights

    def _begin(self, version: str, digest: str) -> None:
        self.version, self.digest, self.parts = version, digest, {}


def _decoded(update: ModelUpdate, number: int, count: int) -> bytes:
    if not 0 <= number < count <= MOST_PARTS:
        raise WeightsError(f"chunk: {number} of {count} is not possible")
    if not isinstance(update.sha256, str):
        raise WeightsError("sha256: required, but absent")
    if not isinstance(update.weights, str):
        raise WeightsError("weights: no text")
    try:
        part = base64.b64decode(update.weights, validate=True)
    except (binascii.Error, ValueError):
        raise WeightsError("weights: not base64") from None
    if not 0 < len(part) <= PART:
        raise WeightsError(f"weights: a part of {len(part)} bytes is not possible")
    return part


class ChunkVerdict(NamedTuple):
    """More parts are awaited, it is in force, or why it is not."""

    kind: Literal["pending", "accepted", "rejected"]
    reason: str = ""
