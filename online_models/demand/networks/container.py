"""Weights as bytes, and back: a JSON header and raw little-endian float32, never pickle.

Layout: 8 bytes magic, 4 bytes length of the header, the header (JSON: a document that says what
the weights are, and name and shape of every array in order), then the arrays one after the other.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

Floats32 = NDArray[np.float32]


MAGIC = b"ptide-w1"
#: Largest container: above any sensible network, below what would hurt a worker.
LARGEST = 64 << 20
#: Longest header.
LARGEST_HEADER = 1 << 20


class WeightsError(ValueError):
    """Weights that are not what they claim to be; the message names what is wrong."""


def pack(document: Mapping[str, Any], weights: Mapping[str, Floats32]) -> bytes:
    """Weights by name as bytes; the same weights give the same bytes.

    >>> unpack(pack({"name": "x"}, {"a": np.ones((2, 1), np.float32)}))[1]["a"].tolist()
    [[1.0], [1.0]]
    """
    names = sorted(weights)
    header = msgspec.json.encode(
        {"what": document, "arrays": [[name, list(weights[name].shape)] for name in names]}
    )
    arrays = [np.ascontiguousarray(weights[name], "<f4").tobytes() for name in names]
    return b"".join([MAGIC, len(header).to_bytes(4, "little"), header, *arrays])


def unpack(data: bytes) -> tuple[dict[str, Any], dict[str, Floats32]]:
    """The inverse of `pack`; WeightsError, saying what is wrong, for anything else."""
    if len(data) > LARGEST:
        raise WeightsError(f"weights: {len(data)} bytes are more than {LARGEST}")
    if data[: len(MAGIC)] != MAGIC:
        raise WeightsError("weights: no container (its first bytes are wrong)")
    start = len(MAGIC) + 4
    length = int.from_bytes(data[len(MAGIC) : start], "little")
    if length > LARGEST_HEADER or start + length > len(data):
        raise WeightsError("weights: the header is cut off")
    document, arrays = _header(data[start : start + length])
    weights: dict[str, Floats32] = {}
    offset = start + length
    for name, shape in arrays:
        size = 4 * math.prod(shape)
        if offset + size > len(data):
            raise WeightsError(f"weights: {name} is cut off")
        flat = np.frombuffer(data, "<f4", size // 4, offset)
        weights[name] = flat.astype(np.float32).reshape(shape)
        offset += size
    if offset != len(data):
        raise WeightsError(f"weights: {len(data) - offset} bytes too many")
    return document, weights


def _header(text: bytes) -> tuple[dict[str, Any], list[tuple[str, tuple[int, ...]]]]:
    try:
        header = msgspec.json.decode(text)
        arrays = [(str(name), tuple(shape)) for name, shape in header["arrays"]]
        document = header["what"]
        sizes = [size for _, shape in arrays for size in shape]
    except (msgspec.MsgspecError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise WeightsError(f"weights: the header is malformed ({error})") from None
    if any(type(size) is not int or not 0 < size <= LARGEST for size in sizes):
        raise WeightsError("weights: the header holds a size that is none")
    return document, arrays
