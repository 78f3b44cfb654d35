"""Who gets in, and what is refused before anything looks at it."""

from __future__ import annotations

import dataclasses
import time
from typing import Any

import msgspec
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from streams.configuration.settings import Settings
from streams.errors import InputError
from streams.web.access import tokens
from streams.web.access.forms import LIFE_SECONDS, fits, form_token
from streams.web.access.limits import AT_ONCE, RateLimit
from streams.web.access.roles import ROLES, Actor
from streams.web.access.rules import networks
from streams.web.application import application
from streams.web.context import Context
from streams.web.server import context_of
from streams.web.store.tables import people
from tests.streams.web.conftest import ORIGIN

PAGES = ("/", "/offers", "/queue", "/policies", "/alerts", "/health", "/audit", "/dead-letters")


def test_a_hostname_that_is_not_ours_is_refused(client: TestClient) -> None:
    for host in ("evil.example", "localhost.evil.example", ""):
        assert client.get("/offers", headers={"Host": host}).status_code == 421
    assert client.get("/offers", headers={"Host": "127.0.0.1:8080"}).status_code == 200


def test_pages_say_that_nothing_foreign_may_run_or_frame_them(client: TestClient) -> None:
    policy = client.get("/").headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}],
    ids=str,
)
def test_a_form_of_another_site_is_refused(client: TestClient, headers: dict[str, str]) -> None:
    for path in ("/queue/answer", "/api/v1/pause"):
        answer = client.post(path, json={"reason": "x"}, headers=headers)
        assert answer.status_code == 403


@pytest.mark.parametrize(
    "asked",
    [
        {"url": "/api/v1/offers", "params": {"brand": "\0"}},
        {"url": "/offers?q=a%00b"},
        {"url": "/static/%00"},
        {"url": "/api/v1/pause", "method": "POST", "json": {"reason": "a \0"}},
        {"url": "/api/v1/pause", "method": "POST", "content": rb'{"reason": "\\\u0000"}'},
        {"url": "/policies/switch", "method": "POST", "data": {"what": "pause", "reason": "\0"}},
        {
            "url": "/api/v1/pause",
            "method": "POST",
            "content": r'{"reason":"\u0000"}'.encode("utf-16"),
        },
        {
            "url": "/policies/switch",
            "method": "POST",
            "content": b"what=pause&reason=%00",
            "headers": {"Origin": ORIGIN, "Content-Type": "Application/X-WWW-Form-Urlencoded"},
        },
    ],
    ids=str,
)
def test_a_text_that_no_database_keeps_is_refused_before_anything_is_done(
    client: TestClient, context: Context, asked: dict[str, Any]
) -> None:
    answer = client.request(**{"method": "GET", "headers": {"Origin": ORIGIN}, **asked})
    assert answer.status_code == 400
    assert "NUL" in answer.text
    assert context.outbox.sent == []  # type: ignore[attr-defined]


def test_a_text_may_speak_of_the_character_that_it_may_not_hold(
    client: TestClient, context: Context
) -> None:
    reason = r"a \u0000 and %00 in our feed"
    answer = client.post("/api/v1/pause", json={"reason": reason}, headers={"Origin": ORIGIN})
    assert answer.is_success
    (sent,) = context.outbox.sent  # type: ignore[attr-defined]
    assert msgspec.json.decode(sent.value)["reason"] == reason


def test_a_cookie_that_holds_anything_is_nobodys(client: TestClient) -> None:
    headers = {"Cookie": 'pricetide="\\000\\377"'}
    assert client.get("/api/v1/offers", headers=headers).status_code in (200, 401)


def test_a_form_without_its_token_is_refused(client: TestClient, context: Context) -> None:
    for token in ("", "1.abc", form_token(b"another key", Actor("local", frozenset(), "local"))):
        form = {"what": "pause", "reason": "x", "form_token": token}
        assert client.post("/policies/switch", data=form).status_code == 403
    assert context.outbox.sent == []  # type: ignore[attr-defined]


def test_a_stale_form_is_refused() -> None:
    actor = Actor("anna", frozenset(ROLES), "session", "s")
    assert fits(b"k", actor, form_token(b"k", actor))
    assert not fits(b"k", actor, form_token(b"k", actor, time.time() - LIFE_SECONDS - 1))
    assert not fits(b"k", dataclasses.replace(actor, secret="t"), form_token(b"k", actor))


def test_too_large_a_body_is_refused(client: TestClient) -> None:
    assert client.post("/api/v1/pause", content=b"x" * (2 << 20)).status_code == 413
    endless = (b"x" * 65536 for _ in range(64))
    assert client.post("/api/v1/pause", content=endless).status_code in (400, 413, 422)


def test_who_asks_too_often_waits() -> None:
    limit = RateLimit()
    admitted = [limit.admits("a") for _ in range(int(AT_ONCE) + 400)]
    assert admitted[:100] == [True] * 100
    assert not all(admitted)
    assert limit.admits("b")


@pytest.mark.parametrize(
    ("role", "allowed", "refused"),
    [
        ("look", ["/api/v1/offers"], ["/api/v1/pause", "/api/v1/proposals/x/approve"]),
        ("approve", ["/api/v1/offers", "/api/v1/proposals/x/approve"], ["/api/v1/pause"]),
        ("steer", ["/api/v1/offers", "/api/v1/pause"], ["/api/v1/proposals/x/approve"]),
        ("feed", ["/api/v1/events/orders"], ["/api/v1/offers", "/api/v1/pause"]),
    ],
)
def test_a_token_allows_what_its_role_says(
    client: TestClient, context: Context, role: Any, allowed: list[str], refused: list[str]
) -> None:
    secret = tokens.create(context.store, "t", [role])
    headers = {"Authorization": f"Bearer {secret}"}

    def ask(path: str) -> int:
        if path == "/api/v1/offers":
            return client.get(path, headers=headers).status_code
        return client.post(path, json={"reason": "x"}, headers=headers).status_code

    assert [path for path in refused if ask(path) != 403] == []
    assert [path for path in allowed if ask(path) in (401, 403)] == []


def test_once_there_is_a_token_nobody_gets_in_without_one(
    client: TestClient, context: Context
) -> None:
    assert client.get("/api/v1/offers").status_code == 200
    tokens.create(context.store, "t", ["look"])
    answer = client.get("/api/v1/offers")
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.headers["content-type"] == "application/problem+json"
    for page in PAGES:
        assert client.get(page).headers["location"].startswith("/login")
    wrong = {"Authorization": "Bearer pt_wrong"}
    assert client.get("/api/v1/offers", headers=wrong).status_code == 401


def test_a_revoked_token_ends_at_once_with_its_sessions(
    client: TestClient, context: Context
) -> None:
    secret = tokens.create(context.store, "anna", ["look"])
    assert client.post("/login", data={"token": "pt_wrong"}).status_code == 403
    assert (
        client.post("/login", data={"token": secret, "next": "//evil"}).headers["location"] == "/"
    )
    assert client.get("/offers").status_code == 200
    tokens.revoke(context.store, "anna")
    assert client.get("/offers").status_code == 303
    assert client.get(
        "/api/v1/offers", headers={"Authorization": f"Bearer {secret}"}
    ).status_code == (401)
    with pytest.raises(InputError):
        tokens.create(context.store, "anna", ["look"])


def test_secrets_are_not_in_the_store(client: TestClient, context: Context) -> None:
    secret = tokens.create(context.store, "anna", ["look"])
    client.post("/login", data={"token": secret})
    session = client.cookies["pricetide"]
    with context.store.connect() as connection:
        for table in (people.tokens, people.sessions):
            held = repr(connection.execute(select(table)).all())
            assert held != "[]"
            assert secret not in held
            assert session not in held


def test_a_trusted_proxy_says_who_asks_and_nobody_else(context: Context) -> None:
    rules = dataclasses.replace(
        context.rules, proxies=networks(("10.0.0.0/8",)), groups={"pricing": ("steer",)}, open=True
    )
    app = application(dataclasses.replace(context, rules=rules))
    named = {"X-Forwarded-User": "anna", "X-Forwarded-Groups": "pricing, other"}
    inside = TestClient(app, base_url=ORIGIN, client=("10.1.2.3", 1))
    outside = TestClient(app, base_url=ORIGIN, client=("192.0.2.1", 1))
    assert inside.get("/api/v1/offers", headers=named).status_code == 200
    assert inside.post("/api/v1/pause", json={"reason": "x"}, headers=named).status_code == 202
    assert inside.get("/api/v1/offers").status_code == 401
    assert outside.get("/api/v1/offers", headers=named).status_code == 401


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "prices.example"])
def test_where_others_reach_it_it_does_not_start_without_asking(host: str, tmp_path: Any) -> None:
    settings = Settings(store=f"sqlite:///{tmp_path}/s.sqlite")
    with pytest.raises(InputError, match="token create"):
        context_of(settings, host)
    proxied = settings.model_copy(update={"console_proxies": ("10.0.0.1",)})
    assert not context_of(proxied, host).rules.open
    tokens.create(context_of(settings, "127.0.0.1").store, "a", ["look"])
    assert not context_of(settings, host).rules.open
