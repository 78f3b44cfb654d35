"""What all records share: lenient input, strict output, and errors that name the field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError, model_validator

from schemas.fields import Name

#: A message is read by people and travels in a header: no more errors, and no more characters.
MOST_ERRORS = 8
LONGEST_MESSAGE = 1000


class RecordError(ValueError):
    """A value is not the record that its topic promises; the message names the field."""


class Incoming(BaseModel):
    """Input: unknown fields are left out, null means absent, and the record is immutable."""

    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, data: Any) -> Any:
        if isinstance(data, dict) and None in data.values():
            return {name: value for name, value in data.items() if value is not None}
        return data


class Event(Incoming):
    """An input record of its own; `event_id` identifies it for deduplication, where given."""

    event_id: Name | None = None


class Outgoing(BaseModel):
    """Output: exactly the declared fields, each in its one canonical form."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)


def decode(record: TypeAdapter[Any], value: bytes) -> Any:
    """The record that `value` (UTF-8 JSON) holds; RecordError, naming the field, where it is none.

    Strict JSON (RFC 8259): no NaN, no invalid UTF-8 even in fields that are left out.
    """
    try:
        document = msgspec.json.decode(value if value.isascii() else value.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise RecordError(f"invalid UTF-8 at byte {error.start}") from None
    except RecursionError:
        raise RecordError("JSON is nested too deeply") from None
    except (msgspec.MsgspecError, ValueError) as error:
        raise RecordError(f"not JSON: {error}") from None
    return validate(record.validate_python, document)


def validate(validator: Callable[[Any], Any], document: Any) -> Any:
    """`validator(document)`; RecordError where pydantic objects."""
    try:
        return validator(document)
    except ValidationError as error:
        raise RecordError(describe(error, document)) from None


def describe(error: ValidationError, document: Any) -> str:
    """What is wrong with `document`: `path: message; path: message; …`, at moderate length."""
    items = error.errors(include_url=False, include_input=False)
    shown = "; ".join(_described(item, document) for item in items[:MOST_ERRORS])
    more = f"; and {len(items) - MOST_ERRORS} more" if len(items) > MOST_ERRORS else ""
    return (shown if len(shown) <= LONGEST_MESSAGE else shown[:LONGEST_MESSAGE] + "…") + more


def _described(item: Any, document: Any) -> str:
    path = _path(item["loc"], document, item["type"] in ("missing", "extra_forbidden"))
    message = str(item["msg"]).removeprefix("Value error, ")
    if item["type"] in ("union_tag_invalid", "union_tag_not_found"):
        path += "." + str(item["ctx"]["discriminator"]).strip("'")
    untagged = item["type"] == "union_tag_invalid" and item["ctx"]["tag"] == "None"
    if item["type"] in ("missing", "union_tag_not_found") or untagged:
        message = "required, but absent"
    elif item["type"] == "union_tag_invalid":
        message = f"{item['ctx']['tag']!r} is none of {item['ctx']['expected_tags']}"
    path = path.removeprefix(".")
    return f"{path}: {message}" if path else message


def _path(location: tuple[int | str, ...], document: Any, unknown_last: bool) -> str:
    """`.strategy[0].which`, without the labels that pydantic inserts for unions."""
    path = ""
    for position, part in enumerate(location):
        if isinstance(part, int):
            path += f"[{part}]"
            document = document[part] if isinstance(document, list) else None
        elif isinstance(document, dict) and part in document:
            path += f".{part}"
            document = document[part]
        elif unknown_last and position == len(location) - 1:
            path += f".{part}"
    return path
