"""What people do is written down before it is sent, and by one of two who do it at once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from fastapi.testclient import TestClient

from schemas.examples import EXAMPLES
from streams.web import actions
from streams.web.access.audit import entries
from streams.web.access.roles import ROLES, Actor
from streams.web.context import Context
from tests.streams.web.api.test_api import API, OFFER, sent
from tests.streams.web.conftest import POLICY

PRICE = {"price": "9.90", "reason": "a fair"}


def requests(proposal: dict[str, Any]) -> list[tuple[str, str, Any]]:
    """Method, path and body of what somebody may do."""
    return [
        ("post", f"{API}/proposals/{proposal['decision_id']}/approve", {"reason": "fine"}),
        ("post", f"{OFFER}/price", PRICE),
        ("post", f"{API}/policies", {"policy": POLICY, "reason": "calmer"}),
        ("post", f"{API}/events/pricing-policies", [EXAMPLES["pricing-policies"]]),
    ]


@pytest.mark.parametrize("which", range(4))
def test_what_cannot_be_written_down_is_not_sent(
    client: TestClient,
    context: Context,
    proposal: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    which: int,
) -> None:
    def full(*_: Any) -> int:
        raise OSError("the disk is full")

    method, path, body = requests(proposal)[which]
    with monkeypatch.context() as broken:
        for name in ("write_down", "enter"):
            broken.setattr(actions, name, full)
        with pytest.raises(OSError, match="full"):
            client.request(method, path, json=body)
    assert sent(context) == []
    # nothing of it is left that would refuse it later
    assert client.request(method, path, json=body).status_code == 202


@pytest.mark.parametrize("which", range(4))
def test_what_kafka_did_not_confirm_stands_in_the_audit_as_such(
    client: TestClient, context: Context, proposal: dict[str, Any], which: int
) -> None:
    context.outbox.away = True  # type: ignore[attr-defined]
    method, path, body = requests(proposal)[which]
    assert client.request(method, path, json=body).status_code == 503
    (entry,) = entries(context.store)
    assert entry.reason.endswith(" (Kafka did not confirm it)")
    # it may be done again
    context.outbox.away = False  # type: ignore[attr-defined]
    assert client.request(method, path, json=body).status_code == 202
    assert "confirm" not in entries(context.store)[0].reason


def test_of_two_answers_at_once_one_is_sent(
    context: Context, proposal: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "_refused", lambda *_: {})  # both have looked before either wrote
    ids = [proposal["decision_id"]]
    found = [
        asyncio.run(actions.answer(context, Actor(name, frozenset(ROLES), "local"), ids, kind))
        for name, kind in (("ann", "approve"), ("bob", "reject"))
    ]
    assert [each.sent for each in found] == [ids, []]
    assert found[1].refused == [(ids[0], "answered already, by ann")]
    assert [value["kind"] for _, value in sent(context)] == ["approve"]
    assert [entry.actor for entry in entries(context.store)] == ["ann"]
