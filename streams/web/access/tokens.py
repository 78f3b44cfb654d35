"""Bearer tokens, and the sessions of browsers that have shown one. The store keeps hashes only."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Engine, delete, insert, select, update

from streams.errors import InputError
from streams.web.access.roles import Actor, Role, parsed, with_implied
from streams.web.store.database import writing
from streams.web.store.tables.people import named_sessions, sessions, tokens

PREFIX = "pt_"
SECRET_BYTES = 32
SESSION_SECONDS = 12 * 3600


class TokenEntry(NamedTuple):
    """A token as it may be shown."""

    name: str
    roles: str
    created_at: int
    revoked_at: int | None


def _digest(secret: str) -> str:
    # the secrets are drawn at random, and as long as the hash: there is nothing to guess
    return hashlib.sha256(secret.encode()).hexdigest()


def _now() -> int:
    return time.time_ns() // 1_000_000


def create(store: Engine, name: str, roles: list[Role]) -> str:
    """A new token; it is shown this once. InputError where the name is taken."""
    secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    with writing(store).begin() as connection:
        taken = connection.execute(select(tokens.c.name).where(tokens.c.name == name)).scalar()
        if taken is not None:
            raise InputError(f"there is a token {name} already; names are used once")
        connection.execute(
            insert(tokens).values(
                name=name, digest=_digest(secret), roles=",".join(roles), created_at=_now()
            )
        )
    return secret


def listed(store: Engine) -> list[TokenEntry]:
    """All tokens, by name."""
    with store.connect() as connection:
        rows = connection.execute(
            select(
                tokens.c.name, tokens.c.roles, tokens.c.created_at, tokens.c.revoked_at
            ).order_by(tokens.c.name)
        )
        return [TokenEntry(*row) for row in rows]


def revoke(store: Engine, name: str) -> None:
    """End a token and the sessions that it began; InputError where it is not in force."""
    with writing(store).begin() as connection:
        done = connection.execute(
            update(tokens)
            .where(tokens.c.name == name, tokens.c.revoked_at.is_(None))
            .values(revoked_at=_now())
        )
        if not done.rowcount:
            raise InputError(f"there is no token {name} in force")
        connection.execute(delete(sessions).where(sessions.c.token == name))


def any_in_force(store: Engine) -> bool:
    """Whether there is a token to ask for."""
    with store.connect() as connection:
        found = select(tokens.c.name).where(tokens.c.revoked_at.is_(None)).limit(1)
        return connection.execute(found).scalar() is not None


def actor_of_token(store: Engine, secret: str) -> Actor | None:
    """Who holds this token; None where it is none in force."""
    return _actor(store, tokens.c.digest == _digest(secret), "token")


def begin_session(store: Engine, actor: Actor) -> str:
    """What the browser of a token's holder keeps from now on, in the token's place."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    now = _now()
    with writing(store).begin() as connection:
        connection.execute(delete(sessions).where(sessions.c.expires_at < now))
        connection.execute(
            insert(sessions).values(
                digest=_digest(secret), token=actor.name, expires_at=now + SESSION_SECONDS * 1000
            )
        )
    return secret


def begin_named_session(store: Engine, name: str, roles: Iterable[Role]) -> str:
    """The same for somebody whom an OpenID provider has named; their roles are as of now."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    now = _now()
    with writing(store).begin() as connection:
        connection.execute(delete(named_sessions).where(named_sessions.c.expires_at < now))
        connection.execute(
            insert(named_sessions).values(
                digest=_digest(secret),
                name=name,
                roles=",".join(roles),
                expires_at=now + SESSION_SECONDS * 1000,
            )
        )
    return secret


def end_session(store: Engine, secret: str) -> None:
    """Forget a browser."""
    with writing(store).begin() as connection:
        for table in (sessions, named_sessions):
            connection.execute(delete(table).where(table.c.digest == _digest(secret)))


def actor_of_session(store: Engine, secret: str) -> Actor | None:
    """Who the browser belongs to; None where its session has ended or its token was revoked."""
    held = select(sessions.c.token).where(
        sessions.c.digest == _digest(secret), sessions.c.expires_at > _now()
    )
    found = _actor(store, tokens.c.name == held.scalar_subquery(), "session", _digest(secret))
    return found or _named(store, secret)


def _named(store: Engine, secret: str) -> Actor | None:
    with store.connect() as connection:
        row = connection.execute(
            select(named_sessions.c.name, named_sessions.c.roles).where(
                named_sessions.c.digest == _digest(secret), named_sessions.c.expires_at > _now()
            )
        ).first()
    if row is None:
        return None
    return Actor(row.name, with_implied(parsed(row.roles)), "session", _digest(secret))


def _actor(store: Engine, which: object, by: object, secret: str = "") -> Actor | None:
    with store.connect() as connection:
        row = connection.execute(
            select(tokens.c.name, tokens.c.roles).where(which, tokens.c.revoked_at.is_(None))  # type: ignore[arg-type]
        ).first()
    if row is None:
        return None
    return Actor(row.name, with_implied(parsed(row.roles)), by, secret)  # type: ignore[arg-type]
