"""Fields that a record's model does not know: where a person wrote it, a slip of the pen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel

#: No field has a longer name: one that does is like none, and is said by its beginning.
LONGEST_NAME = 64


def unknown_fields(record: BaseModel, raw: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """What is wrong with each field of a raw record that its model does not know, by its path: a
    misspelt guardrail binds nothing.

    >>> from schemas.records.policy.pricing_policies import Policy
    >>> policy = {"policy_id": "p", "guardrails": {"minimun_price": "9"}}
    >>> list(unknown_fields(Policy.model_validate(policy), policy))
    ['guardrails.minimun_price: no such field; perhaps minimum_price?']
    """
    fields = type(record).model_fields
    known = {field.alias or name: name for name, field in fields.items()}
    for name, value in raw.items():
        if name not in known:
            near = get_close_matches(name, known, n=1) if len(name) <= LONGEST_NAME else []
            hint = f"; perhaps {near[0]}?" if near else ""
            yield f"{path}{name[:LONGEST_NAME]}: no such field{hint}"
            continue
        read = getattr(record, known[name])
        if isinstance(read, BaseModel) and isinstance(value, Mapping):
            yield from unknown_fields(read, value, f"{path}{name}.")
        elif isinstance(read, tuple) and isinstance(value, Sequence):
            for place, (one, each) in enumerate(zip(read, value, strict=False)):
                if isinstance(one, BaseModel) and isinstance(each, Mapping):
                    yield from unknown_fields(one, each, f"{path}{name}[{place}].")
