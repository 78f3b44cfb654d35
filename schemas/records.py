"""What all records share: lenient input, strict output, and errors that name the field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError, model_validator

from schemas.fields import Name


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
    """All that is wrong with `document`, each as `path: message`, joined by `; `."""
    return "; ".join(
        f"{_path(item['loc'], document, item['type'])}{_message(item)}" for item in error.errors()
    )


def _path(location: tuple[int | str, ...], document: Any, kind: str) -> str:
    """`strategy[0].which: `, without the labels that pydantic inserts for unions."""
    path = ""
    for position, part in enumerate(location):
        last = position == len(location) - 1
        if isinstance(part, int):
            path += f"[{part}]"
            document = document[part] if isinstance(document, list) else None
        elif isinstance(document, dict) and part in document:
            path += f".{part}"
            document = document[part]
        elif last and kind in ("missing", "extra_forbidden"):
            path += f".{part}"
    return f"{path.removeprefix('.')}: " if path else ""


def _message(item: Any) -> str:
    if item["type"] == "missing":
        return "required, but absent"
    if item["type"] == "union_tag_not_found":
        return f"{item['ctx']['discriminator']} is required, but absent"
    return str(item["msg"]).removeprefix("Value error, ")
