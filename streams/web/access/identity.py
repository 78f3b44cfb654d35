"""Who asks: the holder of a token, a browser of theirs, whom a trusted proxy names, or anyone."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping

from sqlalchemy import Engine

from streams.web.access.roles import ROLES, Actor
from streams.web.access.rules import AccessRules
from streams.web.access.tokens import actor_of_session, actor_of_token, any_in_force

COOKIE = "pricetide"
USER_HEADER = "x-forwarded-user"
GROUPS_HEADER = "x-forwarded-groups"


def identified(
    store: Engine, rules: AccessRules, headers: Mapping[str, str], cookie: str | None, peer: str
) -> Actor | None:
    """Who asks, None where that is not known. `headers` in lower case; `peer` is their address."""
    scheme, _, secret = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return actor_of_token(store, secret.strip())
    if rules.proxies:
        return _named_by_proxy(rules, headers, peer)
    if cookie:
        return actor_of_session(store, cookie)
    if rules.open and not any_in_force(store):
        return Actor("local", frozenset(ROLES), "local", "local")
    return None


def _named_by_proxy(rules: AccessRules, headers: Mapping[str, str], peer: str) -> Actor | None:
    user = headers.get(USER_HEADER, "").strip()
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return None
    if not user or not any(address in network for network in rules.proxies):
        return None
    groups = [part.strip() for part in headers.get(GROUPS_HEADER, "").split(",")]
    return Actor(user, rules.roles_of(groups), "proxy", f"proxy {user}")
