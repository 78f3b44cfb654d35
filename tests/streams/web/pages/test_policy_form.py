"""The form of a policy comes back as the policy that was meant."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from schemas.topics import decode
from streams.web.pages.policy_form import FormError, applied, groups

DOCUMENT: dict[str, Any] = {
    "policy_id": "p",
    "version": 3,
    "strategy": [{"kind": "match_competitor", "max_age": "P1D"}, {"kind": "optimise"}],
    "guardrails": {"cooldown": "PT6H", "price_endings": [".99", ".49"], "respect_map": True},
    "select": {"categories": ["tea"]},
}


def shown(document: dict[str, Any]) -> dict[str, str]:
    return {field.path: field.value for group in groups(document) for field in group.fields}


def test_what_nobody_touched_stays_as_it_was() -> None:
    assert applied(DOCUMENT, DOCUMENT, shown(DOCUMENT)) == DOCUMENT


def test_durations_are_shown_and_taken_in_words() -> None:
    form = shown(DOCUMENT)
    assert form["guardrails.cooldown"] == "6 hours"
    form["guardrails.cooldown"] = "2 days"
    assert applied(DOCUMENT, DOCUMENT, form)["guardrails"]["cooldown"] == "P2D"


def test_every_kind_of_field_can_be_set_and_emptied() -> None:
    form = shown(DOCUMENT) | {
        "priority": "7",
        "guardrails.max_step_up": "5%",
        "guardrails.price_endings": ".95",
        "guardrails.respect_map": "",
        "guardrails.freeze": '[{"from": "2026-12-20T00:00:00Z", "until": "2026-12-27T00:00:00Z"}]',
        "select.categories": "",
        "select.brands": "Acme, Bolt",
        "experiment.name": "autumn",
        "experiment.holdout": "10%",
        "strategy.0.offset": "-1%",
    }
    made = applied(DOCUMENT, DOCUMENT, form)
    decode("pricing-policies", msgspec.json.encode(made))
    assert made["priority"] == 7
    assert made["guardrails"] == {
        "cooldown": "PT6H",
        "price_endings": [".95"],
        "max_step_up": "5%",
        "freeze": [{"from": "2026-12-20T00:00:00Z", "until": "2026-12-27T00:00:00Z"}],
    }
    assert made["select"] == {"brands": ["Acme", "Bolt"]}
    assert made["experiment"] == {"name": "autumn", "holdout": "10%"}
    assert made["strategy"][0]["offset"] == "-1%"


def test_a_method_is_added_changed_and_taken_away() -> None:
    form = shown(DOCUMENT)
    added = applied(DOCUMENT, DOCUMENT, form | {"strategy.2.kind": "keep"})["strategy"]
    assert [each["kind"] for each in added] == ["match_competitor", "optimise", "keep"]
    changed = applied(DOCUMENT, DOCUMENT, form | {"strategy.0.kind": "keep"})["strategy"]
    assert changed[0] == {"kind": "keep"}
    gone = applied(DOCUMENT, DOCUMENT, form | {"strategy.0.kind": ""})["strategy"]
    assert gone == [{"kind": "optimise"}]


def test_what_was_changed_in_the_json_and_in_the_form_is_joined() -> None:
    edited = {**DOCUMENT, "priority": 9}
    made = applied(DOCUMENT, edited, shown(DOCUMENT) | {"guardrails.max_step_up": "5%"})
    assert made["priority"] == 9
    assert made["guardrails"]["max_step_up"] == "5%"


@pytest.mark.parametrize(("path", "text"), [("priority", "high"), ("segments", "b2b")])
def test_what_cannot_be_read_is_named(path: str, text: str) -> None:
    with pytest.raises(FormError):
        applied(DOCUMENT, DOCUMENT, shown(DOCUMENT) | {path: text})
