"""What a field is to people: its name on a form, and what it says, with an example."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel, GetJsonSchemaHandler
from pydantic.fields import FieldInfo


@dataclass(frozen=True)
class FieldWords:
    """Stands in a field's annotation; forms, documents, schemas and explanations find it there.

    label: what it is called on a form, and in a comparison of two versions.
    what: a sentence that says what a value does, empty for a field that only holds others.
    unit: the kind of value.
    example: a value, as JSON has it.
    hint: how a value is written on a form.
    policy: the sentence about a policy that has such a value, `{}` in its place.
    because: the clause that ends the sentence about a price, where this field decided it.
    """

    label: str
    what: str = ""
    unit: str = ""
    example: Any = None
    hint: str = ""
    policy: str = ""
    because: str = ""

    def __get_pydantic_json_schema__(
        self, schema: Any, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """The field's schema, which says first what the field does, then how it is written."""
        found = handler(schema)
        if self.what:
            forms = (found, *found.get("anyOf", ()))
            written = [form.pop("description") for form in forms if "description" in form]
            found["description"] = " ".join([self.what, *(f"Written as: {w}." for w in written)])
        return found


def words_of(field: FieldInfo) -> FieldWords | None:
    """The words of a field of a model, None where it has none."""
    return next((each for each in field.metadata if isinstance(each, FieldWords)), None)


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that an annotation names, at any depth of it."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        return
    for part in get_args(annotation):
        yield from models_in(part)
