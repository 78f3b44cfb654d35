"""What all records share: lenient input, strict output, and errors that name the field."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, ClassVar

import msgspec
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError, model_validator

from schemas.records.field_words import FieldWords
from schemas.values.fields import Name
from schemas.values.limits import shown

#: A message is read by people and travels in a header: no more errors, and no more characters.
MOST_ERRORS = 8
LONGEST_MESSAGE = 1000
_TOO_DEEP = "JSON is nested too deeply"
#: No record of a shop is nested deeper; what a decoder can take depends on who calls it from where,
#: and what is accepted here is decoded again elsewhere.
MOST_LEVELS = 200
#: What pydantic says of Python's types, in the words of JSON.
_EXPECTED = {
    "model_type": "an object",
    "model_attributes_type": "an object",
    "dict_type": "an object",
    "tuple_type": "a list",
    "list_type": "a list",
    "string_type": "text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
}


#: Absent, it means the whole shop: whoever says null has lost what they meant.
NEVER_NULL = frozenset({"select"})


class RecordError(ValueError):
    """A value is not the record that its topic promises; the message names the field."""


class Incoming(BaseModel):
    """Input: unknown fields are left out, null means absent, and the record is immutable.

    Its validator is built at its first use, as of `Outgoing`: to build all takes longer than most
    commands run.
    """

    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True, defer_build=True)
    #: Most entries of each field that is a list or an object.
    _most: ClassVar[dict[str, int]] = {}

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        """Note what pydantic would count only once it has validated every entry."""
        longest = {
            info.alias or name: getattr(constraint, "max_length", None)
            for name, info in cls.model_fields.items()
            for constraint in info.metadata
        }
        cls._most = {name: most for name, most in longest.items() if most is not None}

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        for name, most in cls._most.items():
            given = data.get(name)
            if isinstance(given, (list, dict)) and len(given) > most:
                raise ValueError(f"{name}: {len(given)} entries, more than {most} allowed")
        if None in data.values():
            return {
                name: value
                for name, value in data.items()
                if value is not None or name in NEVER_NULL
            }
        return data


class Event(Incoming):
    """An input record of its own; `event_id` identifies it for deduplication, where given."""

    event_id: Annotated[
        Name | None,
        FieldWords(
            "Event id",
            "An id of this record; a second one within 7 days is ignored.",
            "text",
            "p-17",
        ),
    ] = None


class Outgoing(BaseModel):
    """Output: exactly the declared fields, each in its one canonical form."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, populate_by_name=True, defer_build=True
    )


def decode(record: TypeAdapter[Any], value: bytes, context: str | None = None) -> Any:
    """The record that `value` (UTF-8 JSON) holds; RecordError, naming the field, where it is none.

    `context` is ADMITTED for records of the journal, None for what comes from outside.
    """
    return validate(partial(record.validate_python, context=context), document(value))


def document(value: bytes) -> Any:
    """What `value` (UTF-8 JSON) holds, as Python has it; RecordError where it is none.

    Strict JSON (RFC 8259): no NaN, no invalid UTF-8 even in fields that are left out.
    """
    try:
        found = msgspec.json.decode(value if value.isascii() else value.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise RecordError(f"invalid UTF-8 at byte {error.start}") from None
    except RecursionError:
        raise RecordError(_TOO_DEEP) from None
    except (msgspec.MsgspecError, ValueError) as error:
        raise RecordError(f"not JSON: {error}") from None
    if value.count(b"[") + value.count(b"{") > MOST_LEVELS and _is_deep(found):
        raise RecordError(_TOO_DEEP)
    return found


def _is_deep(document: Any) -> bool:
    level = [document]
    for _ in range(MOST_LEVELS):
        holders = [item for item in level if isinstance(item, (dict, list))]
        if not holders:
            return False
        level = [
            inner for item in holders for inner in (item.values() if type(item) is dict else item)
        ]
    return any(isinstance(item, (dict, list)) for item in level)


def validate(validator: Callable[[Any], Any], document: Any) -> Any:
    """`validator(document)`; RecordError where pydantic objects."""
    try:
        return validator(document)
    except ValidationError as error:
        raise RecordError(describe(error, document)) from None


def describe(error: ValidationError, document: Any) -> str:
    """What is wrong with `document`: `path: message; path: message; …`, at moderate length."""
    items = error.errors(include_url=False)
    shown = "; ".join(_described(item, document) for item in items[:MOST_ERRORS])
    more = f"; and {len(items) - MOST_ERRORS} more" if len(items) > MOST_ERRORS else ""
    return (shown if len(shown) <= LONGEST_MESSAGE else shown[:LONGEST_MESSAGE] + "…") + more


def _described(item: Any, document: Any) -> str:
    path = _path(item["loc"], document, item["type"] in ("missing", "extra_forbidden"))
    message = str(item["msg"]).removeprefix("Value error, ").removeprefix("Input ")
    if item["type"] in ("union_tag_invalid", "union_tag_not_found"):
        path += "." + str(item["ctx"]["discriminator"]).strip("'")
    untagged = item["type"] == "union_tag_invalid" and item["ctx"]["tag"] == "None"
    if item["type"] in ("missing", "union_tag_not_found") or untagged:
        message = "required, but absent"
    elif item["type"] == "union_tag_invalid":
        message = f"{shown(item['ctx']['tag'])} is none of {item['ctx']['expected_tags']}"
    path = path.removeprefix(".")
    if item["type"] in _EXPECTED:
        subject = "" if path else "the value "
        message = f"{subject}should be {_EXPECTED[item['type']]}, not {shown(item['input'])}"
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
