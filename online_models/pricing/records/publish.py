"""Decisions as records: `price-decisions` for all, `price-changes` for those that change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from online_models.journal.outputs import Output, outputs
from online_models.numerics.arrays import finite
from online_models.numerics.masks import anywhere, everywhere
from online_models.pricing.context.decision_context import Floats, Ints
from online_models.pricing.decision.bookkeeping import Numbered
from online_models.pricing.decision.reasons import OUTCOMES, REASONS, PriceOrigin
from online_models.pricing.decision.resolve import Resolved
from online_models.pricing.decision.sources import held_out
from online_models.pricing.profit.expectation import expected
from online_models.pricing.state.causes import TICK, Causes
from online_models.pricing.state.history import PriceHistory
from online_models.pricing.state.policy_book import RULINGS
from online_models.pricing.state.promotions import NONE, Promotions
from online_models.pricing.trace.sheet import Sheet
from online_models.pricing.trace.steps import MoneyTexts, explain
from schemas.values.instants import to_text as instant_text

Field = TypeVar("Field")

_RULED = tuple(msgspec.json.encode(reason) for reason in RULINGS)
_OUTCOMES = tuple(outcome.encode() for outcome in OUTCOMES)
_REASONS = tuple(reason.encode() for reason in REASONS)


@dataclass(frozen=True, slots=True)
class PreviousState:
    """What records say of the state before their decisions, (published,)."""

    price: Ints
    lowest: Ints
    expected: tuple[list[bytes], list[bytes]]


def previous_state(
    resolved: Resolved, published: NDArray[np.intp], history: PriceHistory
) -> PreviousState:
    """Read what the books no longer say once the decisions are entered."""
    context = resolved.context
    part = context if len(published) == len(context) else context.take(published)
    ledger, rows = context.state.ledger, part.rows
    promoted, until = resolved.source[published] == PriceOrigin.PROMOTION, part.now
    if anywhere(promoted):
        again = promoted & (ledger.reduced_by[rows] == resolved.promotion.promotion[published])
        until = np.where(again, ledger.reduced_at[rows], until)
    launched = context.state.catalogue.skus.launched_at[part.sku]
    lowest = history.lowest_prices(ledger.history_entry[rows], until, launched)
    outlook = expected(part, resolved.price[published], part.price)
    return PreviousState(part.price, lowest, outlook)


def records(
    resolved: Resolved,
    published: NDArray[np.intp],
    before: PreviousState,
    numbers: Numbered,
    causes: Causes,
    promotions: Promotions,
    money: MoneyTexts,
    model_version: str,
) -> list[tuple[int, Output]]:
    """The records of the published decisions with their places, the changes behind all of them;
    none for a change in shadow.
    """
    context, rows = resolved.context, resolved.context.rows[published]
    labels, listed = context.state.labels, rows.tolist()
    now: list[int] = context.now[published].tolist()
    heads = _heads(resolved, published, before, numbers, causes, promotions, money, model_version)
    outcomes = [_OUTCOMES[code] for code in resolved.outcome[published].tolist()]
    ruled = [_RULED[code] for code in context.state.ledger.ruling_reason[rows].tolist()]
    propensity = _chances(resolved.propensity[published])
    expected_new, expected_kept = before.expected
    shadow = context.state.ledger.shadow[rows]
    ends = [b',"shadow":true}' if in_shadow else b"}" for in_shadow in shadow.tolist()]
    keys = list(map(labels.skus.__getitem__, listed))
    at = published.tolist()
    found: list[tuple[int, Output]] = []
    for places, steps in resolved.trace.alike(published):
        some = places.tolist()
        sheet = Sheet(len(some))
        sheet.put(b"", _part(heads, some))
        sheet.put(b',"outcome":"', _part(outcomes, some))
        sheet.say(b'","explanation":')
        explain(sheet, steps, published[places], money, _part(ruled, some))
        sheet.put(b',"propensity":', _part(propensity, some))
        sheet.put(b',"expected":', _part(expected_new, some))
        sheet.put(b',"expected_kept":', _part(expected_kept, some))
        sheet.put(b"", _part(ends, some))
        decisions = outputs("price-decisions", _part(keys, some), sheet.records(), _part(now, some))
        found += zip(_part(at, some), decisions, strict=True)
    for place in (resolved.moves[published] & ~shadow).nonzero()[0].tolist():
        key, value = labels.offers[listed[place]], heads[place] + b"}"
        found.append((at[place], Output("price-changes", key, value, now[place])))
    return found


def _sane(price: Ints) -> Ints:
    """Prices as they are; ValueError where one is below zero, which no record may say."""
    if price.min(initial=0) < 0:
        raise ValueError(f"a price of {price.min()} minor units")
    return price


def _chances(propensity: Floats) -> list[bytes]:
    if everywhere(propensity == 1.0):
        return [b"1"] * len(propensity)
    return list(map(b"%.6g".__mod__, finite(propensity).tolist()))


def _part(column: list[Field], places: list[int]) -> list[Field]:
    """The column at ascending, distinct places."""
    return column if len(places) == len(column) else [column[place] for place in places]


def _heads(
    resolved: Resolved,
    published: NDArray[np.intp],
    before: PreviousState,
    numbers: Numbered,
    causes: Causes,
    promotions: Promotions,
    money: MoneyTexts,
    model_version: str,
) -> list[bytes]:
    """The fields that a change and its decision have in common, without the closing brace."""
    context = resolved.context
    state, policy, rows = context.state, context.terms.policy, context.rows[published]
    catalogue, listed = state.catalogue, rows.tolist()
    currencies = catalogue.skus.currency[context.sku[published]].tolist()
    times = _instant_texts(context.now[published].tolist())
    sheet = Sheet(len(listed))
    identities = state.identities.decisions(listed, numbers.sequence.tolist())
    sheet.put(b'{"decision_id":"', identities)
    sheet.put(b'","revision":', list(map(b"%d".__mod__, numbers.revision.tolist())))
    sheet.put(b",", list(map(state.labels.fields.__getitem__, listed)))
    sheet.put(b',"price":', money.of(_sane(resolved.price[published])))
    sheet.put(b',"previous_price":', money.of(before.price))
    sheet.put(b',"currency":"', _encoded(catalogue.currency_names.names, currencies))
    sheet.put(b'","effective_at":"', times)
    sheet.put(b'","time":"', times)
    sheet.put(b'","reason":"', [_REASONS[code] for code in resolved.reason[published].tolist()])
    versions = _versions(policy.policy_id, policy.version, model_version)
    sheet.put(versions, money.of(before.lowest))
    sheet.put(b"", _promotion_texts(resolved, published, promotions))
    sheet.put(b"", _experiment_texts(resolved, published))
    sheet.put(b",", _cause_texts(causes))
    return list(sheet.records())


@lru_cache(maxsize=256)
def _versions(policy_id: str, policy_version: int, model_version: str) -> bytes:
    return (
        f'","policy_id":{_json(policy_id)},"policy_version":{policy_version},'
        f'"model_version":{_json(model_version)},"lowest_prior_price_30d":'
    ).encode()


def _instant_texts(now: list[int]) -> list[bytes]:
    texts = {instant: instant_text(instant).encode() for instant in dict.fromkeys(now)}
    return [texts[instant] for instant in now]


def _encoded(names: Sequence[str], codes: list[int]) -> list[bytes]:
    texts = {code: names[code].encode() for code in dict.fromkeys(codes)}
    return [texts[code] for code in codes]


def _promotion_texts(
    resolved: Resolved, published: NDArray[np.intp], promotions: Promotions
) -> list[bytes]:
    promoted = resolved.source[published] == PriceOrigin.PROMOTION
    if not anywhere(promoted):
        return [b""] * len(published)
    indices = np.where(promoted, resolved.promotion.promotion[published], NONE)
    return [
        b"" if index == NONE else f',"promotion_id":{_json(promotions.ids[index])}'.encode()
        for index in indices.tolist()
    ]


def _experiment_texts(resolved: Resolved, published: NDArray[np.intp]) -> list[bytes]:
    experiment = resolved.context.terms.policy.experiment
    if experiment is None:
        return [b""] * len(published)
    name = _json(experiment.name)
    arms = np.where(held_out(resolved.context)[published], "holdout", "treatment")
    return [f',"experiment":{{"name":{name},"arm":"{arm}"}}'.encode() for arm in arms.tolist()]


def _cause_texts(causes: Causes) -> list[bytes]:
    # the last place is that of no topic, −1
    topics = [*causes.topics, TICK]
    pairs = list(zip(causes.topic.tolist(), causes.partition.tolist(), strict=True))
    heads = {
        (topic, partition): f'"cause":{{"topic":{_json(topics[topic])},"partition":'
        f'{partition if topic >= 0 else 0},"offset":'.encode()
        for topic, partition in dict.fromkeys(pairs)
    }
    offsets = map(b"%d}".__mod__, causes.offset.tolist())
    return [heads[pair] + offset for pair, offset in zip(pairs, offsets, strict=True)]


def _json(text: str) -> str:
    return msgspec.json.encode(text).decode()
