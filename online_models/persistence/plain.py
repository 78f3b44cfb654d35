"""Values that are plain data already, or become it by their type alone."""

from __future__ import annotations

from typing import Any

import msgspec

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
