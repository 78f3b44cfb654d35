"""Commands are checked before they are written, and are not written where they are wrong."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Any
from unittest.mock import Mock

import pytest

from schemas.values.instants import DAY, to_text
from streams import cli
from streams.errors import ExitStatus, InputError
from streams.steering import send
from streams.steering.orders import now, order, selector

KAFKA = ["--bootstrap", "nowhere:1"]
#: Event time of a shop that is played again, ms.
PLAYED = 1_000_000_000_000


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str | None, dict[str, Any]]]:
    found: list[tuple[str | None, dict[str, Any]]] = []

    async def take(_: Any, records: Sequence[tuple[str | None, bytes]]) -> None:
        found.extend((key, json.loads(value)) for key, value in records)

    monkeypatch.setattr(send, "_send", take)

    async def shop_time(_: Any) -> int:
        return PLAYED

    monkeypatch.setattr(send, "_shop_time", shop_time)
    monkeypatch.setattr(send, "reach", lambda _: Mock())
    return found


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["approve", "x-1", "--reason", "fine"], {"kind": "approve", "decision_id": "x-1"}),
        (["reject", "x-1"], {"kind": "reject", "decision_id": "x-1"}),
        (
            ["set-price", "tea", "8.99", "--reason", "r", "--force"],
            {"kind": "set_price", "sku": "tea", "price": "8.99", "channel": "web", "force": True},
        ),
        (["freeze", "tea", "--reason", "r"], {"kind": "pause", "select": {"skus": ["tea"]}}),
        (
            ["unfreeze", "--category", "a/b", "--reason", "r"],
            {"kind": "resume", "select": {"categories": ["a/b"]}},
        ),
        (["unfreeze", "tea", "--reason", "r"], {"kind": "resume", "select": {"skus": ["tea"]}}),
        (["pause", "--reason", "r"], {"kind": "pause", "select": {}}),
        (
            ["rollback", "2026-01-01T00:00:00Z", "--sku", "tea", "--reason", "r"],
            {"kind": "rollback", "to": "2026-01-01T00:00:00Z", "select": {"skus": ["tea"]}},
        ),
        (
            ["rollback", "1767225600000", "--reason", "r"],
            {"kind": "rollback", "to": 1_767_225_600_000},
        ),
        (
            ["rollback", "5d1f0c3b2a624de5ce516289-4", "--reason", "r"],
            {"kind": "rollback", "to": "5d1f0c3b2a624de5ce516289-4"},
        ),
        (["forget", "someone"], {"kind": "forget_customer", "customer_id": "someone"}),
    ],
    ids=lambda given: given[0] if isinstance(given, list) else "",
)
def test_a_command_writes_what_it_says(sent: Any, given: list[str], said: dict[str, Any]) -> None:
    assert cli.main([*given, *KAFKA, "--actor", "anna", "--at", "2026-01-02T00:00:00Z"]) == 0
    ((_, value),) = sent
    assert said.items() <= value.items()
    assert (value["actor"], value["time"]) == ("anna", "2026-01-02T00:00:00Z")


@pytest.mark.parametrize(
    ("given", "stays"),
    [(["pause", "--reason", "r"], True), (["approve", "x"], True), (["begin"], False)],
)
def test_an_order_does_not_move_the_time_of_a_shop_that_is_played_again(
    sent: Any, given: list[str], stays: bool
) -> None:
    assert cli.main([*given, *KAFKA]) == 0
    ((_, value),) = sent
    assert (value["time"] == to_text(PLAYED)) == stays


def test_several_proposals_are_answered_in_their_order(sent: Any) -> None:
    assert cli.main(["approve", "x-1", "x-2", *KAFKA]) == 0
    assert [value["decision_id"] for _, value in sent] == ["x-1", "x-2"]


@pytest.mark.parametrize(
    "given",
    [
        ["set-price", "tea", "cheap", "--reason", "r"],
        ["set-price", "tea", "8.99", "--reason", "r", "--until", "soon"],
        ["pause", "--reason", "r", "--at", "yesterday"],
        ["unfreeze", "tea", "--sku", "coffee", "--reason", "r"],
        ["rollback", "--reason", "r", "yesterday"],
        ["rollback", "--reason", "r", "2026-01-01"],
        ["rollback", "--reason", "r", "17672256"],
        ["approve", "x" * 10_000],
    ],
    ids=lambda given: given[-1][:12],
)
def test_what_is_wrong_is_said_in_one_line_and_not_written(
    sent: Any, given: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main([*given, *KAFKA]) == ExitStatus.WRONG_INPUT
    assert capsys.readouterr().err.count("\n") == 1
    assert sent == []


def test_an_order_about_a_product_is_keyed_by_it() -> None:
    key, _ = order("set_price", "anna", sku="tea", price="1.00", reason="r")
    assert key == "tea"
    assert order("pause", "anna", select=dict(selector(sku="tea")), reason="r")[0] is None
    with pytest.raises(InputError):
        order("no_such", "anna")


def test_a_shop_that_is_played_again_stays_in_its_own_time() -> None:
    wall = time.time_ns() // 1_000_000
    assert now(wall - 2 * DAY) == to_text(wall - 2 * DAY)
    assert now(wall - DAY // 2)[:10] == to_text(wall)[:10]
