"""Every numeric field of every record, found by walking the models: none can be forgotten."""

from __future__ import annotations

import types
from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel, JsonValue
from pydantic.fields import FieldInfo
from typing_extensions import TypeAliasType

from schemas.topics import TOPICS
from schemas.values.fields import MODERATE

NUMBERS = (int, float, Decimal)


class Found(NamedTuple):
    """A field: its path (`[]` for the members of a list or an object), type and constraints."""

    path: str
    kind: Any
    constraints: tuple[Any, ...]

    @property
    def bounds(self) -> tuple[Any, Any]:
        """The lowest and the highest value that are stated, None where none is."""
        low = high = None
        for constraint in self.constraints:
            low = getattr(constraint, "ge", getattr(constraint, "gt", low))
            high = getattr(constraint, "le", getattr(constraint, "lt", high))
        return low, high

    @property
    def longest(self) -> int | None:
        """The most members or characters, None where that is not stated."""
        stated = [getattr(constraint, "max_length", None) for constraint in self.constraints]
        return min((most for most in stated if most is not None), default=None)


def fields(topic: str) -> Iterator[Found]:
    """All fields of a topic's record, nested ones included."""
    yield from _of(TOPICS[topic].record, "", ())


def _of(annotation: Any, path: str, constraints: tuple[Any, ...]) -> Iterator[Found]:
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *metadata = get_args(annotation)
        yield from _of(inner, path, (*constraints, *_flat(metadata)))
    elif origin in (Union, types.UnionType):
        for option in get_args(annotation):
            yield from _of(option, path, constraints)
    elif origin in (tuple, list, dict):
        yield Found(path, origin, constraints)
        for part in get_args(annotation):
            if part is not Ellipsis:
                yield from _of(part, f"{path}[]", ())
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, info in annotation.model_fields.items():
            yield from _of(info.annotation, f"{path}.{name}", tuple(_flat(info.metadata)))
    else:
        yield Found(path, annotation, constraints)


def _flat(metadata: Any) -> Iterator[Any]:
    for one in metadata:
        yield one
        if isinstance(one, FieldInfo):
            yield from one.metadata


def is_number(found: Found) -> bool:
    """Whether a field holds a number, in whichever form."""
    return found.kind in NUMBERS or is_json(found)


def is_json(found: Found) -> bool:
    """Whether a field holds anything that JSON can say."""
    return found.kind is JsonValue or isinstance(found.kind, TypeAliasType)


def is_bounded(found: Found) -> bool:
    """Whether a numeric field says its least and its greatest value."""
    if is_json(found):
        return MODERATE in found.constraints
    return None not in found.bounds
