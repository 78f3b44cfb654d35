"""Values that are plain data already, or become it by their type alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
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


_ATOMS = (bool, int, float, str, bytes, type(None))


class RestoreError(ValueError):
    """A snapshot that does not fit the state; `place` is where, `problem` what."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place}: {problem}" if place else problem)
        self.place = place
        self.problem = problem

    def below(self, name: object) -> RestoreError:
        """The same, seen from one level higher."""
        return RestoreError(f"{name}.{self.place}" if self.place else str(name), self.problem)


class Value:
    """Numbers, texts, bytes, None, and lists, dicts, (named) tuples and sets of them.

    Of a dict the order is kept; a set is saved in ascending order.
    """

    def __init__(self, of: Any) -> None:
        self.of = of

    def save(self, value: Any) -> Any:
        """A copy without named tuples or sets; TypeError where something is no plain data."""
        if type(value) in _ATOMS:
            return value
        if isinstance(value, (set, frozenset)):
            value = sorted(value)
        return msgspec.to_builtins(value, builtin_types=(bytes,))

    def restore(self, plain: Any, present: Any) -> Any:
        """The value, of the declared type throughout."""
        del present
        try:
            return msgspec.convert(plain, self.of, builtin_types=(bytes,))
        except msgspec.ValidationError as error:
            raise RestoreError("", str(error)) from None
