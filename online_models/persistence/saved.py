"""What of an object persists is declared once, in its class; one walk saves it, one restores it."""

from __future__ import annotations

from collections.abc import Mapping
from operator import attrgetter
from typing import Any, NamedTuple, Protocol, TypeVar

from online_models.numerics.columns import Columns
from online_models.persistence.plain import RestoreError, Value

T = TypeVar("T")


class FieldKind(Protocol):
    """How an attribute is written as plain data (`online_models.persistence.kinds`)."""

    def save(self, value: Any) -> Any:
        """Plain data that nothing changes any more when the object goes on."""

    def restore(self, plain: Any, present: Any) -> Any:
        """What the attribute is to be; `present` is what the constructor made of it.

        Raises RestoreError where the data do not fit.
        """


class Field(NamedTuple):
    """An attribute (dotted where it is a part's) and its kind."""

    attribute: str
    kind: FieldKind
    #: Where a snapshot lacks it, what the constructor made stays.
    optional: bool = False


class Saved:
    """What persists of a class, under the names that it has in snapshots.

    Each name is given the type of its plain value or a `FieldKind`. The attribute is called the
    same unless `attribute` says otherwise: so it may be renamed, and snapshots stay as they are.
    What a class does not save it declares too: `DERIVED` names attributes that its method
    `restored` makes again from the rest, `TRANSIENT` those that hold nothing that matters between
    two batches, as caches. What the constructor is given needs no mention.

    >>> class Counter:
    ...     SAVED = Saved(step=int, counts=attribute("_counts", dict[str, int]))
    ...
    ...     def __init__(self, step: int = 1) -> None:
    ...         self.step = step
    ...         self._counts: dict[str, int] = {}
    >>> counter = Counter()
    >>> save(restore(counter, {"step": 2, "counts": {"a": 4}}))
    {'step': 2, 'counts': {'a': 4}}
    >>> restore(counter, {"step": 2, "counts": {"a": "b"}})
    Traceback (most recent call last):
    online_models.persistence.plain.RestoreError: counts: Expected `int`, got `str` - at `$[...]`
    """

    def __init__(self, **fields: Any) -> None:
        self.fields: dict[str, Field] = {
            name: declared if isinstance(declared, Field) else Field(name, _kind(declared))
            for name, declared in fields.items()
        }


def attribute(name: str, declared: Any, *, optional: bool = False) -> Field:
    """A field whose attribute is called otherwise, or that snapshots may lack."""
    return Field(name, _kind(declared), optional)


def save(thing: Any) -> dict[str, Any]:
    """All that `thing` declares as persistent, as nested plain data and arrays: a copy."""
    if isinstance(thing, Columns):
        return thing.snapshot()
    fields: Mapping[str, Field] = thing.SAVED.fields
    return {
        name: each.kind.save(attrgetter(each.attribute)(thing)) for name, each in fields.items()
    }


def restore(thing: T, plain: Any) -> T:
    """The inverse of `save`, into an object that was made anew with the same settings; returns it.

    Raises
    ------
    RestoreError
        Where the data lack something, or hold what is not declared or of another type or shape; it
        names the place. The object is of no use then.
    """
    if not isinstance(plain, Mapping):
        raise RestoreError("", f"expected fields by name, found {type(plain).__name__}")
    if isinstance(thing, Columns):
        _restore_columns(thing, plain)
        return thing
    fields: Mapping[str, Field] = type(thing).SAVED.fields  # type: ignore[attr-defined]
    for name in plain:
        if name not in fields:
            raise RestoreError(str(name), f"{type(thing).__name__} has no such field")
    for name, (attribute, kind, optional) in fields.items():
        if name in plain:
            _restore_field(thing, attribute, kind, name, plain[name])
        elif not optional:
            raise RestoreError(name, "is missing")
    if hasattr(thing, "restored"):
        thing.restored()
    return thing


def _restore_field(thing: Any, attribute: str, kind: FieldKind, name: str, plain: Any) -> None:
    *owners, last = attribute.split(".")
    owner = attrgetter(".".join(owners))(thing) if owners else thing
    present = getattr(owner, last)
    try:
        found = kind.restore(plain, present)
    except RestoreError as error:
        raise error.below(name) from None
    if found is not present:
        setattr(owner, last, found)


def _restore_columns(columns: Columns, arrays: Mapping[str, Any]) -> None:
    try:
        columns.restore(arrays)
    except ValueError as error:
        raise RestoreError("", str(error)) from None


def _kind(declared: Any) -> FieldKind:
    """A kind as it is; a type stands for plain values of it."""
    if hasattr(declared, "save") and hasattr(declared, "restore"):
        kind: FieldKind = declared
        return kind
    return Value(declared)
