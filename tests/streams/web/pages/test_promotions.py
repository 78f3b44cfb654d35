"""Plans on the page of promotions: started, declined, and what they brought."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from schemas.examples import EXAMPLES
from schemas.values.instants import DAY, to_text
from streams.web.context import Context
from tests.streams.web.api.test_api import sent
from tests.streams.web.conftest import SKU, START
from tests.streams.web.pages.test_pages import token
from tests.streams.web.pages.test_trade_pages import tell

LATER = {
    "sku": SKU,
    "starts_at": to_text(START + 300 * DAY),
    "ends_at": to_text(START + 307 * DAY),
}


def plan(context: Context, **fields: Any) -> None:
    tell(context, "promotion-plans", **{**LATER, **fields})


@pytest.mark.parametrize(("answer", "cancelled"), [("start", None), ("decline", True)])
def test_an_answer_sends_the_plan_to_promotions_once(
    client: TestClient, context: Context, answer: str, cancelled: bool | None
) -> None:
    plan(context)
    page = client.get("/promotions").text
    assert ">waits<" in page
    form = {"form_token": token(page), "answer": answer}
    assert client.post("/promotions/p-1", data=form, follow_redirects=False).status_code == 303
    ((topic, value),) = sent(context)
    assert topic == "promotions"
    assert (value["promotion_id"], value.get("cancelled")) == ("p-1", cancelled)
    tell(context, "promotions", **value)
    page = client.get("/promotions").text
    assert (">to come<" in page, ">declined<" in page) == (not cancelled, bool(cancelled))
    assert client.post("/promotions/p-1", data=form).status_code == 409


def test_what_cannot_be_answered_says_why(client: TestClient, context: Context) -> None:
    assert client.post("/api/v1/promotion-plans/p-1/start").status_code == 404
    plan(context, starts_at=to_text(START - DAY))
    refused = client.post("/api/v1/promotion-plans/p-1/start")
    assert (refused.status_code, sent(context)) == (409, [])
    assert "time has come" in refused.json()["detail"]


def test_what_a_plan_brought_stands_beside_what_it_was_to_add(
    client: TestClient, context: Context
) -> None:
    days = {"starts_at": 20, "ends_at": 13}
    early = {name: to_text(START - ago * DAY) for name, ago in days.items()}
    plan(context, **early)
    tell(context, "promotions", **{**EXAMPLES["promotion-plans"], **LATER, **early})
    tell(context, "promotion-results", sku=SKU, **early)
    # another offer of a promotion is another result
    tell(context, "promotion-results", sku="another", **early)
    page = client.get("/promotions").text
    assert ">over<" in page
    assert "€61.30" in page
    results = client.get("/api/v1/promotion-results").json()
    assert {each["promotion_id"] for each in results} == {"p-1"}
    assert {each["sku"] for each in results} == {SKU, "another"}


def test_plans_that_wait_are_counted_until_they_are_answered(
    client: TestClient, context: Context
) -> None:
    plan(context)
    plan(context, plan_id="p-2", promotion_id="p-2", starts_at=to_text(START - DAY))
    tell(context, "promotions", **{**EXAMPLES["promotion-plans"], "promotion_id": "p-3"})
    plan(context, plan_id="p-3", promotion_id="p-3")
    context.summary.renew()
    assert context.summary.counted.waiting_plans == 1
    assert "planned promotions" in client.get("/").text
    tell(context, "promotions", **{**EXAMPLES["promotion-plans"], "cancelled": True})
    context.summary.renew()
    assert context.summary.counted.waiting_plans == 0
    assert "planned promotions" not in client.get("/").text
