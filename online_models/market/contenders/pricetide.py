"""Pricetide itself: the same fold as in a live worker, in this process."""

from __future__ import annotations

import numpy as np
from msgspec import json

from online_models.demand.curves import DemandContext
from online_models.fold.fold import Fold
from online_models.fold.state import FoldSettings
from online_models.journal.batch import Batch
from online_models.market.audit import Audit, AuditedChange, AuditedDecision, minor
from online_models.market.batches import BatchWriter, Policies, Updates
from online_models.market.calendar import day_start
from online_models.market.contenders.contender import RecordedDay
from online_models.market.market import Market
from online_models.numerics.arrays import Floats, Ints

#: What it does by default: profit, exploration, the market's own guardrails.
POLICIES: Policies = (
    {
        "policy_id": "simulated",
        "version": 1,
        "objective": {"maximise": "profit"},
        "strategy": [{"kind": "optimise"}],
        "explore": {"kind": "thompson", "budget": "3%"},
        "guardrails": {"minimum_margin": "0%", "reference_band": "100%"},
    },
)

_decision, _change = json.Decoder(AuditedDecision).decode, json.Decoder(AuditedChange).decode


class Pricetide:
    """Feeds the fold each day's events and a tick, and asks the prices that it publishes.

    `updates` are trained models, which it has from the first instant on.
    """

    def __init__(
        self, market: Market, _seed: int, policies: Policies = POLICIES, updates: Updates = ()
    ) -> None:
        self._goods = market.assortment
        self._row = {sku: row for row, sku in enumerate(self._goods.skus)}
        self._journal = BatchWriter(market)
        self._fold = Fold(FoldSettings())
        self._prices = self._goods.first_price.copy()
        self.audit = Audit(self._goods, policies)
        self._day = 0
        self._step(self._journal.opening(policies, updates))

    def decide(self, day: int, yesterday: RecordedDay | None) -> Ints:
        """The prices in force once the fold has seen the day before."""
        self._day = day
        if yesterday is not None:
            self._step(self._journal.day(yesterday.events, day - 1))
        return self._prices.copy()

    def elasticities(self) -> Floats:
        """Posterior means of the fold's demand curves at the prices in force."""
        names = self._fold.state.catalogue
        offers = np.array([names.offer(names.sku(sku), 0) for sku in self._goods.skus])
        nothing = np.zeros(len(offers))
        context = DemandContext(
            now=np.full(len(offers), day_start(self._day), dtype=np.int64),
            price=self._prices.astype(np.float64),
            competitor_price=np.full(len(offers), np.nan),
            promotion=nothing,
            promoted=nothing,
        )
        return -self._fold.state.demand.curves(offers, context).elasticity

    def _step(self, batch: Batch) -> None:
        for output in self._fold.step(batch):
            if output.topic == "price-decisions":
                self.audit.take(_decision(output.value))
            elif output.topic == "price-changes":
                change = _change(output.value)
                self.audit.change(change)
                self._prices[self._row[change["sku"]]] = minor(change["price"])


_REINFORCED = (
    {**POLICIES[0], "strategy": [{"kind": "reinforcement"}], "explore": {"kind": "none"}},
)


def reinforced(market: Market, seed: int) -> Pricetide:
    """Pricetide with that strategy, behind the same guardrails; it explores as it has learnt to."""
    return Pricetide(market, seed, _REINFORCED)
