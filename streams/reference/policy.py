"""Every field of a policy: what it says, its default, its unit and an example."""

from __future__ import annotations

import typing
from collections.abc import Iterator

import msgspec
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from schemas.records.field_words import models_in, words_of
from schemas.records.policy.pricing_policies import Policy

HEAD = """\
# Policy reference

This page is made from the policy's model (`python -m streams.reference`).

A policy is a record of `pricing-policies`; a policy file is one of them, or a JSON array. A field
that is null or absent has its default, and a guardrail without a value does not bind. A share is
text with its sign (`"5%"`) or a fraction (`0.05`), a duration is ISO 8601 (`"PT1H"`, `"P30D"`), an
instant is RFC 3339, and money is text in the offer's currency, tax included. `NAME` in
`strategy[NAME]` is the entry's `kind`.
"""


def fields(model: type[BaseModel] = Policy, prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Path and declaration of each field that holds a value of its own."""
    for name, field in model.model_fields.items():
        path = prefix + (field.alias or name)
        parts = list(models_in(field.annotation))
        if not parts:
            yield path, field
        for part in parts:
            kind = part.model_fields.get("kind")
            chosen = f"[{typing.get_args(kind.annotation)[0]}]" if kind and len(parts) > 1 else ""
            yield from fields(part, f"{path}{chosen}.")


def page() -> str:
    """The page."""
    lines = [HEAD, "| field | default | unit | what it says | example |", "|---|---|---|---|---|"]
    for path, field in fields():
        words = words_of(field)
        assert words is not None, f"{path} has no words"
        example = msgspec.json.encode(words.example).decode()
        lines.append(
            f"| `{path}` | {_default(field)} | {words.unit} | {words.what} | `{example}` |"
        )
    return "\n".join(lines) + "\n"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    if field.default in (None, (), {}):
        return "–"
    return f"`{msgspec.json.encode(field.default).decode()}`"
