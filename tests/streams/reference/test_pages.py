"""The reference pages are current, and nothing that they should list is missing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from schemas.records.field_words import words_of
from schemas.records.policy.pricing_policies import Policy
from schemas.records.prices.pricing_alerts import KINDS
from schemas.topics import TOPICS
from streams import cli
from streams.reference.alerts import ALERTS
from streams.reference.metrics import instances
from streams.reference.pages import DEPLOYED, FOLDER, PAGES
from streams.reference.policy import fields

ROOT = Path(__file__).parents[3]
WORDS = {path: words for path, field in fields() if (words := words_of(field))}
REQUIRED = {
    "guardrails.channel_ladder": {"channel": "outlet", "of": "web", "lowest": "50%"},
    "strategy": [{"kind": "optimise"}],
    "experiment": {"name": "a", "holdout": 0.1},
    "breaker": {"largest_share": "20%"},
    "promotions": {"budget": "5.00"},
    "segments": {"segment": "b2b"},
    "segments.breaks": {"minimum_quantity": 2, "discount": "5%"},
    "guardrails.freeze": {"from": "2026-12-20T00:00:00Z", "until": "2026-12-30T00:00:00Z"},
}


@pytest.mark.parametrize("name", [*PAGES, *DEPLOYED])
def test_a_page_is_current(name: str) -> None:
    written = (FOLDER / name).read_text(encoding="utf-8")
    assert written == (PAGES | DEPLOYED)[name](), "run python -m streams.reference"


def test_every_field_of_a_policy_is_described() -> None:
    bare = [path for path, field in fields() if not (said := words_of(field)) or not said.what]
    assert bare == []


@pytest.mark.parametrize("path", WORDS)
def test_the_example_of_a_field_is_accepted_as_it_stands(path: str) -> None:
    policy: dict[str, object] = {"policy_id": "p"}
    kind = re.fullmatch(r"strategy\[(\w+)\]\.(\w+)", path)
    if kind:
        entry = {"kind": kind[1], kind[2]: WORDS[path].example}
        entry |= {"margin": "30%"} if kind[1] == "cost_plus" and kind[2] == "kind" else {}
        policy["strategy"] = [entry]
    else:
        *parents, name = path.split(".")
        value: object = WORDS[path].example
        for depth in range(len(parents), 0, -1):
            where = ".".join(parents[:depth])
            below = {**REQUIRED.get(where, {}), name: value}  # type: ignore[dict-item]
            many = where in (
                "segments",
                "segments.breaks",
                "guardrails.freeze",
                "guardrails.channel_ladder",
            )
            name, value = parents[depth - 1], [below] if many else below
        policy[name] = value
    Policy.model_validate(policy)


def test_every_topic_command_metric_and_alert_is_listed() -> None:
    text = {name: (FOLDER / name).read_text(encoding="utf-8") for name in PAGES}
    public = [topic.name for topic in TOPICS.values() if topic.direction != "internal"]
    assert [name for name in public if f"\n## {name}\n" not in text["records.md"]] == []
    assert [name for name in cli.commands() if f"\n### {name}\n" not in text["commands.md"]] == []
    metrics = [name for name, _ in instances()]
    assert len(metrics) > 15
    assert [name for name in metrics if f"| `{name}` |" not in text["metrics.md"]] == []
    assert set(KINDS) <= set(ALERTS)


def test_no_alert_is_listed_that_is_not_raised_and_none_is_raised_that_is_not_listed() -> None:
    source = "".join(
        path.read_text(encoding="utf-8")
        for package in ("online_models", "streams")
        for path in (ROOT / package).rglob("*.py")
        if "reference" not in path.parts
    )
    raised = set(re.findall(r'(?:alert|Notice)\(\s*(?:[\w.\[\]]+,\s*)*"(\w+)"', source))
    raised |= set(re.findall(r'"kind": "(\w+)",\s*"severity"', source))
    assert len(raised) > 6
    assert raised - set(ALERTS) == set()
    assert [kind for kind in ALERTS if f'"{kind}"' not in source] == []
