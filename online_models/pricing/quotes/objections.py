"""What stands against a quote: no price can be made, it needs approval, or it is outdated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from online_models.pricing.quotes.best_discount import BestQuote
from online_models.pricing.quotes.line_terms import legal_range
from online_models.shop.catalogue import PPM
from schemas.records.wholesale.quote_lines import LineTerms, QuoteLines
from schemas.records.wholesale.quote_requests import QuoteRequest
from schemas.values.instants import to_text
from schemas.values.limits import LARGEST_AMOUNT
from schemas.values.money import minor_digits, to_minor


def unknown(skus: Sequence[str]) -> str:
    """The problem of lines that no partition knows."""
    return f"no product has the SKU {', '.join(skus[:10])}"


def problem(request: QuoteRequest, lines: Sequence[LineTerms], asked: int) -> str | None:
    """Why a request cannot be answered with a price."""
    if request.deadline is not None and request.deadline < asked:
        return f"its deadline, {to_text(request.deadline)}, has passed"
    for line in lines:
        if line.problem is not None:
            return line.problem
    total = sum(t.public * r.quantity for t, r in zip(lines, request.lines, strict=True))
    if total > LARGEST_AMOUNT * 10 ** minor_digits(request.currency):
        return "the total is beyond any amount"
    return None


def needs_approval(
    lines: Sequence[LineTerms], quantities: Sequence[int], chosen: BestQuote
) -> bool:
    """Whether the quote is further below what the customer pays without it than the least that any
    line's policy allows.
    """
    limits = [line.approval for line in lines if line.approval >= 0]
    if not limits:
        return False
    entitled = sum(line.entitled * n for line, n in zip(lines, quantities, strict=True))
    return chosen.total * PPM < entitled * (PPM - min(limits))


def outdated(record: Mapping[str, Any], said: QuoteLines) -> str | None:
    """Why a proposal, as its record says it, may not be offered any more, by what a partition says
    of its lines now; None where it may, and where they are of another request under its id.
    """
    asked = [(line.sku, line.quantity) for line in said.request.lines]
    if asked != [(line["sku"], line["quantity"]) for line in record["lines"]]:
        return None
    for terms in said.lines:
        line = record["lines"][terms.place]
        if terms.problem is not None:
            return terms.problem
        lowest, highest = legal_range(terms.bounds)
        price = to_minor(line["unit_price"], record["currency"])
        if not lowest <= price <= min(highest, terms.public):
            return f"{line['unit_price']} for {line['sku']} is not legal any more"
    return None
