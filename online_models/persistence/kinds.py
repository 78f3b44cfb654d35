"""The kinds of attributes that persist, apart from plain values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from online_models.persistence.plain import RestoreError
from online_models.persistence.saved import FieldKind, restore, save
from schemas.values.fields import ADMITTED

#: An axis as long as the constructor made it.
SAME = -1


class Array:
    """One array of a dtype and shape; an axis of None may have any length."""

    def __init__(self, dtype: Any, *shape: int | None) -> None:
        self.dtype = np.dtype(dtype)
        self.shape = shape

    def save(self, value: NDArray[Any]) -> NDArray[Any]:
        """A copy."""
        return value.copy()

    def restore(self, plain: Any, present: Any) -> NDArray[Any]:
        """A copy, checked."""
        if not isinstance(plain, np.ndarray):
            raise RestoreError("", f"expected an array, found {type(plain).__name__}")
        shape = [
            present.shape[axis] if length == SAME else length
            for axis, length in enumerate(self.shape)
        ]
        fits = plain.ndim == len(shape) and all(
            length in (None, found) for length, found in zip(shape, plain.shape, strict=True)
        )
        if plain.dtype != self.dtype or not fits:
            wanted = ", ".join("any" if length is None else str(length) for length in shape)
            raise RestoreError(
                "",
                f"expected {self.dtype} of shape ({wanted}), "
                f"found {plain.dtype} of shape {plain.shape}",
            )
        return plain.copy()


class Part:
    """An object that declares what of it persists; it is restored in place."""

    def save(self, value: Any) -> dict[str, Any]:
        """Its fields."""
        return save(value)

    def restore(self, plain: Any, present: Any) -> Any:
        """The same object, restored."""
        restore(present, plain)
        return present


class Parts:
    """Parts by key, each made anew."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self.make = make

    def save(self, value: dict[Any, Any]) -> dict[Any, Any]:
        """The fields of each."""
        return {key: save(part) for key, part in value.items()}

    def restore(self, plain: Any, present: Any) -> dict[Any, Any]:
        """New parts, in the order of the snapshot."""
        del present
        found = {}
        for key, fields in plain.items():
            found[key] = self.make()
            try:
                restore(found[key], fields)
            except RestoreError as error:
                raise error.below(key) from None
        return found


class Members:
    """The parts of a dict that the constructor makes, each by its key.

    Those that the snapshot lacks stay as they were made, and what it has besides is dropped: which
    there are is a setting.
    """

    def save(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """The fields of each."""
        return {name: save(part) for name, part in value.items()}

    def restore(self, plain: Any, present: Mapping[str, Any]) -> Mapping[str, Any]:
        """The same dict, its parts restored."""
        for name, part in present.items():
            if name in plain:
                try:
                    restore(part, plain[name])
                except RestoreError as error:
                    raise error.below(name) from None
        return present


class Items:
    """A list, each item of one kind."""

    def __init__(self, kind: FieldKind) -> None:
        self.kind = kind

    def save(self, value: Iterable[Any]) -> list[Any]:
        """Each item saved."""
        return [self.kind.save(item) for item in value]

    def restore(self, plain: Any, present: Any) -> list[Any]:
        """A new list."""
        del present
        return [self.kind.restore(item, None) for item in plain]


class Together:
    """A tuple, each place of a kind of its own."""

    def __init__(self, *kinds: FieldKind) -> None:
        self.kinds = kinds

    def save(self, value: tuple[Any, ...]) -> list[Any]:
        """Each place saved."""
        return [kind.save(each) for kind, each in zip(self.kinds, value, strict=True)]

    def restore(self, plain: Any, present: Any) -> tuple[Any, ...]:
        """A new tuple."""
        del present
        if len(plain) != len(self.kinds):
            raise RestoreError("", f"expected {len(self.kinds)} values, found {len(plain)}")
        return tuple(kind.restore(one, None) for kind, one in zip(self.kinds, plain, strict=True))


class IntegerMap:
    """A dict from integers to integers, as an array of shape (2, n): for very many."""

    def save(self, value: dict[int, int]) -> NDArray[np.int64]:
        """Keys, then values, in their order."""
        pairs = np.empty((2, len(value)), np.int64)
        pairs[0] = np.fromiter(value.keys(), np.int64, len(value))
        pairs[1] = np.fromiter(value.values(), np.int64, len(value))
        return pairs

    def restore(self, plain: Any, present: Any) -> dict[int, int]:
        """A new dict."""
        keys, values = Array(np.int64, 2, None).restore(plain, present).tolist()
        return dict(zip(keys, values, strict=True))


class Document:
    """A record of `schemas`, or None, as the JSON in which it travels. It was admitted before: what
    the border refuses by now stays.
    """

    def __init__(self, record: Any) -> None:
        self._adapter: TypeAdapter[Any] = TypeAdapter(record)

    def save(self, value: Any) -> str | None:
        """JSON text."""
        return None if value is None else self._adapter.dump_json(value, by_alias=True).decode()

    def restore(self, plain: str | None, present: Any) -> Any:
        """The record."""
        del present
        try:
            return None if plain is None else self._adapter.validate_json(plain, context=ADMITTED)
        except ValueError as error:
            raise RestoreError("", f"not such a record: {error}") from None


class Coded:
    """Whatever a pair of functions writes as plain data and reads again."""

    def __init__(self, encode: Callable[[Any], Any], decode: Callable[[Any], Any]) -> None:
        self._encode = encode
        self._decode = decode

    def save(self, value: Any) -> Any:
        """What `encode` makes of it."""
        return self._encode(value)

    def restore(self, plain: Any, present: Any) -> Any:
        """What `decode` makes of it; its ValueError names the place."""
        del present
        try:
            return self._decode(plain)
        except (ValueError, TypeError, KeyError) as error:
            raise RestoreError("", str(error)) from None
