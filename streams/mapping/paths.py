"""Which fields a topic's record has, as paths; read off its JSON Schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from typing import Any, NamedTuple

from schemas.topics import topic


class TargetField(NamedTuple):
    """A field to be set: its path in the record or, where `array` is one, in each of its items."""

    array: str | None
    path: tuple[str, ...]


@cache
def _schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = topic(name).adapter.json_schema()
    return found


def _objects(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The alternatives of a schema that may be an object or a list."""
    if "$ref" in schema:
        yield from _objects(root["$defs"][schema["$ref"].rpartition("/")[2]], root)
    for choice in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        yield from _objects(choice, root)
    if "properties" in schema or "additionalProperties" in schema or "items" in schema:
        yield schema


def _members(schema: Mapping[str, Any], root: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    for each in _objects(schema, root):
        found |= each.get("properties", {})
    return found


def _items(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any] | None:
    return next((each["items"] for each in _objects(schema, root) if "items" in each), None)


def _holds(schema: Mapping[str, Any], path: tuple[str, ...], root: Mapping[str, Any]) -> bool:
    if not path:
        return True
    members = _members(schema, root)
    if path[0] in members:
        return _holds(members[path[0]], path[1:], root)
    # an object of whatever keys, such as fees by channel
    free = [each.get("additionalProperties") for each in _objects(schema, root)]
    return any(isinstance(each, Mapping) and _holds(each, path[1:], root) for each in free)


def members(name: str) -> frozenset[str]:
    """What a record of a topic may have.

    >>> sorted(members("inventory"))
    ['channel', 'event_id', 'inbound', 'location', 'on_hand', 'reserved', 'sku', 'time']
    """
    return frozenset(_members(_schema(name), _schema(name)))


def target(name: str, field: str) -> TargetField:
    """Where a field of a topic's record is: `unit_price` is that of an order's lines.

    ValueError, with the nearest field, where there is none.

    >>> target("orders", "unit_price")
    TargetField(array='lines', path=('unit_price',))
    >>> target("orders", "order_id")
    TargetField(array=None, path=('order_id',))
    """
    root = _schema(name)
    parts = tuple(field.split("."))
    if _holds(root, parts, root):
        return TargetField(None, parts)
    members = _members(root, root)
    arrays = {key: items for key, each in members.items() if (items := _items(each, root))}
    if parts[0] in arrays and _holds(arrays[parts[0]], parts[1:], root):
        return TargetField(parts[0], parts[1:])
    within = [key for key, items in arrays.items() if _holds(items, parts, root)]
    if len(within) == 1:
        return TargetField(within[0], parts)
    known = [
        *members,
        *(f"{key}.{each}" for key, i in arrays.items() for each in _members(i, root)),
    ]
    near = get_close_matches(field, known, n=1)
    raise ValueError(f"{name} has no field {field!r}{f'; perhaps {near[0]}?' if near else ''}")
