"""Policies, and what changed between two versions, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from streams.web.words.figures import plain
from streams.web.words.policy_fields import label, policy_words, strategies, strategy_name
from streams.web.words.spans import is_span, span

#: What is no part of what a policy does.
_ASIDE = ("version", "time", "event_id", "policy_id")
#: What a selector that names nothing is about.
ALL = "the whole shop"
_GOALS = {"sell_through": "stock sold"}
_SELECTED = {
    "skus": ("the product {}", "the products {}"),
    "categories": ("the category {}", "the categories {}"),
    "brands": ("the brand {}", "the brands {}"),
    "tags": ("products tagged {}", "products tagged {}"),
    "roles": ("products in the role {}", "products in the roles {}"),
    "channels": ("the channel {}", "the channels {}"),
}


def selection(select: Mapping[str, Any] | None) -> str:
    """Which offers a selector names.

    >>> selection({"categories": ["tea"], "channels": ["web"]}), selection({})
    ('the category tea; of these, the channel web', 'the whole shop')
    """
    named = []
    for name, value in (select or {}).items():
        if value:
            one, more = _SELECTED.get(name, (f"{plain(name)} {{}}",) * 2)
            several = isinstance(value, list) and len(value) > 1
            named.append((more if several else one).format(_value(value)))
    return "; of these, ".join(named) or ALL


def in_words(document: Mapping[str, Any]) -> list[str]:
    """What a policy does, in short sentences."""
    whom = selection(document.get("select"))
    said = [f"For {whom if whom != ALL else 'all offers'}."]
    objective = document.get("objective") or {}
    goal = objective.get("maximise", "profit")
    strategies = document.get("strategy") or [{"kind": "optimise"}]
    tried = "; otherwise ".join(_strategy(each) for each in strategies)
    said.append(f"{tried[:1].upper()}{tried[1:]}.")
    if any(each.get("kind") == "optimise" for each in strategies):
        ahead = span(objective.get("horizon", "P30D"))
        said.append(f"It looks for the most {_GOALS.get(goal, plain(goal))}, {ahead} ahead.")
    explore = document.get("explore") or {}
    if explore.get("kind") == "thompson":
        budget = explore.get("budget")
        most = f", for at most {_value(budget)} of the profit" if budget is not None else ""
        said.append(f"It tries other prices, to learn{most}.")
    for name, value in (document.get("guardrails") or {}).items():
        if value not in (None, [], False):
            words = policy_words().get(f"guardrails.{name}")
            sentence = words.policy if words else plain(name).capitalize() + ": {}."
            said.append(sentence.format(_value(value)))
    approval = document.get("approval") or {}
    if approval.get("required_above_step") is not None:
        until = span(approval.get("expires_after", "P1D"))
        above = _value(approval["required_above_step"])
        said.append(f"Steps above {above} wait for approval, {until} at most.")
    experiment = document.get("experiment")
    if experiment:
        share = in_percent(experiment.get("holdout"))
        said.append(f"The experiment {experiment.get('name')} leaves {share} of them alone.")
    segments = [str(each.get("segment")) for each in document.get("segments") or ()]
    return [*said, *(f"The segment {name} has prices of its own." for name in segments)]


def _strategy(entry: Mapping[str, Any]) -> str:
    kind = str(entry.get("kind"))
    said = strategy_name(kind)
    if kind == "match_competitor":
        which = {"lowest": "the lowest of them", "median": "the median of them"}
        ranked = f"number {entry.get('rank')} from the lowest"
        said += f", {which.get(entry.get('which', 'lowest'), ranked)}"
        offset = str(entry.get("offset") or "0")
        if offset.strip("-+0.%"):
            said += f", {offset.lstrip('+-')} {'below' if offset.startswith('-') else 'above'}"
        if entry.get("max_age"):
            said += f", not older than {span(entry['max_age'])}"
        if entry.get("known_for", "PT0S") != "PT0S":
            said += f", of competitors known for {span(entry['known_for'])}"
    if kind == "cost_plus":
        said += f" of {_value(entry.get('margin'))}"
    return said


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """What the later version says otherwise, a line for each."""
    old, new = dict(_flat(before)), dict(_flat(after))
    said = []
    for path in dict.fromkeys([*old, *new]):
        if old.get(path) == new.get(path):
            continue
        name = label(path)
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
            yield from _flat(value, f"{path}.{place}")
    elif document is not None:
        yield path, document


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " or ".join(_value(each) for each in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{plain(name)} {_value(each)}" for name, each in value.items())
    if is_span(value):
        return span(value)
    if isinstance(value, float) and abs(value) < 1 and value:
        return f"{value * 100:g}%"
    return (
        plain(str(value))
        if isinstance(value, str) and value in (*strategies(), "sell_through")
        else str(value)
    )


def in_percent(share: Any) -> str:
    """A share as a policy may write it, as a percentage.

    >>> in_percent(0.1), in_percent("10%")
    ('10%', '10%')
    """
    return _value(share)
