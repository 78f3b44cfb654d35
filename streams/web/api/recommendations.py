"""Recommendations: what to show to a customer or a session now."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request

from schemas.values.instants import to_ms
from streams.ingest.hashing import KeyedHash
from streams.web.api.problems import LOOK, HttpProblem, described
from streams.web.api.shapes import RecommendationShape
from streams.web.context import context_of
from streams.web.store import reading

router = APIRouter(tags=["recommendations"])
Identifier = Annotated[str | None, Query(min_length=1, max_length=8192)]


@router.get("/recommendations", dependencies=[LOOK], responses=described(404))
def get_recommendations(
    request: Request, customer_id: Identifier = None, session_id: Identifier = None
) -> RecommendationShape:
    """What to show to a customer or a session who agreed, by the id that orders and clicks name; no
    items for who is held out, or has withdrawn.
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
    return RecommendationShape.model_validate(found, from_attributes=False)
