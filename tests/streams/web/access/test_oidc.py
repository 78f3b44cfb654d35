"""People sign in at a real OpenID provider, and may do what their groups allow."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi.testclient import TestClient
from oidc_provider_mock import User, run_server_in_thread
from pydantic import SecretStr

from streams.configuration.settings import Settings
from streams.errors import InputError
from streams.web.access.oidc import OidcSignIn
from streams.web.access.rules import group_roles
from streams.web.application import application
from streams.web.context import Context
from streams.web.server import context_of
from tests.streams.web.conftest import ORIGIN

GROUPS = {"pricing": "approve,steer", "guests": "look"}
PEOPLE = (
    User(sub="1", claims={"preferred_username": "anna", "groups": ["/pricing"]}),
    User(sub="2", claims={"preferred_username": "bob", "groups": ["/guests", "/nobody"]}),
    User(sub="3", claims={"preferred_username": "eve", "groups": ["/nobody"]}),
)


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with run_server_in_thread(user_claims=PEOPLE, require_nonce=True) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
def console(context: Context, issuer: str) -> TestClient:
    oidc = OidcSignIn(issuer, "console", "secret", "groups", b"key")
    rules = dataclasses.replace(context.rules, groups=group_roles(GROUPS), open=False)
    made = dataclasses.replace(context, oidc=oidc, rules=rules)
    return TestClient(application(made), base_url=ORIGIN, follow_redirects=False)


def begun(console: TestClient, following: str = "/queue") -> str:
    """The provider's page that the browser is sent to."""
    answer = console.get("/login/oidc", params={"next": following})
    assert answer.status_code == 303
    return answer.headers["location"]


def came_back(page: str, sub: str) -> str:
    """Where the provider sends the browser of somebody who has signed in there."""
    answer = httpx.post(page, data={"sub": sub})
    assert answer.status_code == 302, answer.text
    where = urlsplit(answer.headers["location"])
    assert f"{where.scheme}://{where.netloc}" == ORIGIN
    return f"{where.path}?{where.query}"


def signed_in(console: TestClient, sub: str) -> Any:
    return console.get(came_back(begun(console), sub))


def test_who_is_not_known_is_asked_to_sign_in(console: TestClient) -> None:
    assert console.get("/queue").headers["location"] == "/login?next=/queue"
    assert "/login/oidc?next=%2Fqueue" in console.get("/login?next=/queue").text


def test_a_person_may_do_what_their_groups_allow(console: TestClient) -> None:
    answer = signed_in(console, "1")
    assert re.search(r'http-equiv="refresh" content="0; url=/queue"', answer.text)
    cookie = next(
        each for each in answer.headers.get_list("set-cookie") if each.startswith("pricetide=")
    )
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    page = console.get("/policies").text
    assert "anna" in page
    assert 'id="stop"' in page
    assert console.post("/api/v1/pause", json={"reason": "x"}).status_code == 202
    console.post("/logout")
    assert console.get("/policies").status_code == 303


def test_a_guest_looks_only_and_a_stranger_not_at_all(console: TestClient) -> None:
    signed_in(console, "2")
    assert console.get("/offers").status_code == 200
    assert console.post("/api/v1/pause", json={"reason": "x"}).status_code == 403
    console.cookies.clear()
    refused = signed_in(console, "3")
    assert refused.status_code == 403
    assert "eve is in no group" in refused.text
    assert console.get("/offers").status_code == 303


def test_the_code_is_bound_to_a_secret_that_never_left_the_console(console: TestClient) -> None:
    asked = parse_qs(urlsplit(begun(console)).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["response_type"] == ["code"]
    assert "openid" in asked["scope"][0]
    assert {len(asked[name][0]) for name in ("state", "nonce", "code_challenge")} == {43}


def test_what_was_begun_elsewhere_is_refused(console: TestClient) -> None:
    back = came_back(begun(console), "1")
    for other in (
        back.replace("state=", "state=x"),
        back.replace("code=", "code=x"),
        "/login/oidc/done?error=access_denied",
        "/login/oidc/done",
    ):
        assert console.get(other).status_code == 403, other
    console.cookies.clear()
    assert console.get(back).status_code == 403
    begun(console)
    console.cookies.set("pricetide-sign-in", "e30=.00", domain="localhost.local")
    assert console.get(back).status_code == 403
    assert console.get("/offers").status_code == 303


def test_a_token_of_another_request_is_refused(console: TestClient, issuer: str) -> None:
    """The nonce ties the provider's token to the browser that asked."""
    first, second = begun(console), begun(console)
    state = parse_qs(urlsplit(second).query)["state"][0]
    code = parse_qs(urlsplit(came_back(first, "1")).query)["code"][0]
    answer = console.get("/login/oidc/done", params={"code": code, "state": state})
    assert answer.status_code == 403


def test_another_site_is_no_place_to_go_on(console: TestClient) -> None:
    answer = console.get(came_back(begun(console, "//evil.example"), "1"))
    assert 'url=/"' in answer.text
    assert "evil" not in answer.text


def test_a_provider_that_is_away_is_said(context: Context) -> None:
    oidc = OidcSignIn("http://localhost:1", "console", None, "groups", b"key")
    made = application(dataclasses.replace(context, oidc=oidc))
    answer = TestClient(made, base_url=ORIGIN).get("/login/oidc")
    assert answer.status_code == 403
    assert "The provider does not answer" in answer.text


def test_with_a_provider_the_console_asks_everybody(tmp_path: Path) -> None:
    usual: dict[str, Any] = {"store": f"sqlite:///{tmp_path}/s.sqlite"}
    issuer = {"console_oidc_issuer": "https://sso.example.org/realms/shop"}
    made = context_of(
        Settings(
            **usual, **issuer, console_oidc_client="console", console_oidc_secret=SecretStr("s")
        ),
        "0.0.0.0",
    )
    assert not made.rules.open
    made.store.dispose()
    with pytest.raises(InputError, match="belong together"):
        context_of(Settings(**usual, **issuer), "127.0.0.1")
