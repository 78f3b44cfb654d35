"""What an experiment's pricing brings over its holdout, from what was sold since it began."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sqlalchemy import Connection, case, func, select

from online_models.studies.experiments.lift import FIRST_LOOK, Lift, LiftExperiment
from schemas.values.instants import DAY
from streams.web.store.tables.shop import observations, offers

#: Days before the experiment that say how units differ by themselves.
DAYS_BEFORE = 28


@dataclass(frozen=True)
class ExperimentEffect:
    """As of the last full day. Money is in minor units of `currency`, a day and unit.

    lift: None until `first_look` days have passed, or where an arm is too small.
    """

    days: int
    currency: str | None
    priced: int
    held: int
    lift: Lift | None
    first_look: int = FIRST_LOOK

    @property
    def decided(self) -> bool:
        """Whether the interval that holds at all days together leaves no doubt."""
        return self.lift is not None and self.lift.relative_sequence.excludes(0.0)


def effect(connection: Connection, policy_id: str, unit: str, since: int) -> ExperimentEffect:
    """Of the offers that the policy prices, in the currency that most of them have.

    unit: `sku`, or what an offer is. since: when the experiment began, ms.
    """
    mine = offers.c.policy_id == policy_id
    number = func.count().label("number")
    currency = connection.execute(
        select(offers.c.currency).where(mine).group_by(offers.c.currency).order_by(number.desc())
    ).scalar()
    net = observations.c.price / (1.0 + func.coalesce(offers.c.tax_rate, 0.0))
    fees = offers.c.fee_rate * observations.c.price + offers.c.fee_fixed
    profit = observations.c.units * (net - offers.c.cost - fees)
    day = observations.c.start
    rows = connection.execute(
        select(
            func.max(case((offers.c.reason == "holdout", 1), else_=0)),
            func.sum(profit).filter(day < since),
            func.sum(profit).filter(day >= since, day < since + FIRST_LOOK * DAY),
            func.sum(profit).filter(day >= since),
            func.max(observations.c.end),
        )
        .join(offers, offers.c.id == observations.c.offer_id)
        .where(mine, offers.c.currency == currency, day >= since - DAYS_BEFORE * DAY)
        .group_by(offers.c.sku if unit == "sku" else offers.c.id)
    ).all()
    held = np.array([bool(row[0]) for row in rows], dtype=np.bool_)
    before, first, whole = (
        np.array([float(row[place] or 0.0) for row in rows]) for place in (1, 2, 3)
    )
    days = max(0, (max((row[4] for row in rows), default=since) - since) // DAY)
    lift = None
    if days >= FIRST_LOOK:
        try:
            experiment = LiftExperiment(held, before / DAYS_BEFORE)
        except ValueError:
            pass  # an arm is too small
        else:
            # what a unit earned by the first look and by now is all that counts of its days
            parts = [np.zeros(len(rows))] * days
            parts[FIRST_LOOK - 1] = first
            parts[-1] = parts[-1] + whole - first
            for each in parts:
                experiment.learn(each)
            lift = experiment.lift()
    return ExperimentEffect(days, currency, int((~held).sum()), int(held.sum()), lift)
