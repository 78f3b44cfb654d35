"""`products`: names, costs and fees, in the row of each offer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, select, update

from schemas.records.record import RecordError
from schemas.records.shop.products import Product
from schemas.topics import decode
from schemas.values.money import to_minor
from streams.web.store.database import chunks, put
from streams.web.store.intake.offer_rows import change_rows, ids_of, renew_margins
from streams.web.store.intake.record import Taken, packed, unpacked
from streams.web.store.tables.shop import offers, products

DEFAULT_CHANNEL = "web"


def take(connection: Connection, records: Sequence[Taken]) -> None:
    """Upserts; a tombstone takes the product's offers off the list."""
    last: dict[str, tuple[Product, bytes]] = {}
    gone: set[str] = set()
    for record in records:
        if record.value is not None:
            try:
                product: Product = decode("products", record.value)
            except RecordError:
                continue
            last[product.sku] = product, record.value
            gone.discard(product.sku)
        elif record.key is not None:
            sku = record.key.decode("utf-8", "replace")
            last.pop(sku, None)
            gone.add(sku)
    put(
        connection,
        products,
        [{"sku": sku, "body": packed(value)} for sku, (_, value) in last.items()],
        by=["sku"],
    )
    for part in chunks(sorted(gone)):
        connection.execute(delete(products).where(products.c.sku.in_(part)))
        connection.execute(update(offers).where(offers.c.sku.in_(part)).values(listed=False))
    describe(connection, [product for product, _ in last.values()])


def describe(connection: Connection, found: Sequence[Product]) -> None:
    """Write the products' facts into the rows of all their offers."""
    by_sku = {product.sku: product for product in found}
    keys = [(p.sku, channel) for p in found for channel in (list(p.channels) or [DEFAULT_CHANNEL])]
    ids = ids_of(connection, keys)
    for part in chunks(list(by_sku)):
        rows = connection.execute(
            select(offers.c.sku, offers.c.channel, offers.c.id).where(offers.c.sku.in_(part))
        )
        ids |= {(sku, channel): number for sku, channel, number in rows}
    described = [
        {"id": number, **_columns(by_sku[sku], channel)} for (sku, channel), number in ids.items()
    ]
    change_rows(connection, described)
    _first_prices(connection, by_sku, ids)
    renew_margins(connection, list(ids.values()))


def known(connection: Connection, skus: Sequence[str]) -> list[Product]:
    """The products with these SKUs, of those that are known."""
    found: list[Product] = []
    for part in chunks(list(skus)):
        bodies = connection.execute(select(products.c.body).where(products.c.sku.in_(part)))
        found += [
            decode("products", msgspec.json.encode(unpacked(body))) for body in bodies.scalars()
        ]
    return found


def _columns(product: Product, channel: str) -> dict[str, Any]:
    listing = product.channels.get(channel)
    fee = product.fees.get(channel)
    cost = product.cost if listing is None or listing.cost is None else listing.cost
    only = list(product.channels) or [DEFAULT_CHANNEL]
    words = (product.name, product.sku, channel, product.brand or "", product.category)
    return {
        "currency": product.currency,
        "name": product.name,
        "category": product.category,
        "brand": product.brand,
        "role": product.role,
        "cost": to_minor(cost, product.currency),
        "list_price": None
        if product.list_price is None
        else to_minor(product.list_price, product.currency),
        "tax_rate": float(product.tax_rate),
        "fee_rate": 0.0 if fee is None else float(fee.rate),
        "fee_fixed": 0 if fee is None else to_minor(fee.fixed, product.currency),
        "listed": channel in only and (listing is None or listing.listed),
        "text": " ".join(words).casefold(),
    }


def _first_prices(
    connection: Connection, by_sku: dict[str, Product], ids: dict[tuple[str, str], int]
) -> None:
    """An offer that no decision has touched has the price that its product came with."""
    rows = []
    for (sku, channel), number in ids.items():
        product = by_sku[sku]
        listing = product.channels.get(channel)
        price = product.price if listing is None or listing.price is None else listing.price
        rows.append({"id": number, "price": to_minor(price, product.currency)})
    untouched: set[int] = set()
    for part in chunks([row["id"] for row in rows]):
        found = connection.execute(
            select(offers.c.id).where(
                offers.c.id.in_(part), offers.c.changed_at.is_(None), offers.c.decided_at.is_(None)
            )
        )
        untouched.update(found.scalars())
    change_rows(connection, [row for row in rows if row["id"] in untouched])
