from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping
from email.utils import formatdate

import pytest

from streams.apply.signing import headers, is_signed, key
from streams.apply.target import Answer, AwayError
from streams.apply.webhook import Webhook
from tests.streams.apply.shop_server import SECRET, Shop, running
from tests.streams.client.test_prices import change

TWO = [change(1, sku="a", decision_id="da"), change(4, sku="b", decision_id="db")]


@pytest.fixture
def shop() -> Iterator[Shop]:
    with running() as server:
        yield server


def post(shop: Shop, changes: list, secret: str = SECRET) -> Mapping[str, Answer]:
    async def once() -> Mapping[str, Answer]:
        async with Webhook(shop.url, secret) as webhook:
            return await webhook.apply(changes)

    return asyncio.run(once())


def test_a_signed_request_shows_its_prices(shop: Shop) -> None:
    assert post(shop, TWO) == {"da": Answer("applied"), "db": Answer("applied")}
    assert shop.shown == {("a", "web"): (1, "12.50"), ("b", "web"): (4, "12.50")}
    assert shop.forged == 0


def test_a_wrong_signature_rejects_nothing(shop: Shop) -> None:
    with pytest.raises(AwayError, match="401"):
        post(shop, TWO, "another secret")
    assert shop.shown == {}


def test_the_same_changes_bear_the_same_id_and_others_another(shop: Shop) -> None:
    for changes in (TWO, TWO, TWO[:1]):
        post(shop, changes)
    first, second, third = [identity for _, _, identity in shop.requests]
    assert first == second != third


def test_a_shop_may_answer_for_each_change(shop: Shop) -> None:
    results = [
        {"decision_id": "da", "status": "rejected", "reason": "not sold"},
        {"decision_id": "db", "status": "again"},
    ]
    shop.answers.append((200, {}, {"results": results}))
    assert post(shop, TWO) == {"da": Answer("rejected", "not sold"), "db": Answer("again")}


@pytest.mark.parametrize("document", [{"ok": True}, [], {"results": [{"decision_id": 1}]}])
def test_an_answer_that_says_nothing_of_the_changes_is_none(shop: Shop, document: object) -> None:
    shop.answers.append((200, {}, document))
    with pytest.raises(AwayError):
        post(shop, TWO)


@pytest.mark.parametrize(("status", "alone"), [(422, "rejected"), (400, "again"), (413, "again")])
def test_what_a_shop_calls_wrong_is_sent_alone(shop: Shop, status: int, alone: str) -> None:
    shop.answers += [(status, {}, None), (status, {}, "no price of ours")]
    answers = post(shop, TWO)
    assert answers["da"].status == alone
    assert "no price of ours" in (answers["da"].reason or "")
    assert answers["db"] == Answer("applied")
    assert set(shop.shown) == {("b", "web")}


@pytest.mark.parametrize(
    ("given", "least", "most"),
    [("7", 7.0, 7.0), ("", 3000.0, 3600.0)],
    ids=["in seconds", "as a date"],
)
def test_a_shop_says_when_it_wants_to_be_asked_again(
    shop: Shop, given: str, least: float, most: float
) -> None:
    # the date is that of this test: the others may have taken minutes
    given = given or formatdate(time.time() + 3600, usegmt=True)
    shop.answers.append((429, {"retry-after": given}, None))
    with pytest.raises(AwayError, match="429") as away:
        post(shop, TWO)
    assert away.value.seconds is not None
    assert least <= away.value.seconds <= most


@pytest.mark.parametrize("status", [302, 401, 404, 500, 503])
def test_any_other_status_takes_nothing(shop: Shop, status: int) -> None:
    shop.answers.append((status, {"location": "/elsewhere", "retry-after": "soon"}, None))
    with pytest.raises(AwayError, match=str(status)) as away:
        post(shop, TWO)
    assert away.value.seconds is None


def test_a_shop_that_is_not_there_takes_nothing() -> None:
    with running() as gone:
        pass
    with pytest.raises(AwayError):
        post(gone, TWO)


@pytest.mark.parametrize("secret", [None, "", "whsec_not base64"])
def test_a_secret_that_signs_nothing_is_refused(secret: str | None) -> None:
    with pytest.raises(ValueError, match=r"WEBHOOK_SECRET|base64"):
        Webhook("https://shop.example", secret)


def test_a_signature_holds_for_its_body_and_its_moment() -> None:
    signed, now = headers(b"secret", "m1", 1000, b"body"), 1000.0
    assert is_signed(b"secret", signed, now, b"body")
    assert is_signed(
        b"secret",
        signed | {"webhook-signature": f"v1,x {signed['webhook-signature']}"},
        now,
        b"body",
    )
    assert not is_signed(b"secret", signed, now, b"another")
    assert not is_signed(b"else", signed, now, b"body")
    assert not is_signed(b"secret", signed | {"webhook-id": "m2"}, now, b"body")
    assert not is_signed(b"secret", signed, now + 301, b"body")
    assert not is_signed(key("secret"), {}, now, b"body")
