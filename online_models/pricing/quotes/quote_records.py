"""`price-quotes` as records, each line with the steps that lead to its price."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from online_models.journal.outputs import Output
from online_models.pricing.quotes.best_discount import BestQuote
from online_models.pricing.segments.reduced import discounted
from online_models.shop.catalogue import PPM
from schemas.records.wholesale.quote_lines import LineTerms
from schemas.records.wholesale.quote_requests import QuoteRequest
from schemas.values.instants import to_text
from schemas.values.money import LARGEST_MINOR, minor_digits, texts
from schemas.values.percentages import to_text as percent_text

TOPIC = "price-quotes"


def share_text(ppm: int) -> str:
    """Parts per million as a percentage.

    >>> share_text(123_000)
    '12.3%'
    """
    return percent_text(Decimal(ppm) / PPM)


def output(value: Mapping[str, Any], now: int) -> Output:
    """The record at `now`, ms."""
    return Output(TOPIC, value["quote_id"].encode(), msgspec.json.encode(value), now)


def declined(request: QuoteRequest, decision_id: str, reason: str, now: int) -> dict[str, Any]:
    """A request that is not answered with a price."""
    return {
        **_head(request, decision_id, "declined"),
        "lines": [],
        "total": None,
        "public_total": None,
        "discount": None,
        "valid_from": to_text(now),
        "valid_until": None,
        "expected": None,
        "propensity": 1.0,
        "reason": reason,
        "time": to_text(now),
    }


def quoted(
    request: QuoteRequest,
    decision_id: str,
    lines: Sequence[LineTerms],
    chosen: BestQuote,
    outcomes: int,
    waits: bool,
    now: int,
) -> dict[str, Any]:
    """A quote, or the proposal of one where it `waits` for approval."""
    digits = minor_digits(request.currency)
    profit = min(max(round(chosen.profit), -LARGEST_MINOR), LARGEST_MINOR)
    valid_for = min(line.valid_for for line in lines)
    public = sum(t.public * r.quantity for t, r in zip(lines, request.lines, strict=True))
    said = [
        {
            "sku": wanted.sku,
            "quantity": wanted.quantity,
            "unit_price": _money(price, digits),
            "public_price": _money(line.public, digits),
            "policy_id": line.policy_id,
            "policy_version": line.policy_version,
            "explanation": explanation(line, chosen.discount, digits),
        }
        for line, wanted, price in zip(lines, request.lines, chosen.prices, strict=True)
    ]
    return {
        **_head(request, decision_id, "proposed" if waits else "offered"),
        "lines": said,
        "total": _money(chosen.total, digits),
        "public_total": _money(public, digits),
        "discount": share_text(chosen.discount),
        "valid_from": to_text(now),
        "valid_until": to_text(now + valid_for),
        "expected": {
            "probability": round(chosen.probability, 4),
            "lower": round(chosen.lower, 4),
            "upper": round(chosen.upper, 4),
            "profit": _money(profit, digits),
            "outcomes": outcomes,
        },
        "propensity": round(chosen.propensity, 6),
        "reason": "the discount waits for approval" if waits else "the best expected profit",
        "time": to_text(now),
    }


def explanation(line: LineTerms, discount_ppm: int, digits: int) -> list[dict[str, Any]]:
    """The steps from the public price of a unit to the quoted one."""
    steps: list[dict[str, Any]] = []

    def then(rule: str, price: int, detail: Mapping[str, Any]) -> None:
        before = steps[-1]["output"] if steps else None
        steps.append(
            {"rule": rule, "input": before, "output": _money(price, digits), "detail": detail}
        )

    price = line.public
    then("public_price", price, {})
    if line.entitled < price:
        price = line.entitled
        then("entitled", price, {"maximum": _money(price, digits), "by": line.entitled_by})
    price = discounted(price, discount_ppm)
    detail = {"discount": share_text(discount_ppm), "largest": share_text(line.largest_discount)}
    then("quote", price, detail)
    for bound in line.bounds:
        facts: dict[str, Any] = {}
        if bound.floor is not None:
            price = max(price, bound.floor)
            facts["minimum"] = _money(bound.floor, digits)
        if bound.ceiling is not None:
            price = min(price, bound.ceiling)
            facts["maximum"] = _money(bound.ceiling, digits)
        then(bound.rule, price, {**facts, **bound.facts})
    return steps


def _head(request: QuoteRequest, decision_id: str, status: str) -> dict[str, Any]:
    return {
        "quote_id": request.quote_id,
        "decision_id": decision_id,
        "status": status,
        "segment": request.segment,
        "channel": request.channel,
        "customer": request.customer_id,
        "currency": request.currency,
    }


def _money(minor: int, digits: int) -> str:
    return texts([minor], digits)[0]
