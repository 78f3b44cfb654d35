"""Proof that a form was made here, for whoever sends it back."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time

from sqlalchemy import Engine, select

from streams.web.access.roles import Actor
from streams.web.store.database import put, writing
from streams.web.store.tables.shop import facts

LIFE_SECONDS = 12 * 3600
_NAME = "form key"


def form_key(store: Engine) -> bytes:
    """The key of this store's forms: a restart does not spoil a form that somebody fills in."""
    with writing(store).begin() as connection:
        row = {"name": _NAME, "value": secrets.token_hex(32)}
        put(connection, facts, [row], by=["name"], replace=False)
        held = connection.execute(select(facts.c.value).where(facts.c.name == _NAME)).scalar_one()
    return bytes.fromhex(held)


def form_token(key: bytes, actor: Actor, at: float | None = None) -> str:
    """What a form for this actor carries."""
    made = int(time.time() if at is None else at)
    signed = hmac.new(key, f"{made} {actor.name} {actor.secret}".encode(), hashlib.sha256)
    return f"{made}.{signed.hexdigest()}"


def fits(key: bytes, actor: Actor, token: str) -> bool:
    """Whether a form's token was made here for this actor, and lately."""
    made, _, _ = token.partition(".")
    if not made.isdecimal() or len(made) > 12 or time.time() - int(made) > LIFE_SECONDS:
        return False
    return hmac.compare_digest(form_token(key, actor, int(made)).encode(), token.encode())
