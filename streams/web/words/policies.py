"""Policies, and what changed between two versions, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from streams.web.words.figures import plain
from streams.web.words.reasons import reason

#: What is no part of what a policy does.
_ASIDE = ("version", "time", "event_id", "policy_id")


def in_words(document: Mapping[str, Any]) -> list[str]:
    """What a policy does, in short sentences."""
    select = {name: value for name, value in (document.get("select") or {}).items() if value}
    whom = "; ".join(
        f"{plain(name)} {', '.join(map(str, value))}" for name, value in select.items()
    )
    said = [f"For {whom}." if whom else "For all offers."]
    strategies = document.get("strategy") or [{"kind": "optimise"}]
    said.append(
        "First that applies: " + "; ".join(reason(each.get("kind")) for each in strategies) + "."
    )
    rules = document.get("guardrails") or {}
    for name, value in rules.items():
        if value not in (None, [], False):
            said.append(f"{plain(name).capitalize()}: {_value(value)}.")
    above = (document.get("approval") or {}).get("required_above_step")
    if above is not None:
        said.append(f"Steps above {above} wait for approval.")
    experiment = document.get("experiment")
    if experiment:
        share = experiment.get("holdout")
        said.append(f"The experiment {experiment.get('name')} leaves {share} of the units alone.")
    return said


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """What the later version says otherwise, a line for each."""
    old, new = dict(_flat(before)), dict(_flat(after))
    said = []
    for path in dict.fromkeys([*old, *new]):
        if old.get(path) == new.get(path):
            continue
        name = plain(path.replace(".", ": "))
        if path not in old:
            said.append(f"{name}: {_value(new[path])}, new")
        elif path not in new:
            said.append(f"{name}: {_value(old[path])}, gone")
        else:
            said.append(f"{name}: from {_value(old[path])} to {_value(new[path])}")
    return said


def _flat(document: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(document, Mapping):
        for name, value in document.items():
            if path or name not in _ASIDE:
                yield from _flat(value, f"{path}.{name}" if path else str(name))
    elif isinstance(document, list) and any(isinstance(each, Mapping) for each in document):
        for place, value in enumerate(document, 1):
            yield from _flat(value, f"{path} {place}")
    elif document is not None:
        yield path, document


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_value(each) for each in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{plain(name)} {_value(each)}" for name, each in value.items())
    return str(value)
