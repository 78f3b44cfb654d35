"""A policy tried on a fold's state: what it would decide at once."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from heapq import nlargest
from typing import Any

import msgspec
import numpy as np

from online_models.fold.fold import Fold
from online_models.journal.outputs import Output
from online_models.pricing.policy_check.checking import check
from online_models.shop.catalogue import NO_PRICE
from schemas.records.policy.pricing_policies import Policy
from schemas.values.instants import to_text
from schemas.values.money import to_minor
from streams.configuration.settings import Settings
from streams.ingest.decoder import Decoder
from streams.ingest.order import as_given
from streams.kafka.kafka_record import Record
from streams.web.preview.outcome import SHOWN, PolicyTrial, PriceMove, TrialFinding, TrialProfit

POLICIES = "pricing-policies"
DECISIONS = "price-decisions"
#: No record has come from so far: the trial's own are never taken for repeated ones.
_BEYOND = sys.maxsize >> 1


def tried(fold: Fold, settings: Settings, policy: Policy, document: bytes) -> PolicyTrial:
    """Put the policy in force, and decide the offers that it concerns; the fold is spent after it.

    Waiting times hold as they do in the shop: an offer whose price changed a moment ago is kept.
    """
    state, pricing = fold.state, fold.state.pricing
    catalogue = state.catalogue
    offers = catalogue.offers
    rows = np.flatnonzero(offers.listed & (offers.catalogue_price != NO_PRICE))
    before = [_ruler(fold, slot) for slot in pricing.ledger.policy[rows].tolist()]
    now = to_text(max(0, state.clock.now))
    key = policy.policy_id.encode()
    tick = msgspec.json.encode({"kind": "tick", "time": now})
    given = [
        Record(POLICIES, 0, _BEYOND, key, document, -1),
        Record("pricing-control", 0, _BEYOND, None, tick, -1),
    ]
    outputs = fold.step(Decoder.of(settings).decode(as_given(given)).batch)
    trial = _decided(outputs)
    after = [_ruler(fold, slot) for slot in pricing.ledger.policy[rows].tolist()]
    pairs = list(zip(before, after, strict=True))
    trial.offers = len(rows)
    trial.switched = sum(old != new == policy.policy_id for old, new in pairs)
    trial.released = sum(old == policy.policy_id != new for old, new in pairs)
    trial.as_of = state.clock.now
    policies = [each for each in pricing.book.slots[1:] if each is not None]
    report = check(policies, catalogue, settings.fold.pricing, state.demand, state.stock)
    found = [each for each in report.findings if each.policy_id == policy.policy_id]
    trial.contradictions = sum(bool(each.bounds and each.sku) for each in found)
    distinct = dict.fromkeys((each.message, each.sku, each.channel) for each in found)
    trial.conflicts = [TrialFinding(*each) for each in list(distinct)[:SHOWN]]
    return trial


def _ruler(fold: Fold, slot: int) -> str:
    found = fold.state.pricing.book.slots[slot]
    return "" if found is None else found.policy_id


def _decided(outputs: Sequence[Output]) -> PolicyTrial:
    trial = PolicyTrial()
    moves = []
    last: dict[tuple[str, str], dict[str, Any]] = {}
    for output in outputs:
        if output.topic == DECISIONS:
            said: dict[str, Any] = msgspec.json.decode(output.value)
            last[said["sku"], said["channel"]] = said
    trial.decided = len(last)
    for said in last.values():
        _add_profit(trial, said)
        price, previous = said["price"], said["previous_price"]
        waits = said["outcome"] == "proposed"
        if previous is None or price == previous or not (waits or said["outcome"] == "changed"):
            trial.kept[said["reason"]] = trial.kept.get(said["reason"], 0) + 1
            continue
        step = float(price) / float(previous) - 1.0 if float(previous) else 0.0
        trial.waits += waits
        trial.up += step > 0
        trial.down += step < 0
        names = (said["sku"], said["channel"], said["currency"])
        moves.append(PriceMove(*names, previous, price, step, said["reason"], waits))
    trial.moves = nlargest(SHOWN, moves, key=lambda move: abs(move.step))
    return trial


def _add_profit(trial: PolicyTrial, said: dict[str, Any]) -> None:
    new, currency = said.get("expected"), said["currency"]
    if new is None:
        return
    kept = said.get("expected_kept") or new
    held = trial.profit.setdefault(currency, TrialProfit())
    held.now += to_minor(kept["profit"], currency)
    held.then += to_minor(new["profit"], currency)
    held.lower += to_minor(new["lower"], currency)
    held.upper += to_minor(new["upper"], currency)
