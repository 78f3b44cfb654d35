"""What the console shows of what was decided, and that nothing from outside acts on its pages."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from aiohttp.test_utils import TestClient, TestServer

from streams.configuration.settings import Settings
from streams.pipe.pipe import Pipe
from streams.web.board import DECISIONS, Board
from streams.web.server import application

START = 1_700_006_400_000
HOUR = 3_600_000
POLICY = {
    "policy_id": "p",
    "strategy": [{"kind": "match_competitor"}, {"kind": "keep"}],
    "approval": {"required_above_step": "15%"},
}
SKU = 'tea "<script>alert(1)</script>/ü'
PRODUCT = {
    "sku": SKU,
    "name": "Tea",
    "currency": "USD",
    "price": "10.00",
    "cost": "4.00",
    "category": "tea",
}


def competitor(price: str, hours: int) -> dict[str, Any]:
    time = START + hours * HOUR
    return {"sku": SKU, "competitor": "r", "price": price, "currency": "USD", "time": time}


@pytest.fixture(scope="module")
def board() -> Board:
    """Two changes, a proposal, and a dead letter, as a pricer tells them."""
    records = [
        ("pricing-policies", POLICY),
        ("products", PRODUCT),
        *(
            ("competitor-prices", competitor(price, at))
            for at, price in enumerate(["9.50", "9.00"])
        ),
        ("competitor-prices", competitor("5.00", 2)),
        ("orders", {"order_id": "<b>secret</b>"}),
        ("pricing-control", {"kind": "tick", "time": START + 40 * 24 * HOUR}),
    ]
    lines = [json.dumps({"topic": topic, "value": value}).encode() for topic, value in records]
    found = Board()
    for line in Pipe(Settings()).feed(lines):
        told = json.loads(line)
        headers = [(name, text.encode()) for name, text in told.get("headers", {}).items()]
        value = told["value"] if told["topic"] == "dead-letters" else json.dumps(told["value"])
        found.take(told["topic"], value.encode(), headers)
    return found


@pytest.fixture
def get(board: Board) -> Callable[..., tuple[int, str, Any]]:
    """`get(path, **query)`: status, text, headers."""

    async def ask(path: str, query: dict[str, str]) -> tuple[int, str, Any]:
        async with TestClient(TestServer(application(board))) as client:
            answer = await client.get(path, params=query)
            return answer.status, await answer.text(), answer.headers

    return lambda path, **query: asyncio.run(ask(path, query))


def test_figures_are_those_of_what_was_decided(get: Any) -> None:
    status, text, _ = get("/api/summary")
    figures = json.loads(text)
    assert status == 200
    assert (figures["offers"], figures["changes"], figures["dead_letters"]) == (1, 2, 1)


def test_an_offer_has_its_price_its_changes_and_its_decisions(get: Any) -> None:
    _, text, _ = get("/api/offer", sku=SKU)
    offer = json.loads(text)
    assert (offer["price"], offer["currency"]) == ("9.00", "USD")
    assert [change["price"] for change in offer["changes"]] == ["9.50", "9.00"]
    outcomes = [decision["outcome"] for decision in offer["decisions"]]
    assert outcomes.count("changed") == 2
    assert "proposed" in outcomes
    assert [each["sku"] for each in json.loads(get("/api/offers")[1])] == [SKU]


def test_a_decision_is_told_in_words(get: Any, board: Board) -> None:
    (offer,) = board.offers.values()
    proposed = next(d for d in offer.decisions if d["outcome"] == "proposed")
    status, text, _ = get("/decision", id=proposed["decision_id"])
    assert status == 200
    assert "A change from 9.00 to 5.00 USD waits for approval" in text
    assert json.loads(get("/api/decision", id=proposed["decision_id"])[1]) == proposed


DECISION = {
    "decision_id": "x-1",
    "sku": "a",
    "channel": "web",
    "currency": "USD",
    "price": "1.00",
    "previous_price": "2.00",
    "time": "2026-01-01T00:00:00Z",
    "outcome": "held",
    "reason": "no_change",
    "policy_id": "p",
    "explanation": [],
}


def test_a_proposal_waits_until_another_decision_follows_and_is_no_price_yet() -> None:
    board = Board()
    for outcome, waiting in (("proposed", 1), ("rejected", 0)):
        board.take("price-decisions", msgspec.json.encode(DECISION | {"outcome": outcome}))
        assert board.summary()["waiting"] == waiting
        assert board.offers["a", "web"].price == "2.00"


@pytest.mark.parametrize(
    "value",
    [None, b"", b"null", b"{}", b"[" * 5000, b"\xff", msgspec.json.encode(DECISION | {"sku": 5})],
    ids=range(7),
)
@pytest.mark.parametrize("topic", ["price-decisions", "price-changes", "pricing-alerts"])
def test_what_no_pricer_wrote_is_passed_over(topic: str, value: bytes | None) -> None:
    board = Board()
    board.take(topic, value)
    assert (board.offers, list(board.alerts)) == ({}, [])


@pytest.mark.parametrize("path", ["/", "/offers", "/offer", "/alerts", "/dead-letters"])
def test_nothing_from_outside_is_markup(get: Any, path: str) -> None:
    status, text, headers = get(path, sku=SKU, q='tea "<script>')
    assert status == 200
    assert "<script" not in text
    assert "secret" not in text
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_a_page_leads_to_the_offer_whatever_its_name(get: Any) -> None:
    _, text, _ = get("/offers", q="TEA")
    (link,) = [part.split('"')[0] for part in text.split('href="') if part.startswith("/offer?")]
    status, page, _ = get(link.replace("&amp;", "&"))
    assert (status, "9.00 USD" in page) == (200, True)


@pytest.mark.parametrize("path", ["/offer", "/decision", "/api/offer", "/api/decision"])
def test_what_is_not_known_is_said_so(get: Any, path: str) -> None:
    assert get(path, sku="x", id="x-1")[0] == 404


def test_it_does_not_grow_without_bounds() -> None:
    board = Board()
    for _ in range(3 * DECISIONS):
        board.take("price-decisions", msgspec.json.encode(DECISION))
    assert len(board.offers["a", "web"].decisions) == DECISIONS
