"""Two object graphs side by side: in which attributes of which classes they differ."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from typing import Any, NamedTuple

import numpy as np
from pydantic import BaseModel

from online_models.demand.river import state as river_state
from online_models.numerics.columns import Columns

ROWS = {"size", "_capacity", "_store"}


class Difference(NamedTuple):
    """An attribute of a class, and a place where the two graphs differ in it."""

    owner: type[Any]
    attribute: str
    place: str

    @property
    def saved(self) -> bool:
        """Whether it is declared as persistent."""
        if issubclass(self.owner, Columns):
            return self.attribute in self.owner.FIELDS
        saved = getattr(self.owner, "SAVED", None)
        return saved is not None and any(
            field.attribute == self.attribute for field in saved.fields.values()
        )

    def declared(self, how: str) -> bool:
        """Whether it is declared as `how`: DERIVED or TRANSIENT."""
        return self.attribute in getattr(self.owner, how, ())

    def __str__(self) -> str:
        return f"{self.owner.__name__}.{self.attribute} at {self.place}"


class Comparison:
    """Walks both graphs at once; what it met already it does not walk again."""

    def __init__(self) -> None:
        self._met: dict[tuple[int, int], tuple[Any, Any]] = {}

    def objects(self, one: Any, other: Any, place: str) -> Iterator[Difference]:
        """The attributes in which two objects of one class differ."""
        if (id(one), id(other)) in self._met:
            return
        self._met[id(one), id(other)] = one, other
        owner = type(one)
        for name, value, its in _attributes(one, other):
            below = f"{place}.{name}"
            if _ours(value) and type(value) is type(its):
                yield from self.objects(value, its, below)
            else:
                for found in self._differ(value, its, below):
                    yield found if isinstance(found, Difference) else Difference(owner, name, found)

    def _differ(self, one: Any, other: Any, place: str) -> Iterator[Difference | str]:
        """Places in which two values differ; within our own objects, the attributes."""
        if type(one) is not type(other):
            yield place
        elif isinstance(one, np.ndarray):
            alike = (one.dtype, one.shape) == (other.dtype, other.shape)
            if not alike or one.tobytes() != other.tobytes():
                yield place
        elif isinstance(one, dict):
            if list(one) != list(other):
                yield place
            for key in one.keys() & other.keys():
                yield from self._differ(one[key], other[key], f"{place}[{key!r}]")
        elif isinstance(one, (list, tuple, deque)):
            if len(one) != len(other):
                yield place
            for at, (mine, its) in enumerate(zip(one, other, strict=False)):
                yield from self._differ(mine, its, f"{place}[{at}]")
        elif _ours(one):
            yield from self.objects(one, other, place)
        elif type(one).__module__.startswith("river"):
            if river_state.encode(one) != river_state.encode(other):
                yield place
        elif isinstance(one, float) and math.isnan(one):
            if not math.isnan(other):
                yield place
        elif not callable(one) and one != other:
            yield place


def _ours(value: Any) -> bool:
    """An object with a state of its own: no number, text, record or function."""
    kind = type(value)
    named = isinstance(value, tuple) and hasattr(value, "_fields")
    return kind.__module__.startswith("online_models") and not (
        named or callable(value) or isinstance(value, (BaseModel, type))
    )


def _attributes(one: Any, other: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(one, Columns):
        for name in sorted({*vars(one), *vars(other)} - ROWS - set(one.FIELDS)):
            yield name, getattr(one, name, None), getattr(other, name, None)
        for name in one.FIELDS:
            yield name, getattr(one, name), getattr(other, name)
        return
    for name in sorted({*_names(one), *_names(other)}):
        yield name, getattr(one, name, None), getattr(other, name, None)


def _names(thing: Any) -> Iterable[str]:
    return [field.name for field in fields(thing)] if is_dataclass(thing) else vars(thing)
