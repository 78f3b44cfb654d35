"""Recommendations: what to show to a customer or a session now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from schemas.values.instants import to_ms
from streams.ingest.hashing import KeyedHash
from streams.web.api import rows
from streams.web.api.problems import LOOK, HttpProblem, described
from streams.web.api.shapes import RecommendationShape
from streams.web.context import context_of
from streams.web.store import offer_search, reading
from streams.web.store.offer_search import Row

router = APIRouter(tags=["recommendations"])
Identifier = Annotated[str | None, Query(min_length=1, max_length=8192)]


@router.get("/recommendations", dependencies=[LOOK], responses=described(404))
def get_recommendations(
    request: Request, customer_id: Identifier = None, session_id: Identifier = None
) -> RecommendationShape:
    """What to show to a customer or a session who agreed, by the id that orders and clicks name; no
    items for who is held out, or has withdrawn. Prices are those of now; what has sold out or gone
    off sale since is left out.
    """
    if (customer_id is None) == (session_id is None):
        raise HttpProblem(422, "One of customer_id and session_id is needed.")
    context = context_of(request)
    kind, identifier = ("session", session_id) if customer_id is None else ("customer", customer_id)
    key = context.settings.customer_key.get_secret_value().encode()
    who = KeyedHash(key, kind).text(identifier or "")
    with context.store.connect() as connection:
        found = reading.document(connection, "recommendations", f"{kind}|{who}")
        now = reading.latest_time(connection)
        if found is None or (now is not None and now >= to_ms(found["valid_until"])):
            raise HttpProblem(404, "Nothing is recommended to them now.")
        names = {(item["sku"], item["channel"]) for item in found["items"]}
        present = offer_search.named(connection, names)
    items = list(_on_sale(found["items"], present, to_ms(found["time"])))
    return RecommendationShape.model_validate({**found, "items": items}, from_attributes=False)


def _on_sale(
    items: Iterable[dict[str, Any]], present: Mapping[tuple[str, str], Row], said: int
) -> Iterator[dict[str, Any]]:
    """The items that can still be bought, at their present prices; they were chosen at `said`."""
    for item in items:
        row = present.get((item["sku"], item["channel"]))
        if row is None:
            yield item
            continue
        sold_out = row["on_hand"] == 0 and (row["observed_at"] or 0) >= said
        if row["listed"] and not sold_out:
            yield {**item, "price": rows.money(row, "price") or item["price"]}
