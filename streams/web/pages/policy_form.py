"""A form made from the schema of a policy, and the document that it comes back as."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import msgspec

from schemas.records.policy.pricing_policies import Policy
from streams.web.words.policy_fields import described, strategy_name
from streams.web.words.spans import iso, span

Document = Mapping[str, Any]
Schema = Mapping[str, Any]
#: Set by the console, or by whoever sends the record.
_OURS = ("version", "time", "event_id", "policy_id")
#: Parts that nearly every policy has.
OPEN = ("select", "guardrails", "approval")
FIRST = ("status", "priority")
#: Before a field's path in the form.
PREFIX = "field."


class FormError(ValueError):
    """A field cannot be read; the message names it."""


@dataclass(frozen=True)
class FormField:
    """One input. kind: text, choice, list (separated by commas), span (a duration), number, json.

    choices: value → what it is called, the empty one first where nothing need be chosen.
    """

    path: str
    label: str
    hint: str
    kind: str
    value: str
    choices: Mapping[str, str]


@dataclass(frozen=True)
class FormGroup:
    """Fields under a heading."""

    label: str
    hint: str
    fields: Sequence[FormField]
    #: Whether it is shown from the start: where it says something, or mostly does.
    shown: bool


@cache
def _schema() -> Schema:
    return Policy.model_json_schema()


def _resolved(schema: Schema) -> Schema:
    """Without references, and without the null that says that a field may be absent."""
    while True:
        if "$ref" in schema:
            schema = _schema()["$defs"][schema["$ref"].rpartition("/")[2]]
            continue
        options = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
        if len(options) == 1:
            schema = {**{k: v for k, v in schema.items() if k != "anyOf"}, **options[0]}
            continue
        return schema


def groups(document: Document) -> list[FormGroup]:
    """The form of a document: its own fields first, then a group for each part."""
    properties = _schema()["properties"]
    first: list[FormField] = []
    more: list[FormField] = []
    found: list[FormGroup] = []
    for name, schema in properties.items():
        if name in _OURS:
            continue
        resolved = _resolved(schema)
        if name == "strategy":
            found += _strategies(document.get(name) or [], resolved)
        elif resolved.get("type") == "object" and "properties" in resolved:
            held = document.get(name) or {}
            fields = _fields(name, resolved, held)
            found.append(FormGroup(*described(name), fields, bool(held) or name in OPEN))
        else:
            part = first if name in FIRST else more
            part.append(_field(name, schema, document.get(name)))
    return [FormGroup("", "", first, True), *found, FormGroup("More", "", more, False)]


def _strategies(entries: Sequence[Document], schema: Schema) -> list[FormGroup]:
    kinds = schema["items"]["discriminator"]["mapping"]
    heading, hint = described("strategy")
    made = []
    for place, entry in enumerate([*entries, {}]):
        path = f"strategy.{place}"
        choices = {"": "–", **{kind: strategy_name(kind) for kind in kinds}}
        kind = str(entry.get("kind", ""))
        fields = [FormField(f"{path}.kind", *described("strategy.1.kind"), "choice", kind, choices)]
        if kind in kinds:
            own = _resolved({"$ref": kinds[kind]})
            fields += _fields(path, own, entry)
        title = f"{heading}: {place + 1}." if entry else "One more way, where those have no price"
        made.append(FormGroup(title, hint if not place else "", fields, bool(entry)))
    return made


def _fields(path: str, schema: Schema, held: Document) -> list[FormField]:
    return [
        _field(f"{path}.{name}", each, held.get(name))
        for name, each in schema["properties"].items()
        if "const" not in each
    ]


def _field(path: str, schema: Schema, value: Any) -> FormField:
    kind = _kind(schema)
    return FormField(path, *described(path), kind, _shown(kind, value), _choices(schema))


def _kind(schema: Schema) -> str:
    schema = _resolved(schema)
    if "enum" in schema or schema.get("type") == "boolean":
        return "choice"
    if schema.get("format") == "duration":
        return "span"
    if schema.get("type") == "array":
        return "json" if "properties" in _resolved(schema["items"]) else "list"
    if schema.get("type") == "object":
        return "json"
    return "number" if schema.get("type") in ("integer", "number") else "text"


def _choices(schema: Schema) -> dict[str, str]:
    found = _resolved(schema)
    if found.get("type") == "boolean":
        return {"": "no" if schema.get("default") is False else "–", "true": "yes", "false": "no"}
    if "enum" not in found:
        return {}
    default = schema.get("default")
    unset = "–" if default is None else f"{str(default).replace('_', ' ')} (usual)"
    return {"": unset, **{each: each.replace("_", " ") for each in found["enum"]}}


def _shown(kind: str, value: Any) -> str:
    if value is None or value == [] or value == {}:
        return ""
    if kind == "list":
        return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    if kind == "json":
        return msgspec.json.encode(value).decode()
    if kind == "span":
        return span(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def refilled(form: Sequence[FormGroup], given: Mapping[str, str]) -> list[FormGroup]:
    """The form with what was typed into its fields; a group that was changed is shown."""
    found = []
    for group in form:
        fields = [
            replace(field, value=given.get(field.path, field.value)) for field in group.fields
        ]
        changed = any(field not in group.fields for field in fields)
        found.append(replace(group, fields=fields, shown=group.shown or changed))
    return found


def applied(before: Document, document: Document, given: Mapping[str, str]) -> dict[str, Any]:
    """The document with what was changed on the form that `before` was shown on.

    given: path → what the field holds now. FormError where a field cannot be read.
    """
    made = deepcopy(dict(document))
    for group in groups(before):
        for field in group.fields:
            now = given.get(field.path)
            if now is not None and now.strip() != field.value:
                _put(made, field, now.strip())
    made["strategy"] = [each for each in made.get("strategy") or () if each and each.get("kind")]
    return {name: value for name, value in made.items() if value not in ({}, [], None)}


def _put(document: dict[str, Any], field: FormField, text: str) -> None:
    held: Any = document
    *parents, last = field.path.split(".")
    for place, name in enumerate(parents):
        if isinstance(held, list):
            at = int(name)
            held += [{} for _ in range(at + 1 - len(held))]
            held = held[at]
        else:
            fresh: Any = [] if place + 1 < len(parents) and parents[place + 1].isdecimal() else {}
            if held.get(name) is None:
                held[name] = fresh
            held = held[name]
    value = _read(field, text)
    if value is None:
        held.pop(last, None)
    elif last == "kind" and held.get("kind") not in (None, value):
        held.clear()  # another method has other fields
        held[last] = value
    else:
        held[last] = value


def _read(field: FormField, text: str) -> Any:
    if not text:
        return None
    if field.kind == "list":
        return [part.strip() for part in text.split(",") if part.strip()]
    if field.kind == "span":
        return iso(text)
    if field.kind == "choice" and text in ("true", "false"):
        return text == "true"
    if field.kind == "number":
        return _number(field, text)
    if field.kind == "json":
        try:
            return msgspec.json.decode(text)
        except ValueError:
            raise FormError(f"{field.label}: this is not JSON") from None
    return text


def _number(field: FormField, text: str) -> int | float:
    try:
        return int(text) if text.lstrip("+-").isdecimal() else float(text)
    except ValueError:
        raise FormError(f"{field.label}: {text} is not a number") from None
