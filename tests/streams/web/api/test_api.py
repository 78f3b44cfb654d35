"""What programs ask, and what they are answered."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from streams.web.access.audit import entries, write_down
from streams.web.application import application
from streams.web.context import Context
from streams.web.store.intake.record import Taken
from streams.web.store.intake.take import take
from tests.streams.web.conftest import ORIGIN, POLICY, PRODUCT, SKU, START
from tests.streams.web.store.test_intake import decided

API = "/api/v1"
OFFER = f"{API}/offers/{quote(SKU, safe='')}/web"
ORDER = {
    "order_id": "o1",
    "currency": "USD",
    "lines": [{"sku": SKU, "quantity": 1, "unit_price": "9.00"}],
}


def sent(context: Context) -> list[tuple[str, Any]]:
    return [(x.topic, json.loads(x.value)) for x in context.outbox.sent]  # type: ignore[attr-defined]


def test_an_offer_has_its_price_its_changes_and_its_decisions(client: TestClient) -> None:
    offer = client.get(OFFER).json()
    assert (offer["price"], offer["currency"], offer["cost"]) == ("9.00", "USD", "4.00")
    assert [change["price"] for change in offer["changes"]] == ["9.50", "9.00"]
    outcomes = [decision["outcome"] for decision in offer["decisions"]]
    assert outcomes.count("changed") == 2
    assert outcomes[-2:] == ["proposed", "held"]
    assert offer["proposal"]["proposed"] == "5.00"
    (only,) = client.get(f"{API}/offers", params={"q": "EARL"}).json()["items"]
    assert only["sku"] == SKU


def test_a_proposal_is_approved_once(
    client: TestClient, context: Context, proposal: dict[str, Any]
) -> None:
    path = f"{API}/proposals/{proposal['decision_id']}/approve"
    assert client.post(path, json={"reason": "fine"}).status_code == 202
    ((topic, value),) = sent(context)
    assert topic == "pricing-control"
    assert (value["kind"], value["decision_id"]) == ("approve", proposal["decision_id"])
    assert (value["actor"], value["reason"]) == ("local", "fine")
    # a shop that is played again stays in its own time
    assert value["time"] == "2023-11-15T10:00:00Z"
    again = client.post(path)
    assert again.status_code == 409
    assert "answered already" in again.json()["detail"]
    assert [(e.action, e.reason) for e in entries(context.store)] == [("approve", "fine")]


def test_a_superseded_proposal_is_refused_and_said(
    client: TestClient, store: Engine, proposal: dict[str, Any]
) -> None:
    take(store, [decided(1, sku=SKU)], {}, {})
    answer = client.post(f"{API}/proposals/{proposal['decision_id']}/reject")
    assert answer.status_code == 409
    assert "superseded" in answer.json()["detail"]
    assert client.post(f"{API}/proposals/no-such/reject").status_code == 404


def test_events_are_checked_as_the_border_does(client: TestClient, context: Context) -> None:
    wrong = {**ORDER, "currency": "EUR"}
    answer = client.post(f"{API}/events/orders", json=[ORDER, wrong, {"order_id": "x"}])
    assert answer.status_code == 202
    body = answer.json()
    assert body["accepted"] == 1
    assert [each["index"] for each in body["refused"]] == [1, 2]
    assert "no rate is configured" in body["refused"][0]["error"]
    assert sent(context) == [("orders", ORDER)]
    refused = client.post(f"{API}/events/orders", json={"order_id": "x"})
    assert refused.status_code == 422
    assert refused.json()["accepted"] == 0


def test_what_dead_letters_would_say_is_what_is_answered(client: TestClient) -> None:
    from streams.configuration.settings import Settings
    from streams.pipe.pipe import Pipe

    bad = [{"order_id": "x"}, {**ORDER, "lines": []}, {**ORDER, "time": "yesterday"}]
    for event in bad:
        line = json.dumps({"topic": "orders", "value": event}).encode()
        (letter,) = [json.loads(x) for x in Pipe(Settings()).feed([line])]
        answer = client.post(f"{API}/events/orders", json=event)
        assert answer.json()["detail"] == letter["headers"]["error"]


@pytest.mark.parametrize("sku", ["tea\ud83d", "tea\0"])
def test_a_text_that_no_store_keeps_refuses_its_event_alone(
    client: TestClient, context: Context, sku: str
) -> None:
    odd = {**ORDER, "lines": [{"sku": sku, "quantity": 1}]}
    body = json.dumps([odd, ORDER])
    kind = {"Content-Type": "application/json"}
    answer = client.post(f"{API}/events/orders", content=body, headers=kind)
    assert answer.status_code == 202, answer.text
    assert [each["index"] for each in answer.json()["refused"]] == [0]
    assert len(context.outbox.sent) == 1  # type: ignore[attr-defined]


def test_a_policy_with_half_a_character_is_refused(client: TestClient, context: Context) -> None:
    body = json.dumps({"policy": {**POLICY, "policy_id": "p\ud83d"}, "reason": "calmer"})
    kind = {"Content-Type": "application/json"}
    assert client.post(f"{API}/policies", content=body, headers=kind).status_code == 422
    assert context.outbox.sent == []  # type: ignore[attr-defined]


def test_events_keep_the_key_of_their_topic(client: TestClient, context: Context) -> None:
    assert client.post(f"{API}/events/products", json=PRODUCT).status_code == 202
    (letter,) = context.outbox.sent  # type: ignore[attr-defined]
    assert letter.key == SKU.encode()
    assert client.post(f"{API}/events/price-changes", json={}).status_code == 404


def test_why_says_nothing_that_is_not_public(client: TestClient) -> None:
    why = client.get(f"{OFFER}/why").json()
    said = " ".join(why["reasons"])
    assert "$9.00" in said
    assert "other shops" in said
    assert "4.00" not in json.dumps(why)


def test_what_another_price_would_bring_needs_a_model(client: TestClient) -> None:
    assert client.get(f"{OFFER}/what-if", params={"price": "8"}).status_code == 409


@pytest.mark.parametrize(
    "query", ["cursor=x", "cursor=WyJuYW1lIl0", "sort=nonsense", "limit=0", "state=x", "limit=a"]
)
def test_a_question_that_makes_no_sense_is_a_problem(client: TestClient, query: str) -> None:
    answer = client.get(f"{API}/offers?{query}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "detail"} <= answer.json().keys()


def test_a_manual_price_goes_to_the_pricer_and_into_the_audit_log(
    client: TestClient, context: Context
) -> None:
    price = {"price": "8.50", "reason": "a promise", "force": True}
    assert client.post(f"{OFFER}/price", json=price).status_code == 202
    ((_, value),) = sent(context)
    assert (value["kind"], value["sku"], value["price"], value["force"]) == (
        "set_price",
        SKU,
        "8.50",
        True,
    )
    bad = client.post(f"{OFFER}/price", json={"price": "cheap", "reason": "x"})
    assert bad.status_code == 422
    assert len(sent(context)) == 1
    exported = client.get(f"{API}/exports/audit.csv").text
    assert "a promise" in exported


def test_exports_hold_every_offer_and_no_formula(client: TestClient, store: Engine) -> None:
    product = {**PRODUCT, "sku": "=1+1", "name": "=HYPERLINK(1)"}
    take(store, [Taken("products", 0, 9, b"", json.dumps(product).encode(), START)], {}, {})
    rows = list(csv.DictReader(io.StringIO(client.get(f"{API}/exports/offers.csv").text)))
    assert {row["sku"] for row in rows} == {SKU, "'=1+1"}
    assert not any(cell.startswith("=") for row in rows for cell in row.values())


def test_the_stream_goes_on_after_the_last_event_that_was_seen(
    client: TestClient, store: Engine
) -> None:
    from streams.web.api.notices import _since

    context: Any = client.app.state.context  # type: ignore[attr-defined]
    text, at, more = _since(context, (0, 0))
    assert text.count(b"event: change") == 2
    assert b'"price":"9.50"' in text
    assert not more
    assert _since(context, at)[0] == b""


def test_it_is_ready_once_it_has_caught_up(client: TestClient, context: Context) -> None:
    assert client.get("/ready").status_code == 200
    context.progress.lost()
    assert client.get("/ready").status_code == 503
    assert "Kafka does not answer" in client.get("/").text
    context.progress.measured({"price-changes": 3})
    assert client.get("/ready").status_code == 200
    context.progress.caught_up = False
    assert "3" in client.get("/ready").text
    assert 'pricetide_console_lag_records{topic="price-changes"} 3.0' in client.get("/metrics").text


def price_offer(price: str, decision: str = "d-1", **fields: Any) -> Taken:
    value = {
        "sku": SKU,
        "channel": "web",
        "segment": "b2b",
        "price": price,
        "currency": "USD",
        "valid_from": "2026-01-01T00:00:00Z",
        "valid_until": None,
        "decision_id": decision,
    }
    return Taken("price-offers", 0, 0, b"a", json.dumps(value | fields).encode(), START)


@pytest.mark.parametrize(
    ("asked", "price"),
    [
        ({}, "9.00"),
        ({"segment": "b2b"}, "8.80"),
        ({"segment": "b2b", "quantity": 10}, "8.00"),
        ({"customer": "9b2f6c1d00e4a7f3"}, "7.00"),
        ({"customer": "0000000000000000"}, "9.00"),
        ({"segment": "b2b", "at": "2025-12-31T23:59:59Z"}, "9.00"),
        ({"segment": "late"}, "9.00"),
        ({"segment": "late", "at": "2026-01-15T00:00:00Z"}, "6.00"),
        ({"segment": "dearer"}, "9.00"),
    ],
)
def test_a_customer_is_quoted_the_lowest_price_that_is_theirs(
    client: TestClient, store: Engine, asked: dict[str, Any], price: str
) -> None:
    personal = {"segment": "b2c", "customer": "9b2f6c1d00e4a7f3"}
    ended = {"segment": "late", "valid_until": "2026-02-01T00:00:00Z"}
    take(store, [price_offer("1.00", "d-0", segment="b2c")], {}, {})
    offers = [
        price_offer("8.80"),
        price_offer("8.00", minimum_quantity=10),
        price_offer("7.00", **personal),
        price_offer("6.00", **ended),
        price_offer("9.50", segment="dearer"),
    ]
    take(store, offers, {}, {})
    answer = client.get(f"{OFFER}/quote", params=asked).json()
    assert (answer["price"], answer["public_price"]) == (price, "9.00")


def test_a_policy_is_tried_and_put_in_force_by_http(client: TestClient, context: Context) -> None:
    policy = {**POLICY, "version": 2, "priority": 5}
    wrong = {"policy": {**policy, "priority": "x"}, "reason": "calmer"}
    assert client.post(f"{API}/policies", json=wrong).status_code == 422
    assert client.post(f"{API}/policies/what-if", json=wrong).status_code == 422
    kept = client.post(f"{API}/policies/drafts", json={"policy": policy, "reason": "calmer"})
    assert (kept.status_code, kept.json()["state"]) == (201, "kept")
    assert client.get(f"{API}/policies/what-if/unknown").status_code == 404
    done = client.post(f"{API}/policies", json={"policy": policy, "reason": "calmer"})
    assert done.status_code == 202
    ((topic, value),) = sent(context)
    assert (topic, value["priority"]) == ("pricing-policies", 5)
    assert entries(context.store, "", 5)[0].reason == "calmer"


def test_with_four_eyes_no_event_goes_around_them(
    context: Context, proposal: dict[str, Any]
) -> None:
    rules = dataclasses.replace(context.rules, four_eyes=True)
    app = application(dataclasses.replace(context, rules=rules))
    approve = {"kind": "approve", "decision_id": proposal["decision_id"], "actor": "me"}
    with TestClient(app, base_url=ORIGIN) as client:
        for topic, event in (("pricing-control", approve), ("pricing-policies", POLICY)):
            answer = client.post(f"{API}/events/{topic}", json=event)
            assert answer.status_code == 403
            assert "Four eyes" in answer.json()["detail"]
        draft = {"policy": {**POLICY, "version": 2}, "reason": "x"}
        assert client.post(f"{API}/policies", json=draft).status_code == 403
        assert client.post(f"{API}/events/products", json=PRODUCT).status_code == 202


def test_with_four_eyes_nobody_approves_what_their_own_policy_proposes(
    context: Context, proposal: dict[str, Any]
) -> None:
    write_down(context.store, "local", "policy", "p", "mine")
    rules = dataclasses.replace(context.rules, four_eyes=True)
    app = application(dataclasses.replace(context, rules=rules))
    path = f"{API}/proposals/{proposal['decision_id']}/approve"
    with TestClient(app, base_url=ORIGIN) as client:
        assert client.post(path).status_code == 409
    assert sent(context) == []
    write_down(context.store, "anna", "policy", "p", "theirs")
    with TestClient(app, base_url=ORIGIN) as client:
        assert client.post(path).status_code == 202
