"""What the pages ask of wholesale and of used goods."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, func, select

from schemas.values.instants import DAY
from streams.web.store.intake.record import unpacked
from streams.web.store.intake.wholesale import offer_identity
from streams.web.store.reading import Row, rows
from streams.web.store.tables.trade import contracts, listings, quotes, segment_prices

#: Days of decided quotes that the page of quotes sums up.
DECIDED_DAYS = 90


def has_quotes(connection: Connection) -> bool:
    """Whether anybody has asked for a quote."""
    return connection.execute(select(quotes.c.id).limit(1)).first() is not None


def has_listings(connection: Connection) -> bool:
    """Whether a price was suggested for a used thing."""
    found = select(listings.c.id).where(listings.c.suggested_at.is_not(None)).limit(1)
    return connection.execute(found).first() is not None


def waiting_quotes(connection: Connection) -> int:
    """Quotes that wait for approval."""
    found = select(func.count()).where(quotes.c.status == "proposed")
    return int(connection.execute(found).scalar_one())


def quotes_latest(
    connection: Connection, status: str = "", limit: int = 100, before: int | None = None
) -> list[Row]:
    """Quotes by their place in the store, newest first."""
    found = select(quotes).order_by(quotes.c.id.desc()).limit(limit)
    if status == "open":
        found = found.where(quotes.c.status == "offered", quotes.c.outcome.is_(None))
    elif status == "asked":
        found = found.where(quotes.c.status.is_(None))
    elif status in ("won", "lost"):
        found = found.where(quotes.c.outcome == status)
    elif status:
        found = found.where(quotes.c.status == status)
    if before is not None:
        found = found.where(quotes.c.id < before)
    return rows(connection, found)


def quote(connection: Connection, quote_id: str) -> dict[str, Any] | None:
    """A quote's row with its record, None where nobody has asked for it."""
    row = connection.execute(select(quotes).where(quotes.c.quote_id == quote_id)).mappings().first()
    if row is None:
        return None
    return {**row, "record": None if row["body"] is None else unpacked(row["body"])}


def quotes_decided(connection: Connection) -> list[Row]:
    """Per segment, of the last quotes whose outcome is known: how many, how many were won, and how
    many of them the quotes themselves expected to be.
    """
    newest = connection.execute(select(func.max(quotes.c.decided_at))).scalar()
    if newest is None:
        return []
    won = quotes.c.outcome == "won"
    found = (
        select(
            quotes.c.segment,
            func.count().label("decided"),
            func.count().filter(won).label("won"),
            func.sum(quotes.c.probability).label("expected"),
            func.avg(quotes.c.discount).label("discount"),
        )
        .where(
            quotes.c.outcome.is_not(None),
            quotes.c.probability.is_not(None),
            quotes.c.decided_at > newest - DECIDED_DAYS * DAY,
        )
        .group_by(quotes.c.segment)
        .order_by(func.count().desc(), quotes.c.segment)
    )
    return rows(connection, found)


def listings_latest(
    connection: Connection, limit: int = 100, before: int | None = None
) -> list[Row]:
    """Used things with a suggestion, newest first."""
    found = (
        select(listings)
        .where(listings.c.suggested_at.is_not(None))
        .order_by(listings.c.id.desc())
        .limit(limit)
    )
    if before is not None:
        found = found.where(listings.c.id < before)
    return [
        {**row, "record": unpacked(row["body"])} for row in rows(connection, found) if row["body"]
    ]


def contracts_of(connection: Connection, sku: str, channel: str, now: int) -> list[Row]:
    """Contract prices and price lists of an offer that are in force or to come."""
    return [
        row
        for row in rows(
            connection,
            select(contracts)
            .where(contracts.c.sku == sku, contracts.c.channel == channel)
            .order_by(contracts.c.segment, contracts.c.minimum_quantity),
        )
        if row["valid_until"] is None or row["valid_until"] > now
    ]


def segment_prices_of(connection: Connection, offer_id: int) -> list[Row]:
    """Prices below the public one, those of segments before personal ones."""
    found = (
        select(segment_prices)
        .where(segment_prices.c.offer_id == offer_id)
        .order_by(
            segment_prices.c.customer.is_not(None),
            segment_prices.c.segment,
            segment_prices.c.minimum_quantity,
            segment_prices.c.id,
        )
    )
    return rows(connection, found)


def best_price(
    offer: Mapping[str, Any],
    below: list[Row],
    *,
    now: int,
    segment: str,
    customer: str | None,
    quantity: int,
) -> Row | None:
    """The lowest price below the public one that this customer has, None where there is none.

    The rule is that of `streams.client.Prices.quote`: a newer public price ends what came before.
    """
    best: Row | None = None
    for row in below:
        fits = (
            offer_identity(row).is_for(customer, segment)
            and (row["minimum_quantity"] or 1) <= quantity
            and row["currency"] == offer["currency"]
            and (offer["changed_at"] is None or row["said_at"] >= offer["changed_at"])
            and row["valid_from"] <= now
            and (row["valid_until"] is None or now < row["valid_until"])
        )
        if fits and row["price"] < (offer["price"] if best is None else best["price"]):
            best = row
    return best
