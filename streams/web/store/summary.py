"""The shop in figures, counted now and then: on a page's way it would take too long."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, func, select

from schemas.values.instants import DAY
from streams.web.store import offer_search, policy_reading, reading
from streams.web.store.experiment_effect import ExperimentEffect, effect
from streams.web.store.experiment_reading import experiments
from streams.web.store.offer_search import Filter, count, in_states
from streams.web.store.plan_reading import waiting_plans
from streams.web.store.promotion_effect import PromotionEffect, promotion_effects
from streams.web.store.sales_reading import sales_by_day
from streams.web.store.tables.shop import dead_letters, offers
from streams.web.store.trade_reading import has_listings, has_quotes, waiting_quotes
from streams.web.words.figures import Figures

#: Days that the charts of the first page reach back.
DAYS = 30
#: How often experiments and promotions are judged: what was sold since they began is summed up.
JUDGE_SECONDS = 300.0
#: Days that promotions are looked at.
PROMOTION_DAYS = 400
#: Proposals, and moves, that the first page shows.
SHOWN = 8


@dataclass(frozen=True)
class Counted:
    """As of one moment; `now` is the event time that the shop has come to."""

    now: int | None = None
    offers: int = 0
    states: Mapping[str, int] = field(default_factory=dict)
    last_day: Mapping[str, Any] = field(default_factory=dict)
    moves: Sequence[Mapping[str, Any]] = ()
    changes: Sequence[Mapping[str, Any]] = ()
    sales: Sequence[Mapping[str, Any]] = ()
    gains: Mapping[str, int] = field(default_factory=dict)
    #: Per currency, what the day's changes are expected to bring.
    brings: Mapping[str, int] = field(default_factory=dict)
    alerts: Sequence[Mapping[str, Any]] = ()
    dead: int = 0
    choices: Mapping[str, Sequence[str]] = field(default_factory=dict)
    work: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    came_to: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    elasticities: Mapping[str, Any] = field(default_factory=dict)
    #: Policy → what its experiment's pricing brings.
    effects: Mapping[str, ExperimentEffect] = field(default_factory=dict)
    #: Promotion → what it brought, by currency.
    promotions: Mapping[str, Sequence[PromotionEffect]] = field(default_factory=dict)
    #: Quotes that wait for approval; the pages on quotes and used goods, which few shops need.
    waiting_quotes: int = 0
    #: Planned promotions that wait for somebody.
    waiting_plans: int = 0
    pages: frozenset[str] = frozenset()

    def total(self, which: Filter) -> int | None:
        """How many offers a filter holds, where it is one of those that were counted."""
        if which == Filter(state=which.state):
            return self.states.get(which.state) if which.state else self.offers
        return None


class StoreSummary:
    """Holds what was counted last."""

    def __init__(self, store: Engine, figures: Figures) -> None:
        self._store = store
        self._figures = figures
        self.counted = Counted()
        #: Orders to stop that stand, and to go on in a part of what was stopped; of single products
        #: their pages tell.
        self.stopped: Sequence[Mapping[str, Any]] = ()
        self._effects: dict[str, ExperimentEffect] = {}
        self._promotions: dict[str, list[PromotionEffect]] = {}
        self._judged_at = -JUDGE_SECONDS

    def look_for_stops(self) -> None:
        """What is stopped, which is not counted, and is to be seen at once."""
        with self._store.connect() as connection:
            self.stopped = reading.stops(connection)

    def renew(self) -> None:
        """Count anew."""
        self.look_for_stops()
        with self._store.connect() as connection:
            choices = {
                "category": offer_search.choices(connection, "category"),
                "channel": offer_search.choices(connection, "channel"),
                "policy": offer_search.choices(connection, "policy_id"),
            }
            optional = {"/quotes": has_quotes, "/used-goods": has_listings}
            pages = frozenset(path for path, there in optional.items() if there(connection))
            now = reading.latest_time(connection)
            if now is None:
                number = count(connection, Filter())
                self.counted = Counted(offers=number, choices=choices, pages=pages)
                return
            self._judge(connection, now)
            offset = self._figures.offset(now)
            midnight = now + offset - (now + offset) % DAY - offset
            begin = midnight - (DAYS - 1) * DAY
            gains = connection.execute(
                select(offers.c.currency, func.sum(offers.c.proposed_gain))
                .where(offers.c.proposed_at.is_not(None), offers.c.currency.is_not(None))
                .group_by(offers.c.currency)
            )
            self.counted = Counted(
                now=now,
                offers=count(connection, Filter()),
                states=in_states(connection),
                last_day=reading.changes_between(connection, midnight, now),
                moves=reading.largest_moves(connection, midnight, SHOWN),
                changes=reading.changes_by_day(connection, begin, offset),
                sales=sales_by_day(connection, begin, DAYS, offset),
                gains={currency: total or 0 for currency, total in gains},
                brings=reading.gains_between(connection, midnight, now),
                alerts=reading.alert_groups(connection),
                dead=connection.execute(
                    select(func.count()).select_from(dead_letters)
                ).scalar_one(),
                choices=choices,
                work=policy_reading.policy_work(connection),
                came_to=policy_reading.decisions_by_policy(connection),
                elasticities=reading.elasticities(connection),
                effects=self._effects,
                promotions=self._promotions,
                waiting_quotes=waiting_quotes(connection),
                waiting_plans=len(waiting_plans(connection, now)),
                pages=pages,
            )

    def _judge(self, connection: Connection, now: int) -> None:
        if time.monotonic() - self._judged_at <= JUDGE_SECONDS:
            return
        self._effects = {
            each["policy_id"]: effect(
                connection, each["policy_id"], each.get("unit", "sku"), each["since"]
            )
            for each in experiments(connection)
            if each["since"] is not None
        }
        self._promotions = promotion_effects(connection, now - PROMOTION_DAYS * DAY)
        self._judged_at = time.monotonic()
