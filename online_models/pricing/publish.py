"""Decisions as records: `price-decisions` for all, `price-changes` for those that change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from online_models.outputs import Output
from online_models.pricing.book import RULINGS
from online_models.pricing.bookkeeping import moved
from online_models.pricing.causes import TICK, Causes
from online_models.pricing.expectation import expected
from online_models.pricing.history import History
from online_models.pricing.promotions import NONE, Promotions
from online_models.pricing.reasons import OUTCOMES, REASONS, Source
from online_models.pricing.resolve import Resolved
from online_models.pricing.situation import Ints
from online_models.pricing.sources import held_out
from online_models.pricing.trace import MoneyTexts
from schemas.instants import to_text as instant_text

_RULED = tuple(msgspec.json.encode(reason).decode() for reason in RULINGS)


@dataclass(frozen=True, slots=True)
class Before:
    """What a record says of the state before its decision, for the published rows."""

    price: list[int]
    lowest: list[int]
    expected: tuple[list[str], list[str]]


def look_back(
    resolved: Resolved, published: NDArray[np.intp], history: History, money: MoneyTexts
) -> Before:
    """Read what the books are about to forget; call it before the decisions are written."""
    situation = resolved.situation
    whole = len(published) == len(situation)
    part = situation if whole else situation.take(published)
    ledger, rows = situation.world.ledger, part.rows
    promoted = resolved.source[published] == Source.PROMOTION
    again = promoted & (ledger.reduced_by[rows] == resolved.promotion.promotion[published])
    until = np.where(again, ledger.reduced_at[rows], part.now)
    launched = situation.world.catalogue.skus.launched_at[part.sku]
    lowest = history.lowest_prices(ledger.entry[rows], until, launched)
    outlook = expected(part, resolved.price[published], part.price, money)
    return Before(part.price.tolist(), lowest, outlook)


def records(
    resolved: Resolved,
    published: NDArray[np.intp],
    before: Before,
    causes: Causes,
    promotions: Promotions,
    money: MoneyTexts,
    model_version: str,
) -> list[tuple[int, Output]]:
    """The records of the published decisions with their places, in that order; call it after they
    are written.
    """
    situation = resolved.situation
    world, policy, rows = situation.world, situation.terms.policy, situation.rows[published]
    ledger, catalogue = world.ledger, world.catalogue
    changes = moved(resolved)[published].tolist()
    promoted = np.where(resolved.source == Source.PROMOTION, resolved.promotion.promotion, NONE)[
        published
    ]
    columns = zip(
        published.tolist(),
        changes,
        rows.tolist(),
        ledger.sequence[rows].tolist(),
        ledger.revision[rows].tolist(),
        resolved.price[published].tolist(),
        before.price,
        before.lowest,
        situation.now[published].tolist(),
        resolved.reason[published].tolist(),
        resolved.outcome[published].tolist(),
        resolved.propensity[published].tolist(),
        _promotion_texts(promoted, promotions),
        _experiment_texts(resolved, published),
        _cause_texts(causes),
        resolved.trace.explain(published, money, _ruled_texts(ledger.why[rows])),
        *before.expected,
        strict=True,
    )
    currencies = catalogue.skus.currency[situation.sku[published]].tolist()
    ruled = (
        f'"policy_id":{_json(policy.policy_id)},"policy_version":{policy.version},'
        f'"model_version":{_json(model_version)},"lowest_prior_price_30d":'
    )
    found: list[tuple[int, Output]] = []
    instants: dict[int, str] = {}
    currency_names, names = catalogue.currency_names.names, world.identities.decision
    for (
        (place, changed, row, sequence, revision, price, previous, lowest, now, reason, outcome,
         propensity, promotion, experiment, cause, explanation, new, kept),
        currency,
    ) in zip(columns, currencies, strict=True):  # fmt: skip
        time = instants.get(now)
        if time is None:
            time = instants[now] = instant_text(now)
        label = world.labels[row]
        head = (
            f'{{"decision_id":"{names(row, sequence)}","revision":{revision},{label.fields},'
            f'"price":{money[price]},"previous_price":{money[previous]},'
            f'"currency":"{currency_names[currency]}",'
            f'"effective_at":"{time}","time":"{time}","reason":"{REASONS[reason]}",'
            f"{ruled}{money[lowest]}{promotion}{experiment},{cause}"
        )
        decision = (
            f'{head},"outcome":"{OUTCOMES[outcome]}","explanation":{explanation},'
            f'"propensity":{propensity:.6g},"expected":{new},"expected_kept":{kept}}}'
        )
        found.append((place, Output("price-decisions", label.sku, decision.encode(), now)))
        if changed:
            change = Output("price-changes", label.offer, f"{head}}}".encode(), now)
            found.append((place, change))
    return found


def _promotion_texts(promoted: Ints, promotions: Promotions) -> Iterable[str]:
    return [
        "" if index == NONE else f',"promotion_id":{_json(promotions.ids[index])}'
        for index in promoted.tolist()
    ]


def _ruled_texts(why: NDArray[np.int8]) -> list[str]:
    return [_RULED[code] for code in why.tolist()]


def _experiment_texts(resolved: Resolved, published: NDArray[np.intp]) -> list[str]:
    experiment = resolved.situation.terms.policy.experiment
    if experiment is None:
        return [""] * len(published)
    name = _json(experiment.name)
    arms = np.where(held_out(resolved.situation)[published], "holdout", "treatment")
    return [f',"experiment":{{"name":{name},"arm":"{arm}"}}' for arm in arms.tolist()]


def _cause_texts(causes: Causes) -> list[str]:
    topics = [_json(topic) for topic in causes.topics]
    return [
        f'"cause":{{"topic":{topics[topic]},"partition":{partition},"offset":{offset}}}'
        if topic >= 0
        else f'"cause":{{"topic":"{TICK}","partition":0,"offset":{offset}}}'
        for topic, partition, offset in zip(
            causes.topic.tolist(), causes.partition.tolist(), causes.offset.tolist(), strict=True
        )
    ]


def _json(text: str) -> str:
    return msgspec.json.encode(text).decode()
