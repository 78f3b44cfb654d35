"""What plain data hold, value by value: to compare two states, or to look for one value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np


def leaves(plain: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Each value that is no mapping, with its path.

    >>> list(leaves({"a": 1, "b": {"c": [2, 3]}}))
    [('a', 1), ('b.c', [2, 3])]
    """
    if not isinstance(plain, dict):
        yield path, plain
        return
    for name, value in plain.items():
        yield from leaves(value, f"{path}.{name}" if path else str(name))


def same(one: Any, other: Any) -> bool:
    """Whether two plain data are alike to the last bit, the order of names included.

    >>> same({"a": np.array([np.nan])}, {"a": np.array([np.nan])}), same({"a": 0}, {"a": 0.0})
    (True, False)
    """
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[name], other[name]) for name in one)
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, np.ndarray):
        alike = (one.dtype, one.shape) == (other.dtype, other.shape)
        return alike and one.tobytes() == other.tobytes()
    return bool(one == other or (one != one and other != other))
