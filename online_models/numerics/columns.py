"""Structures of arrays that grow, with a snapshot as plain arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

#: Doubling from a small start costs at most one copy per row, amortised.
FIRST_CAPACITY = 64


class _Column(NamedTuple):
    dtype: np.dtype[Any]
    fill: Any
    #: Of a row: () or (width,).
    shape: tuple[int, ...]
    saved_as: str
    optional: bool


def column(
    dtype: Any, fill: Any, width: int | None = None, *, saved_as: str = "", optional: bool = False
) -> Any:
    """A field of `Columns`, which new rows hold `fill` in; a width makes it two-dimensional, shape
    (rows, width).

    In snapshots it is called `saved_as`, or as the field; those that lack an optional one leave its
    fill in all rows.
    """
    shape = () if width is None else (width,)
    return _Column(np.dtype(dtype), fill, shape, saved_as, optional)


class Columns:
    """Rows held as one NumPy array per field, all of the same length.

    A subclass declares each field by a `column`; `FIELDS` has them by name. On an instance a field
    is a view of the `size` rows in use, to be read and written in place. Views are renewed by
    `grow`, so hold none across it.

    >>> class Points(Columns):
    ...     x: NDArray[np.float64] = column(np.float64, 0.0)
    ...     tags: NDArray[np.int64] = column(np.int64, -1, 2)
    >>> points = Points()
    >>> points.grow(3)
    >>> points.x[1] = 2.5
    >>> points.tags.shape
    (3, 2)
    >>> again = Points()
    >>> again.restore(points.snapshot())
    >>> again.x.tolist()
    [0.0, 2.5, 0.0]
    """

    FIELDS: ClassVar[Mapping[str, _Column]] = {}

    def __init_subclass__(cls) -> None:
        own = {name: each for name, each in vars(cls).items() if isinstance(each, _Column)}
        cls.FIELDS = {**cls.FIELDS, **own}
        for name in own:
            delattr(cls, name)

    def __init__(self) -> None:
        self.size = 0
        self._capacity = 0
        self._store: dict[str, NDArray[Any]] = {}
        self._allocate(FIRST_CAPACITY)

    def __len__(self) -> int:
        return self.size

    def grow(self, size: int) -> None:
        """Make at least `size` rows usable; new rows hold each field's fill."""
        if size <= self.size:
            return
        if size > self._capacity:
            self._allocate(max(size, 2 * self._capacity))
        self.size = size
        self._renew()

    def snapshot(self) -> dict[str, NDArray[Any]]:
        """Copies of the rows in use, by the names of snapshots."""
        return {
            each.saved_as or name: self._store[name][: self.size].copy()
            for name, each in self.FIELDS.items()
        }

    def restore(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """The inverse of `snapshot`; whatever rows there are now are gone.

        Raises ValueError where a column is missing, unknown, or of another dtype or length.
        """
        names = {each.saved_as or name: name for name, each in self.FIELDS.items()}
        sizes = {len(array) for array in arrays.values()}
        if len(sizes) > 1:
            raise ValueError(f"{type(self).__name__}: fields of unequal length {sorted(sizes)}")
        for saved_as, name in names.items():
            if saved_as not in arrays and not self.FIELDS[name].optional:
                raise ValueError(f"{saved_as}: is missing")
        size = sizes.pop() if sizes else 0
        self.size, self._store = 0, {}
        self._allocate(max(size, FIRST_CAPACITY))
        self.size = size
        for saved_as, array in arrays.items():
            if saved_as not in names:
                raise ValueError(f"{saved_as}: {type(self).__name__} has no such column")
            store = self._store[names[saved_as]]
            if array.dtype != store.dtype or array.shape[1:] != store.shape[1:]:
                raise ValueError(
                    f"{saved_as}: expected {store.dtype} of shape (any, *{store.shape[1:]}), "
                    f"found {array.dtype} of shape {array.shape}"
                )
            store[:size] = array
        self._renew()

    def _allocate(self, capacity: int) -> None:
        for name, each in self.FIELDS.items():
            # zeros cost no memory until they are written
            shape, fill, dtype = (capacity, *each.shape), each.fill, each.dtype
            array = np.full(shape, fill, dtype) if fill else np.zeros(shape, dtype)
            if name in self._store:
                array[: self.size] = self._store[name][: self.size]
            self._store[name] = array
        self._capacity = capacity
        self._renew()

    def _renew(self) -> None:
        for name, array in self._store.items():
            setattr(self, name, array[: self.size])
