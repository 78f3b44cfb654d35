"""Columns that are gathered when first read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

Owner = TypeVar("Owner")
Value = TypeVar("Value")


class Gathered(Generic[Owner, Value]):
    """A method's result, kept as an attribute: `functools.cached_property` without the lock that it
    takes before Python 3.12, which costs as much as many a column.

    >>> class Sides:
    ...     @Gathered
    ...     def six(self):
    ...         print("rolled")
    ...         return 6
    >>> die = Sides()
    >>> die.six + die.six
    rolled
    12
    """

    def __init__(self, gather: Callable[[Owner], Value]) -> None:
        self._gather = gather
        self.__doc__ = gather.__doc__

    def __set_name__(self, owner: type[Owner], name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: Any) -> Gathered[Owner, Value]: ...

    @overload
    def __get__(self, instance: Owner, owner: Any) -> Value: ...

    def __get__(self, instance: Owner | None, owner: Any) -> Any:
        """Gather the column; from then on the attribute stands before this descriptor."""
        if instance is None:
            return self
        value = instance.__dict__[self._name] = self._gather(instance)
        return value
