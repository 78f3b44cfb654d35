"""What topics tell of the shop, as tables. Money is in minor units, instants in milliseconds."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

#: A store of another layout is made anew from the topics; what people did is in `audit`.
LAYOUT = 9

metadata = MetaData()
#: SQLite numbers rows by itself only where the type is INTEGER.
ROW_ID = BigInteger().with_variant(Integer, "sqlite")

facts = Table(
    "facts",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", Text, nullable=False),
)

#: `offset` is the next one to read; it is written with the rows of what was read before it.
positions = Table(
    "positions",
    metadata,
    Column("topic", String, primary_key=True),
    Column("partition", Integer, primary_key=True),
    Column("topic_id", String, nullable=False),
    Column("offset", BigInteger, nullable=False),
)

products = Table(
    "products",
    metadata,
    Column("sku", String, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

offers = Table(
    "offers",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    Column("sku", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("currency", String(3)),
    # of the product
    Column("name", Text),
    Column("category", Text),
    Column("brand", Text),
    Column("role", String),
    Column("cost", BigInteger),
    Column("list_price", BigInteger),
    Column("tax_rate", Float),
    Column("fee_rate", Float),
    Column("fee_fixed", BigInteger),
    Column("listed", Boolean, nullable=False, default=True),
    # what is looked through for a word
    Column("text", Text, nullable=False),
    # of changes
    Column("price", BigInteger),
    Column("previous", BigInteger),
    Column("changed_at", BigInteger),
    Column("revision", Integer),
    Column("lowest_30d", BigInteger),
    Column("margin", Float),
    Column("acknowledged", String),
    # of decisions
    Column("outcome", String),
    Column("reason", String),
    Column("policy_id", String),
    Column("policy_version", BigInteger),
    Column("decision_id", String),
    Column("decided_at", BigInteger),
    Column("kept", Integer, nullable=False, default=0),
    # an open proposal
    Column("proposal_id", String),
    Column("proposed", BigInteger),
    Column("proposed_step", Float),
    Column("proposed_gain", BigInteger),
    Column("proposed_at", BigInteger),
    Column("proposed_margin", Float),
    # what was sold, and what competitors ask
    Column("units", Float),
    Column("sold", Float),
    Column("on_hand", BigInteger),
    Column("observed_at", BigInteger),
    Column("competitor_price", BigInteger),
    Column("competitor", String),
    Column("competitor_at", BigInteger),
    Column("elasticity", Float),
    Column("elasticity_lower", Float),
    Column("elasticity_upper", Float),
    UniqueConstraint("sku", "channel"),
)
#: What an order by a column counts an empty cell as: below everything. In PostgreSQL a whole number
#: beside a fraction would become a decimal.
LEAST_WHOLE, LEAST = "-9000000000000000000", "-9e18"
#: Orders in which offers can be had: name → SQL over their columns.
OFFER_ORDERS = {
    "name": "coalesce(name, sku)",
    "price": f"coalesce(price, {LEAST_WHOLE})",
    "margin": f"coalesce(margin, {LEAST})",
    "sold": f"coalesce(sold, {LEAST})",
    "changed": f"coalesce(changed_at, {LEAST_WHOLE})",
    "competitor_price": f"coalesce(competitor_price, {LEAST_WHOLE})",
    "waiting": f"coalesce(proposed_at, {LEAST_WHOLE})",
    "gain": f"coalesce(proposed_gain, {LEAST_WHOLE})",
    "step": f"coalesce(proposed_step, {LEAST})",
}
for _name, _order in OFFER_ORDERS.items():
    Index(f"offers_by_{_name}", text(f"({_order})"), offers.c.id)
#: What a filter looks at, beside what an order does: SQLite reads this index through in a tenth of
#: the time that the rows would take. PostgreSQL reads rows quickly enough, and bounds an entry.
_DESCRIBED = ("listed", "category", "brand", "channel", "policy_id", "outcome", "reason")
_MEASURED = ("margin", "competitor_price", "price", "sold", "on_hand", "acknowledged", "changed_at")
_NAMED = ("proposed_at", "proposed_gain", "proposed_step", "name", "sku", "text", "id")
Index("offers_filter", *(offers.c[name] for name in (*_DESCRIBED, *_MEASURED, *_NAMED))).ddl_if(
    dialect="sqlite"
)
Index("offers_proposal", offers.c.proposal_id)
# those that wait are few among all
_WAITS = offers.c.proposed_at.is_not(None)
Index("offers_waiting", offers.c.proposed_at, sqlite_where=_WAITS, postgresql_where=_WAITS)

decisions = Table(
    "decisions",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    Column("decision_id", String, nullable=False, unique=True),
    Column("offer_id", BigInteger, nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("outcome", String, nullable=False),
    # profit expected over that of the price before
    Column("gain", BigInteger),
    Column("body", LargeBinary, nullable=False),
)
Index("decisions_of_offer", decisions.c.offer_id, decisions.c.id)

changes = Table(
    "changes",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    Column("offer_id", BigInteger, nullable=False),
    Column("decision_id", String, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("price", BigInteger, nullable=False),
    Column("previous", BigInteger),
    Column("step", Float),
    Column("reason", String, nullable=False),
    Column("policy_id", String, nullable=False),
    UniqueConstraint("offer_id", "revision"),
)
Index("changes_time", changes.c.time)
Index("changes_decision", changes.c.decision_id)

observations = Table(
    "observations",
    metadata,
    Column("offer_id", BigInteger, primary_key=True),
    Column("start", BigInteger, primary_key=True),
    Column("end", BigInteger, nullable=False),
    Column("units", Float, nullable=False),
    Column("views", BigInteger, nullable=False),
    Column("price", BigInteger),
    Column("competitor_price", BigInteger),
    Column("on_hand", BigInteger),
    Column("stocked_out", Boolean, nullable=False),
    Column("promotion_id", String),
    Column("forecast", Float),
)
Index("observations_time", observations.c.start)
_PROMOTED = observations.c.promotion_id.is_not(None)
Index(
    "observations_promoted",
    observations.c.promotion_id,
    sqlite_where=_PROMOTED,
    postgresql_where=_PROMOTED,
)

competitor_prices = Table(
    "competitor_prices",
    metadata,
    Column("sku", String, primary_key=True),
    Column("competitor", String, primary_key=True),
    Column("currency", String(3), nullable=False),
    Column("price", BigInteger, nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("in_stock", Boolean, nullable=False),
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    Column("partition", Integer, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("kind", String, nullable=False),
    Column("severity", String, nullable=False),
    Column("sku", String),
    Column("channel", String),
    Column("message", Text, nullable=False),
    Column("acknowledged_by", String),
    Column("acknowledged_at", BigInteger),
    UniqueConstraint("partition", "offset"),
)
Index("alerts_time", alerts.c.time)
Index("alerts_kind", alerts.c.kind, alerts.c.time)

#: Never a key or a value, which may be personal.
dead_letters = Table(
    "dead_letters",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    Column("partition", Integer, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("error", Text, nullable=False),
    Column("source_topic", String, nullable=False),
    Column("source_partition", String, nullable=False),
    Column("source_offset", String, nullable=False),
    Column("size", BigInteger, nullable=False),
    UniqueConstraint("partition", "offset"),
)
Index("dead_letters_time", dead_letters.c.time)

policies = Table(
    "policies",
    metadata,
    Column("id", ROW_ID, primary_key=True),
    Column("policy_id", String, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("status", String, nullable=False),
    Column("priority", BigInteger, nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("current", Boolean, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
Index("policies_id", policies.c.policy_id)

#: Promotions, plans and models: few, read whole, and shown as they came.
documents = Table(
    "documents",
    metadata,
    Column("kind", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("time", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

#: What a retelling of the topics fills again.
FOLLOWED = (
    products,
    offers,
    decisions,
    changes,
    observations,
    competitor_prices,
    alerts,
    dead_letters,
    policies,
    documents,
    positions,
)
