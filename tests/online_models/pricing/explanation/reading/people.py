"""What the sentences about people's commands say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from schemas.records.policy.selection import Selector
from schemas.values.instants import to_ms
from tests.online_models.pricing.explanation.reading import arithmetic
from tests.online_models.pricing.explanation.reading.reader import Reading, form

_BY = r"(?: by (?P<actor>.+?))?(?: \((?P<why>.+?)\))?"


def _orders(reading: Reading, match: re.Match[str], kind: str) -> Iterator[Mapping[str, Any]]:
    """Commands of a kind for the offer that a person gave for a reason, the last first."""
    for order in reversed(reading.past.orders):
        if order["kind"] != kind:
            continue
        if order.get("actor") != match["actor"] or order.get("reason") != match["why"]:
            continue
        if "sku" in order and (order["sku"], order.get("channel", "web")) != reading.offer:
            continue
        select = Selector.model_validate(order.get("select") or {})
        if arithmetic.specificity(select, reading.facts) is not None:
            yield order


def _first(reading: Reading, match: re.Match[str], kind: str) -> Mapping[str, Any]:
    found = next(_orders(reading, match, kind), None)
    reading.is_so(found is not None, "nobody has ordered that")
    assert found is not None
    return found


@form("A manual price" + _BY)
def clause_override(reading: Reading, match: re.Match[str]) -> None:
    reading.kind = "override"
    order = _first(reading, match, "set_price")
    reading.same(reading.after, reading.minor(order["price"]), "the price ordered")
    until = order.get("until")
    reading.is_so(until is None or reading.facts.now < until, "it is over")


@form("A rollback" + _BY + r"(?P<undoes>, which undoes a forced price, at once)?")
def clause_rollback(reading: Reading, match: re.Match[str]) -> None:
    reading.kind = "rollback"
    order = _first(reading, match, "rollback")
    history = reading.facts.history
    if isinstance(order["to"], int):
        at = order["to"]
    else:
        decision = reading.past.by_id[order["to"]]
        at = to_ms(decision["time"])
    known = [base for time, _, base, _ in history if time <= at] or [history[-1][2]]
    if isinstance(order["to"], int):
        reading.same(reading.after, known[0], "the price of that time")
    else:
        bases = {base for *_, base, _ in history}
        reading.is_so(reading.after in bases, "it has never cost that")


@form("The kill switch is on" + _BY)
def clause_paused(reading: Reading, match: re.Match[str]) -> None:
    reading.kind = "paused"
    last = [
        o for o in reading.past.orders if o["kind"] in ("pause", "resume") and _meets(reading, o)
    ]
    reading.is_so(bool(last) and last[-1]["kind"] == "pause", "it is off")
    _first(reading, match, "pause")
    reading.same(reading.after, reading.facts.price, "the price in force")


def _meets(reading: Reading, order: Mapping[str, Any]) -> bool:
    select = Selector.model_validate(order.get("select") or {})
    return arithmetic.specificity(select, reading.facts) is not None


@form("A proposal was (approved|rejected)" + _BY)
def clause_judged(reading: Reading, match: re.Match[str]) -> None:
    reading.kind = match[1]
    facts = reading.facts
    asked = {"approved": "approve", "rejected": "reject"}[match[1]]
    proposals = {
        decision["decision_id"]
        for decision in reading.past.decisions.get(reading.offer, [])
        if decision["outcome"] == "proposed"
    }
    judged = [
        order
        for order in reading.past.orders
        if order["kind"] == asked
        and order["decision_id"] in proposals
        and (order.get("actor"), order.get("reason")) == (match["actor"], match["why"])
    ]
    reading.is_so(bool(judged), "nobody has said so")
    price = reading.past.by_id[judged[-1]["decision_id"]]["price"]
    reading.same(facts.proposal_price, reading.minor(price), "the proposal")
    _turned_down(reading) if match[1] == "rejected" else reading.same(
        reading.after, facts.proposal_price, "the price approved"
    )


@form("A proposal expired")
def clause_expired(reading: Reading, match: re.Match[str]) -> None:
    del match
    reading.kind = "proposal_expired"
    reading.is_so(reading.facts.now >= reading.facts.proposal_expires, "it is still open")
    reading.is_so(reading.facts.proposal >= 0, "there is none")
    _turned_down(reading)


def _turned_down(reading: Reading) -> None:
    reading.same(reading.after, reading.facts.proposal_price, "the price proposed")


@form("The shop refused or altered the last change, and is left alone yet")
def clause_refused(reading: Reading, match: re.Match[str]) -> None:
    del match
    reading.kind = "refused_by_shop"
    reading.is_so(reading.offer in reading.past.contradicted, "the shop has agreed to all")
    reading.is_so(reading.facts.now < reading.facts.retry_at, "it was left alone for long enough")
    reading.same(reading.after, reading.facts.price, "the price in force")


@form("The regular price returns")
def clause_regular(reading: Reading, match: re.Match[str]) -> None:
    del match
    reading.kind = "regular_price"
    reading.same(reading.after, reading.facts.regular, "the regular price")
    reading.is_so(reading.facts.price != reading.facts.regular, "it never went")


@form("The price in force stays")
def clause_stays(reading: Reading, match: re.Match[str]) -> None:
    del match
    reading.same(reading.decision["outcome"], "rejected", "that something is turned down")
    reading.same(reading.after, reading.facts.price, "the price in force")
