"""River models as plain values, and back: what a snapshot holds of them.

A model is an object graph; each object is taken apart by its own `__reduce_ex__`, as pickling
would, but written as data: names of classes and their parts. Reading it builds objects of River and
of the few builtin types listed here, and calls nothing else, whatever the bytes say.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from types import MethodType
from typing import Any

import msgspec
import numpy as np

_TYPES: dict[str, Callable[..., Any]] = {
    name: getattr(import_module(name.rpartition(".")[0]), name.rpartition(".")[2])
    for name in (
        "random.Random",
        "collections.defaultdict",
        "collections.deque",
        "collections.Counter",
        "collections.OrderedDict",
        "statistics.NormalDist",
        "builtins.dict",
        "builtins.list",
        "builtins.set",
        "builtins.frozenset",
        "builtins.int",
        "builtins.float",
        "builtins.object",
        "copyreg.__newobj__",
        "copyreg._reconstructor",
    )
}
_NAMES = {id(value): name for name, value in _TYPES.items()}
_PLAIN = (bool, int, float, str, bytes)


class RiverStateError(ValueError):
    """An object that can't be written as data, or bytes that are no such object."""


def encode(value: Any) -> bytes:
    """A River object (or dict, list, … of them) as bytes; equal graphs give equal bytes."""
    return msgspec.msgpack.encode(_Writer().write(value))


def decode(data: bytes) -> Any:
    """The inverse of `encode`."""
    try:
        return _Reader().read(msgspec.msgpack.decode(data))
    except (msgspec.MsgspecError, AttributeError, ImportError, IndexError, TypeError) as error:
        raise RiverStateError(f"no River model: {error}") from error


class _Writer:
    """Plain values are themselves; all else is a list [tag, …]; "@" refers to what was met."""

    def __init__(self) -> None:
        self._met: dict[int, int] = {}
        self._kept: list[Any] = []

    def write(self, value: Any) -> Any:
        if value is None or type(value) in _PLAIN:
            if type(value) is int and not -(2**63) <= value < 2**64:
                return ["i", str(value)]
            return value
        if isinstance(value, MethodType):
            return ["m", self.write(value.__self__), value.__name__]
        if isinstance(value, type) or (callable(value) and hasattr(value, "__qualname__")):
            return ["n", _name(value)]
        if id(value) in self._met:
            return ["@", self._met[id(value)]]
        self._met[id(value)] = len(self._kept)
        self._kept.append(value)
        return self._object(value)

    def _object(self, value: Any) -> list[Any]:
        kind = type(value)
        if kind is tuple:
            return ["t", *map(self.write, value)]
        if kind is list:
            return ["l", *map(self.write, value)]
        if kind is dict:
            return ["d", *([self.write(k), self.write(v)] for k, v in value.items())]
        if kind in (set, frozenset):
            return ["s" if kind is set else "f", *map(self.write, sorted(value, key=repr))]
        if isinstance(value, np.ndarray):
            if value.dtype.hasobject:
                raise RiverStateError("an array of objects")
            # sums depend on how an array lies in memory
            columns = value.flags.f_contiguous and not value.flags.c_contiguous
            data = value.tobytes(order="F" if columns else "C")
            return ["a", value.dtype.str, list(value.shape), "F" if columns else "C", data]
        if isinstance(value, np.generic):
            return ["g", value.dtype.str, value.tobytes()]
        reduced = value.__reduce_ex__(2)
        if not isinstance(reduced, tuple):
            raise RiverStateError(f"{kind.__qualname__} is a global")
        call, arguments, state, items, pairs = (*reduced, None, None, None)[:5]
        return [
            "o",
            _name(call),
            [self.write(argument) for argument in arguments],
            self.write(state),
            [self.write(item) for item in items or ()],
            [[self.write(k), self.write(v)] for k, v in pairs or ()],
        ]


class _Reader:
    def __init__(self) -> None:
        self._met: list[Any] = []

    def read(self, data: Any) -> Any:
        if not isinstance(data, list):
            return data
        tag, rest = data[0], data[1:]
        if tag == "i":
            return int(rest[0])
        if tag == "n":
            return _named(rest[0])
        if tag == "@":
            return self._met[rest[0]]
        if tag == "m":
            return getattr(self.read(rest[0]), rest[1])
        place = len(self._met)
        self._met.append(None)
        if tag == "o":
            return self._object(place, *rest)
        if tag in "ld":
            whole: Any = [] if tag == "l" else {}
            self._met[place] = whole
            if tag == "l":
                whole.extend(map(self.read, rest))
            else:
                whole.update((self.read(k), self.read(v)) for k, v in rest)
            return whole
        self._met[place] = self._leaf(tag, rest)
        return self._met[place]

    def _leaf(self, tag: str, rest: list[Any]) -> Any:
        if tag == "a":
            flat = np.frombuffer(rest[3], np.dtype(rest[0]))
            return flat.reshape(rest[1], order=rest[2]).copy(order="K")
        if tag == "g":
            return np.frombuffer(rest[1], np.dtype(rest[0]))[0]
        makers: dict[str, Callable[..., Any]] = {"t": tuple, "s": set, "f": frozenset}
        if tag not in makers:
            raise RiverStateError(f"unknown tag {tag!r}")
        return makers[tag](map(self.read, rest))

    def _object(
        self, place: int, call: str, arguments: Any, state: Any, items: Any, pairs: Any
    ) -> Any:
        made = _maker(call)(*map(self.read, arguments))
        self._met[place] = made
        found = self.read(state)
        if found is not None:
            self._restore(made, found)
        for item in items:
            made.append(self.read(item))
        for key, value in pairs:
            made[self.read(key)] = self.read(value)
        return made

    @staticmethod
    def _restore(made: Any, state: Any) -> None:
        if hasattr(made, "__setstate__"):
            made.__setstate__(state)
            return
        parts = state if isinstance(state, tuple) else (state,)
        for part in parts:
            for name, value in (part or {}).items():
                setattr(made, name, value)


def _name(found: Any) -> str:
    known = _NAMES.get(id(found))
    if known is not None:
        return known
    name = f"{getattr(found, '__module__', '')}:{found.__qualname__}"
    _named(name)
    return name


def _named(name: str) -> Any:
    """A type listed above, or a class or function of River itself."""
    if name in _TYPES:
        return _TYPES[name]
    module, _, path = name.partition(":")
    if not module.startswith("river.") or module.startswith("river.datasets"):
        raise RiverStateError(f"{name!r} is no part of a River model")
    found: Any = import_module(module)
    for part in path.split("."):
        found = getattr(found, part)
    if str(getattr(found, "__module__", "")).partition(".")[0] != "river":
        raise RiverStateError(f"{name!r} is no part of a River model")
    return found


def _maker(name: str) -> Callable[..., Any]:
    """What may be called to make an object: a type, or what Cython rebuilds its types with."""
    found = _named(name)
    if not (name in _TYPES or isinstance(found, type) or "__pyx_unpickle_" in name):
        raise RiverStateError(f"{name!r} makes no object")
    made: Callable[..., Any] = found
    return made
