"""The field map of a topic, applied to one record after another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from schemas.records.record import RecordError
from streams.mapping.paths import members, target
from streams.mapping.topic_settings import FieldSource
from streams.mapping.values import from_minor_units, to_instant

#: Fields that name a person.
_PERSONAL = frozenset({"customer_id", "session_id"})
_ABSENT = object()


class _Assignment(NamedTuple):
    """Set the field at `path` from what the merchant has at `parts`."""

    path: tuple[str, ...]
    source: FieldSource
    parts: tuple[str, ...]


class Mapper:
    """Makes a record of the contract of a merchant's: what no rule names is taken as it comes, and
    what no record of the topic has is left behind, as it is the merchant's own.

    Raises
    ------
    ValueError
        The topic's record has no such field.
    """

    def __init__(self, topic: str, fields: Mapping[str, FieldSource]) -> None:
        self._whole: list[_Assignment] = []
        self._items: dict[str, list[_Assignment]] = {}
        self._members = members(topic)
        for field, source in fields.items():
            array, path = target(topic, field)
            rules = self._whole if array is None else self._items.setdefault(array, [])
            rules.append(_Assignment(path, source, tuple((source.path or "").split("."))))
        #: What the merchant calls the fields that name a person, letters alone and in lower case.
        self.personal = frozenset(
            "".join(filter(str.isalpha, rule.parts[-1])).lower()
            for rule in self._whole
            if rule.path[-1] in _PERSONAL and rule.source.path
        )

    def apply(self, document: Any) -> Any:
        """The record that `document` (JSON as Python has it) describes; RecordError names the field
        whose value is not what the map says.
        """
        if not isinstance(document, dict):
            return document
        mapped = _mapped(document, self._whole, document)
        for array, rules in self._items.items():
            if isinstance(items := mapped.get(array), list):
                mapped[array] = [
                    _mapped(item, rules, mapped) if isinstance(item, dict) else item
                    for item in items
                ]
        return {name: value for name, value in mapped.items() if name in self._members}


def _mapped(own: dict[str, Any], rules: list[_Assignment], whole: dict[str, Any]) -> dict[str, Any]:
    """A copy of `own` with what the rules set; the currency may be that of `whole`."""
    found = dict(own)
    written = []
    for rule in rules:
        value = rule.source.constant if rule.source.path is None else _at(own, rule.parts)
        if value is _ABSENT:
            continue
        _set(found, rule.path, value)
        if value is not None and (rule.source.minor_units or rule.source.time):
            written.append((rule, value))
    for rule, value in written:  # once all is in its place, the currency too
        try:
            _set(found, rule.path, _written(rule.source, value, found, whole))
        except RecordError as error:
            raise RecordError(f"{'.'.join(rule.path)} (from {rule.source.path}): {error}") from None
    return found


def _written(
    source: FieldSource, value: Any, own: Mapping[str, Any], whole: Mapping[str, Any]
) -> Any:
    if source.time:
        return to_instant(value, source.time, source.zone)
    named = source.minor_units
    currency = named if isinstance(named, str) else own.get("currency", whole.get("currency"))
    return from_minor_units(value, currency)


def _at(document: Any, parts: tuple[str, ...]) -> Any:
    for part in parts:
        if not isinstance(document, dict) or part not in document:
            return _ABSENT
        document = document[part]
    return document


def _set(document: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    *parents, last = path
    for part in parents:
        inner = document.get(part)
        # what is the merchant's own stays as it is: other rules read it
        document[part] = dict(inner) if isinstance(inner, dict) else {}
        document = document[part]
    document[last] = value
