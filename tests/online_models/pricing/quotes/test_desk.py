"""Lines of a request that several partitions know are put together, and those of no other."""

from __future__ import annotations

import json
from typing import Any

from online_models.pricing.quotes.desk import QuoteDesk
from schemas.records.wholesale.quote_lines import LineTerms, QuoteLines
from schemas.records.wholesale.quote_requests import QuoteRequest

NOW = 1_700_000_000_000


def said(skus: list[str], *places: int) -> QuoteLines:
    """What a partition says of the lines at some places of a request for `skus`."""
    request: dict[str, Any] = {"quote_id": "q", "currency": "EUR"}
    request |= {"lines": [{"sku": sku, "quantity": 1} for sku in skus]}
    terms = [LineTerms(place=place, problem=f"{skus[place]} is not sold") for place in places]
    return QuoteLines(request=QuoteRequest.model_validate(request), time=NOW, lines=tuple(terms))


def reasons(outputs: list[Any]) -> list[str]:
    return [json.loads(each.value)["reason"] for each in outputs]


def test_a_request_is_answered_once_all_its_lines_are_known() -> None:
    desk = QuoteDesk()
    assert desk.collect(said(["a", "b"], 1), NOW) == []
    assert reasons(desk.collect(said(["a", "b"], 0), NOW)) == ["a is not sold"]


def test_a_request_that_takes_anothers_id_while_that_waits_gets_none_of_its_lines() -> None:
    desk = QuoteDesk()
    desk.collect(said(["a", "b", "c"], 1, 2), NOW)
    assert reasons(desk.collect(said(["d"], 0), NOW)) == ["d is not sold"]
    desk.collect(said(["a", "b", "c"], 2), NOW)
    assert desk.collect(said(["d"]), NOW) == []
    desk.collect(said(["a", "b"], 0), NOW)
    assert desk.collect(said(["d", "e"], 1), NOW) == []
    assert reasons(desk.collect(said(["d", "e"], 0), NOW)) == ["d is not sold"]
