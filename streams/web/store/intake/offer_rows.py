"""The row of an offer: found or made, and what follows from its columns."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Float, bindparam, case, cast, select, tuple_, update

from streams.web.store.database import chunks, put
from streams.web.store.tables.shop import offers

Key = tuple[str, str]


def ids_of(connection: Connection, keys: Iterable[Key]) -> dict[Key, int]:
    """The row numbers of the offers (sku, channel); what is not known yet is made."""
    wanted = list(dict.fromkeys(keys))
    found = _known(connection, wanted)
    new = [key for key in wanted if key not in found]
    if new:
        rows = [
            {"sku": sku, "channel": channel, "text": f"{sku} {channel}".casefold()}
            for sku, channel in new
        ]
        put(connection, offers, rows, by=("sku", "channel"), replace=False)
        found |= _known(connection, new)
    return found


def _known(connection: Connection, keys: list[Key]) -> dict[Key, int]:
    found: dict[Key, int] = {}
    for part in chunks(keys, 400):
        rows = connection.execute(
            select(offers.c.sku, offers.c.channel, offers.c.id).where(
                tuple_(offers.c.sku, offers.c.channel).in_(part)
            )
        )
        found |= {(sku, channel): number for sku, channel, number in rows}
    return found


def change_rows(connection: Connection, rows: Collection[Mapping[str, Any]]) -> None:
    """Set columns of offers; every row has `id` and the same other names."""
    if not rows:
        return
    names = [name for name in next(iter(rows)) if name != "id"]
    statement = (
        update(offers)
        .where(offers.c.id == bindparam("id_"))
        .values({name: bindparam(f"{name}_") for name in names})
    )
    connection.execute(
        statement, [{f"{name}_": value for name, value in row.items()} for row in rows]
    )


def renew_margins(connection: Connection, ids: Collection[int]) -> None:
    """(net price − cost − fees) / net price, of the price in force and of the proposed one."""
    for part in chunks(sorted(ids)):
        connection.execute(
            update(offers)
            .where(offers.c.id.in_(part))
            .values(margin=_margin(offers.c.price), proposed_margin=_margin(offers.c.proposed))
        )


def _margin(price: Any) -> Any:
    tax = 1.0 + offers.c.tax_rate
    net = cast(price, Float) / tax
    kept = net - offers.c.cost - offers.c.fee_rate * price - offers.c.fee_fixed
    return case((price > 0, kept / net), else_=None)
