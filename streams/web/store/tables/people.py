"""What people do and keep here, as tables: no topic could tell it again."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, String, Table, Text

from streams.web.store.tables.shop import ROW_ID, metadata

audit = Table(
    "audit",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    Column("time", BigInteger, nullable=False),
    Column("actor", String, nullable=False),
    Column("action", String, nullable=False),
    Column("target", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("detail", Text, nullable=False),
)
Index("audit_time", audit.c.time)

tokens = Table(
    "tokens",
    metadata,
    Column("name", String, primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("roles", String, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
)

#: Browsers that have shown a token; only the hash of what they hold is kept.
sessions = Table(
    "sessions",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("token", String, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)

#: Browsers of people whom an OpenID provider has named, with the roles that their groups gave them.
named_sessions = Table(
    "named_sessions",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("name", String, nullable=False),
    Column("roles", String, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)

#: Proposals for which a command is on its way: decision_id → what was asked, and by whom.
asked = Table(
    "asked",
    metadata,
    Column("decision_id", String, primary_key=True),
    Column("answer", String, nullable=False),
    Column("actor", String, nullable=False),
    Column("time", BigInteger, nullable=False),
)

#: Policies that wait for somebody to put them in force.
drafts = Table(
    "drafts",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    Column("policy_id", String, nullable=False),
    Column("body", Text, nullable=False),
    Column("actor", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("time", BigInteger, nullable=False),
)

#: Filters of offers that somebody has given a name: everybody sees them.
views = Table(
    "views",
    metadata,
    Column("name", String, primary_key=True),
    Column("query", Text, nullable=False),
    Column("actor", String, nullable=False),
)

#: How far people were told of alerts: kind → the last alert that was told of, and when. The empty
#: kind says where it began.
notified = Table(
    "notified",
    metadata,
    Column("kind", String, primary_key=True),
    Column("alert_id", BigInteger, nullable=False),
    Column("sent_at", BigInteger, nullable=False),
)

#: Messages to people: those that wait, and what became of the others.
deliveries = Table(
    "deliveries",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    Column("time", BigInteger, nullable=False),
    Column("receiver", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    Column("state", String, nullable=False),
    Column("attempts", BigInteger, nullable=False),
    Column("next_at", BigInteger, nullable=False),
    Column("error", Text, nullable=False),
)
Index("deliveries_state", deliveries.c.state, deliveries.c.next_at)

KEPT = (audit, tokens, sessions, named_sessions, asked, drafts, views, notified, deliveries)
