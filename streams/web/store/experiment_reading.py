"""What the pages ask of experiments."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, func, select

from streams.web.store.policy_reading import current_policies, policy_versions
from streams.web.store.tables.shop import offers


def experiments(connection: Connection) -> list[dict[str, Any]]:
    """Experiments of the current policies, with what each arm sells."""
    found = [
        {
            **row["document"]["experiment"],
            "policy_id": row["policy_id"],
            "status": row["status"],
        }
        for row in current_policies(connection)
        if row["document"].get("experiment")
    ]
    held = offers.c.reason == "holdout"
    for each in found:
        each["since"] = began(connection, each["policy_id"], each["name"])
        query = (
            select(
                func.count().filter(held).label("held"),
                func.count().filter(~held).label("priced"),
                func.avg(offers.c.sold).filter(held).label("held_sold"),
                func.avg(offers.c.sold).filter(~held).label("priced_sold"),
                func.avg(offers.c.margin).filter(held).label("held_margin"),
                func.avg(offers.c.margin).filter(~held).label("priced_margin"),
            )
            .select_from(offers)
            .where(offers.c.policy_id == each["policy_id"])
        )
        each |= connection.execute(query).mappings().one()
    return found


def began(connection: Connection, policy_id: str, name: str) -> int | None:
    """When the first of the policy's last versions that all have this experiment came."""
    since = None
    for row in policy_versions(connection, policy_id):
        if (row["document"].get("experiment") or {}).get("name") != name:
            break
        since = int(row["time"])
    return since
