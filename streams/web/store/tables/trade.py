"""What wholesale and used goods tell, as tables. Never a customer's name: hashes alone, or none."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from streams.web.store.tables.shop import ROW_ID, metadata

#: Prices below the public one, as they stand.
segment_prices = Table(
    "segment_prices",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    Column("offer_id", BigInteger, nullable=False),
    Column("decision_id", String, nullable=False),
    Column("segment", String, nullable=False),
    Column("customer", String),
    Column("minimum_quantity", BigInteger),
    Column("contract_id", String),
    Column("learnt", Boolean, nullable=False),
    Column("price", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("said_at", BigInteger, nullable=False),
    Column("valid_from", BigInteger, nullable=False),
    Column("valid_until", BigInteger),
    Column("disclosure", Text),
)
Index("segment_prices_offer", segment_prices.c.offer_id)

#: A contract names one customer (`personal`) or a whole segment.
contracts = Table(
    "contracts",
    metadata,
    Column("contract_id", String, primary_key=True),
    Column("sku", String, primary_key=True),
    Column("minimum_quantity", BigInteger, primary_key=True),
    Column("channel", String, nullable=False),
    Column("segment", String, nullable=False),
    Column("personal", Boolean, nullable=False),
    Column("price", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("valid_from", BigInteger, nullable=False),
    Column("valid_until", BigInteger),
    Column("terms", Text),
)
Index("contracts_sku", contracts.c.sku)

#: Its columns come from three topics, in whichever order these are read.
quotes = Table(
    "quotes",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    Column("quote_id", String, nullable=False, unique=True),
    Column("time", BigInteger, nullable=False),
    # of the request
    Column("asked_at", BigInteger),
    Column("deadline", BigInteger),
    # of the answer
    Column("decision_id", String),
    Column("status", String),
    Column("policy_id", String),
    Column("segment", String),
    Column("channel", String),
    Column("customer", String),
    Column("currency", String(3)),
    Column("line_count", Integer),
    Column("total", BigInteger),
    Column("public_total", BigInteger),
    Column("discount", Float),
    Column("probability", Float),
    Column("profit", BigInteger),
    Column("valid_until", BigInteger),
    Column("body", LargeBinary),
    # of what became of it
    Column("outcome", String),
    Column("decided_price", BigInteger),
    Column("decided_at", BigInteger),
)
Index("quotes_time", quotes.c.time)
Index("quotes_decision", quotes.c.decision_id)

#: Used things: what was suggested, and what became of the listing.
listings = Table(
    "listings",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    Column("listing_id", String, nullable=False),
    Column("time", BigInteger, nullable=False),
    # of the suggestion
    Column("suggested_at", BigInteger),
    Column("sku", String),
    Column("category", Text),
    Column("condition", Text),
    Column("currency", String(3)),
    Column("value", BigInteger),
    Column("value_lower", BigInteger),
    Column("value_upper", BigInteger),
    Column("comparables", BigInteger),
    Column("suggested", BigInteger),
    Column("reason", Text),
    Column("body", LargeBinary),
    # of the listing
    Column("asked", BigInteger),
    Column("sold_at", BigInteger),
    Column("sold_for", BigInteger),
    Column("ended_at", BigInteger),
    UniqueConstraint("listing_id"),
)
Index("listings_suggested", listings.c.suggested_at)

TRADE = (segment_prices, contracts, quotes, listings)
