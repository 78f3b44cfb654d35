"""The profit lift of recorded experiments."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from online_models.numerics.arrays import Flags, Floats
from online_models.studies.experiments.lift import FIRST_LOOK, Lift, LiftExperiment
from schemas.values.instants import DAY
from streams.replay.offer_margins import OfferMargins
from streams.replay.price_history import Offer
from streams.replay.window_sales import SalesByWindow
from streams.studies.lift.arms import RecordedExperiment


@dataclass(frozen=True)
class Measured:
    """One experiment in one currency.

    days: whole days that count. unpriced: sold units left out for want of a price. lift: None
    where `why` says what is lacking.
    """

    name: str
    currency: str
    unit: str
    held_out: int
    treated: int
    days: int
    unpriced: int
    lift: Lift | None
    why: str = ""


def measure(
    name: str, experiment: RecordedExperiment, windows: SalesByWindow, margins: OfferMargins
) -> list[Measured]:
    """Treated against held-out units from the first whole UTC day on, by currency.

    A unit's sales are valued at its last known costs, taxes and fees; what it earned a day before
    the experiment adjusts for what units differ by.
    """
    known = {offer: margins.currency.get(offer) for offer in experiment.held_out}
    currencies = sorted({currency for currency in known.values() if currency is not None})
    return [
        _measured(
            name, currency, experiment, [o for o in known if known[o] == currency], windows, margins
        )
        for currency in currencies
    ]


def _measured(
    name: str,
    currency: str,
    experiment: RecordedExperiment,
    offers: list[Offer],
    windows: SalesByWindow,
    margins: OfferMargins,
) -> Measured:
    by_sku = experiment.by_sku()
    keys = {offer: offer[0] if by_sku else "\0".join(offer) for offer in offers}
    place = {key: i for i, key in enumerate(sorted(set(keys.values())))}
    held_out = np.zeros(len(place), dtype=np.bool_)
    for offer in offers:
        held_out[place[keys[offer]]] = experiment.held_out[offer]
    mine = [(window, sales) for window, sales in sorted(windows.items()) if window.offer in keys]
    sold = [(window, sales) for window, sales in mine if sales.units and sales.price is not None]
    first, start, end = _days(experiment, [window.start for window, _ in mine])
    earned = margins.earned(
        [window.offer for window, _ in sold],
        [sales.price or "" for _, sales in sold],
        np.array([sales.units for _, sales in sold], dtype=np.float64),
    )
    day = np.array([window.start // DAY for window, _ in sold], dtype=np.int64)
    unit = np.array([place[keys[window.offer]] for window, _ in sold], dtype=np.int64)
    past = day < experiment.begins // DAY
    earlier = max(experiment.begins // DAY - first, 1)
    before = np.bincount(unit[past], earned[past], len(place)) / earlier
    running = (day >= start) & (day < end)
    profits = np.zeros((max(end - start, 0), len(place)))
    np.add.at(profits, (day[running] - start, unit[running]), earned[running])
    lift, why = _lift(held_out, before, profits)
    unpriced = sum(sales.units for _, sales in mine if sales.price is None)
    held = int(held_out.sum())
    return Measured(
        name=name,
        currency=currency,
        unit="sku" if by_sku else "offer",
        held_out=held,
        treated=len(place) - held,
        days=len(profits),
        unpriced=unpriced,
        lift=lift,
        why=why,
    )


def _days(experiment: RecordedExperiment, starts: list[int]) -> tuple[int, int, int]:
    """Numbers of the first recorded day, the first that counts, and the one after the last."""
    start = -(-experiment.begins // DAY)
    if not starts:
        return start, start, start
    end = max(starts) // DAY + 1
    if experiment.ends is not None:
        end = min(end, experiment.ends // DAY)
    return min(starts) // DAY, start, end


def _lift(held_out: Flags, before: Floats, profits: Floats) -> tuple[Lift | None, str]:
    try:
        experiment = LiftExperiment(held_out, before)
    except ValueError as error:
        return None, str(error)
    for profit in profits:
        experiment.learn(profit)
    lift = experiment.lift()
    if lift is None:
        return None, f"{len(profits)} whole days so far, the first look is after {FIRST_LOOK}"
    if not np.isfinite(lift.relative.mean):
        return None, "the held-out units have earned nothing"
    return lift, ""
