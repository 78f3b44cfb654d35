"""Quotes and used goods: pages that appear with the first record, and answers to what waits."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from fastapi.testclient import TestClient

from schemas.examples import EXAMPLES
from streams.web.context import Context
from streams.web.pages.rendering import quote_path
from streams.web.store.intake.record import Taken
from streams.web.store.intake.take import take
from tests.streams.web.api.test_api import sent
from tests.streams.web.conftest import SKU, START
from tests.streams.web.pages.test_pages import token

QUOTE = 'q "<b>/1'


def tell(context: Context, topic: str, **fields: Any) -> None:
    value = json.dumps({**EXAMPLES[topic], **fields}).encode()
    take(context.store, [Taken(topic, 0, 0, b"k", value, START)], {}, {})
    context.summary.renew()


def menu(client: TestClient) -> list[str]:
    return re.findall(r'<a href="(/[a-z-]*)"', client.get("/").text.split("</nav>")[0])


def test_the_menu_has_what_the_shop_has(client: TestClient, context: Context) -> None:
    assert not {"/quotes", "/used-goods"} & set(menu(client))
    tell(context, "quote-requests", quote_id=QUOTE)
    tell(context, "price-suggestions")
    assert {"/quotes", "/used-goods"} < set(menu(client))


def test_a_quote_that_waits_is_approved_from_its_page(client: TestClient, context: Context) -> None:
    tell(context, "price-quotes", quote_id=QUOTE, status="proposed", decision_id="d-9")
    where = quote_path(QUOTE)
    assert f'href="{where}"' in client.get("/quotes").text
    page = client.get(where).text
    assert "€4,572.00" in page
    assert "The discount with the best expected profit: 12% off" in page
    assert "<b>/1" not in page
    form = {"form_token": token(page), "decision_id": "d-9", "answer": "approve", "reason": "ok"}
    assert client.post(where, data=form).status_code == 303
    ((topic, value),) = sent(context)
    assert (topic, value["kind"], value["decision_id"]) == ("pricing-control", "approve", "d-9")
    assert client.post(where, data=form).status_code == 409


NO_OFFER: dict[str, Any] = {
    "lines": [],
    **dict.fromkeys(("total", "public_total", "discount", "valid_until", "expected")),
}


@pytest.mark.parametrize(
    ("fields", "state", "outcome"),
    [
        ({"status": "declined", **NO_OFFER}, "no price", None),
        ({"status": "rejected"}, "turned down", None),
        ({"status": "offered"}, "offered", "open"),
        ({"status": "offered", "valid_until": "2023-11-15T00:00:00.000Z"}, "offered", "over"),
    ],
)
def test_only_a_quote_that_was_offered_can_be_open(
    client: TestClient, context: Context, fields: dict[str, Any], state: str, outcome: str | None
) -> None:
    tell(context, "price-quotes", quote_id=QUOTE, **fields)
    page = client.get(quote_path(QUOTE)).text
    assert f"<span>{state}</span>" in page
    found = re.search(r"<b>(\w+)</b><span>what became of it", page)
    assert (found and found[1]) == outcome
    assert f">{state}</span>" in client.get("/quotes").text


@pytest.mark.parametrize("path", ["/quotes", "/quotes?state=won", "/used-goods"])
def test_a_list_of_nothing_is_a_page(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 200


def test_a_suggestion_says_what_it_promises(client: TestClient, context: Context) -> None:
    tell(context, "price-suggestions", listing_id="l-<b>")
    page = client.get("/used-goods").text
    assert "€91.92" in page
    assert "75% within 30 days" in page
    assert "l-<b>" not in page
    nothing = dict.fromkeys(("value", "suggested", "quick", "patient", "markdown"))
    tell(context, "price-suggestions", listing_id="l-2", **nothing, reason="too little is known")
    assert "Too little is known." in client.get("/used-goods").text


def test_what_a_customer_was_promised_stands_beside_the_offer(
    client: TestClient, context: Context
) -> None:
    tell(context, "contract-prices", sku=SKU, valid_until=None)
    page = client.get("/offers/" + quote_path(SKU).removeprefix("/quotes/") + "/web").text
    assert "€10.90" in page
    assert "hotel-lake" not in page
