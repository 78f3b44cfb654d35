"""What the fields of a policy are called on its form, and in a comparison of two versions."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from functools import cache

from pydantic import BaseModel

from schemas.records.field_words import FieldWords, models_in, words_of
from schemas.records.policy.pricing_policies import Policy
from schemas.records.policy.strategies import Strategy
from streams.web.words.figures import plain


@cache
def policy_words() -> dict[str, FieldWords]:
    """Path → words of each field of a policy; those of the strategies under `strategy.NAME`."""
    found = dict(_words(Policy, ""))
    for entry in strategies().values():
        for path, words in _words(entry, "strategy."):
            found.setdefault(path, words)
    return found


@cache
def strategies() -> dict[str, type[BaseModel]]:
    """Kind → the entry of a policy that names it."""
    entries = typing.get_args(typing.get_args(Strategy)[0])
    return {typing.get_args(each.model_fields["kind"].annotation)[0]: each for each in entries}


def kind_words(kind: str) -> FieldWords | None:
    """The words of a kind of strategy, None where there is no such kind."""
    entry = strategies().get(kind)
    return None if entry is None else words_of(entry.model_fields["kind"])


def strategy_name(kind: str) -> str:
    """What a kind of strategy does, as the end of a sentence."""
    words = kind_words(kind)
    return words.policy if words else plain(kind)


def _words(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, FieldWords]]:
    for name, field in model.model_fields.items():
        path = prefix + (field.alias or name)
        words = words_of(field)
        if words is not None:
            yield path, words
        for part in models_in(field.annotation) if path != "strategy" else ():
            yield from _words(part, f"{path}.")


def described(path: str) -> tuple[str, str]:
    """Label and hint of a field by its path: `guardrails.max_step_up`, `strategy.1.offset`."""
    parts, last = path.split("."), path.rpartition(".")[2]
    of_strategy = parts[0] == "strategy" and len(parts) > 1
    found = policy_words().get(f"strategy.{last}" if of_strategy else path)
    if found is not None:
        return found.label, found.hint
    name = plain(last)
    return name[:1].upper() + name[1:], ""


def label(path: str) -> str:
    """The label, where it stands alone: a strategy's says which of them it is."""
    parts = path.split(".")
    name = described(path)[0]
    if parts[0] == "strategy" and len(parts) > 2:
        return f"Method {parts[1]}, {name[:1].lower()}{name[1:]}"
    return name
