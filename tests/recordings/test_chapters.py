"""Every rule comes out byte for byte as it did, among few offers and among many."""

from __future__ import annotations

import json
from typing import get_args

import pytest

from schemas.records.policy.guardrails import Guardrails
from schemas.records.policy.strategies import Strategy
from tests.recordings.chapters import CHAPTERS, EXPECTED, summary

RECORDED = json.loads(EXPECTED.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_comes_out_byte_for_byte(name: str) -> None:
    assert summary(name) == RECORDED[name]


def test_no_guardrail_and_no_strategy_is_without_a_chapter() -> None:
    policies = [policy for policy, _ in CHAPTERS.values()]
    bound = {name for policy in policies for name in policy["guardrails"]}
    assert bound == set(Guardrails.model_fields)
    kinds = {
        get_args(one.model_fields["kind"].annotation)[0] for one in get_args(get_args(Strategy)[0])
    }
    assert {entry["kind"] for policy in policies for entry in policy["strategy"]} == kinds
