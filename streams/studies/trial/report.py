"""What the prices of a trial would have earned, by category."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from online_models.demand.curves import DemandContext, DemandCurves
from online_models.demand.ensemble.models import DemandModels
from online_models.numerics.arrays import Flags, Floats, Ints
from online_models.numerics.special import log
from online_models.studies.elasticity.learnt import common_deviation, is_learnt, seen_long_enough
from online_models.studies.trial.gain import Gains, TrialWindows, Uncertainty, gains
from schemas.values.instants import to_text
from streams.configuration.settings import Settings
from streams.replay.offer_margins import OfferMargins
from streams.replay.price_history import Offer
from streams.studies.elasticity.report import UNNAMED
from streams.studies.trial.collected import TrialWindow, collected

ASSUMES = (
    "shoppers answer to prices as the pricer has learnt from the shop's own moves of prices, and "
    "competitors would not have answered"
)
#: A price counts as one that the shop showed where it is no further than this from its lowest and
#: highest, as a share of them.
NEAR = 0.02


@dataclass(frozen=True, slots=True)
class OfferAnswer:
    """What is learnt of an offer's answer to prices: its curve, one row; deviations of the
    elasticity, the part in common with others and the rest; the category's name.
    """

    curve: DemandCurves
    common: float
    own: float
    learnt: bool
    category: str


def trial_report(settings: Settings, paths: list[Path]) -> dict[str, Any]:
    """What `--json` prints: a part for each currency, and what was left out."""
    found = collected(settings, paths)
    windows = [w for w in found.trial.windows if w.offer in found.margins.currency]
    answers = _answers(found.states, windows)
    parts = []
    for currency in sorted({found.margins.currency[w.offer] for w in windows}):
        of = [w for w in windows if found.margins.currency[w.offer] == currency]
        parts.append({"currency": currency, **_part(of, answers, found.margins)})
    left_out = {"no_price_known": found.trial.unpriced, "nothing_decided": found.trial.undecided}
    return {"trials": parts, "left_out": left_out, "assumes": ASSUMES}


def _answers(states: Iterable[Any], windows: list[TrialWindow]) -> dict[Offer, OfferAnswer]:
    last = {w.offer: w for w in windows}
    found: dict[Offer, OfferAnswer] = {}
    for state in states:
        catalogue, demand = state.catalogue, state.demand
        names = {catalogue.offer_name(row): row for row in range(catalogue.offers.size)}
        known = [(offer, names[offer]) for offer in last if offer in names]
        if not known:
            continue
        rows = np.array([row for _, row in known])
        price = np.array([float(last[o].shown) for o, _ in known])
        price *= 10.0 ** catalogue.skus.digits[catalogue.offers.sku[rows]]
        end = max(w.end for w in last.values())
        curves, common, learnt = _learnt(demand, rows, price, end)
        own = np.sqrt(np.maximum(curves.elasticity_variance - common * common, 0.0))
        category = catalogue.skus.category[catalogue.offers.sku[rows]].tolist()
        for place, (offer, _) in enumerate(known):
            identity = category[place]
            found[offer] = OfferAnswer(
                curves.take(np.array([place])),
                float(common[place]),
                float(own[place]),
                bool(learnt[place]),
                catalogue.category_names[identity] if identity >= 0 else UNNAMED,
            )
    return found


def _learnt(
    demand: DemandModels, rows: Ints, price: Floats, now: int
) -> tuple[DemandCurves, Floats, Flags]:
    curves = demand.curves(rows, DemandContext.at_prices(np.full(len(rows), now), price))
    variance = curves.elasticity_variance
    known = seen_long_enough(demand, rows) & is_learnt(demand, variance)
    return curves, common_deviation(demand, rows, variance), known


def _part(
    windows: list[TrialWindow], answers: dict[Offer, OfferAnswer], margins: OfferMargins
) -> dict[str, Any]:
    learnt = [w for w in windows if w.offer in answers and answers[w.offer].learnt]
    offers = sorted({w.offer for w in learnt})
    part: dict[str, Any] = {
        "first": to_text(min(w.start for w in windows)),
        "last": to_text(max(w.end for w in windows)),
        "offers": len({w.offer for w in windows}),
        "judged_offers": len(offers),
        "total": None,
        "beyond_shown_prices": None,
        "groups": [],
    }
    if not learnt:
        return part
    names = sorted({answers[offer].category for offer in offers})
    group = np.array([names.index(answers[offer].category) for offer in offers])
    columns = _columns(learnt, offers, answers, margins)
    unsure = Uncertainty(
        np.array([answers[o].common for o in offers]),
        np.array([answers[o].own for o in offers]),
        np.array([answers[o].curve.cross[0] for o in offers]),
        np.sqrt([max(answers[o].curve.cross_variance[0], 0.0) for o in offers]),
    )
    found = gains(columns, unsure, group, len(names))
    part["total"] = _figures(columns, found, group, np.arange(len(names)))
    part["beyond_shown_prices"] = _beyond(learnt)
    part["groups"] = [
        {"category": name, "offers": int((group == at).sum())}
        | _figures(columns, found, group, np.array([at]))
        for at, name in enumerate(names)
    ]
    return part


def _columns(
    windows: list[TrialWindow],
    offers: list[Offer],
    answers: dict[Offer, OfferAnswer],
    margins: OfferMargins,
) -> TrialWindows:
    place = {offer: at for at, offer in enumerate(offers)}
    offer = np.array([place[w.offer] for w in windows])
    shown = np.array([float(w.shown) for w in windows])
    decided = np.array([float(w.decided) for w in windows])
    move = log(decided) - log(shown)
    digits = np.array([len(w.shown.partition(".")[2]) for w in windows])
    elasticity = np.empty(len(windows))
    for at, each in enumerate(offers):
        mine = np.flatnonzero(offer == at)
        curve, scale = answers[each].curve, 10.0 ** digits[mine]
        ends = [curve.log_demand((p[mine] * scale)[None, :])[0][0] for p in (decided, shown)]
        flat = np.abs(move[mine]) < 1e-9
        slope = (ends[0] - ends[1]) / np.where(flat, 1.0, move[mine])
        elasticity[mine] = np.where(flat, curve.elasticity[0], slope)
    of_peers = [(w.start, w.offer[1], answers[w.offer].category) for w in windows]
    peers = {key: at for at, key in enumerate(dict.fromkeys(of_peers))}
    one, named = np.ones(len(windows)), [w.offer for w in windows]
    return TrialWindows(
        offer,
        np.array([peers[key] for key in of_peers]),
        np.array([float(w.units) for w in windows]),
        np.array([np.inf if w.most is None else float(w.most) for w in windows]),
        move,
        elasticity,
        margins.earned(named, [w.shown for w in windows], one),
        margins.earned(named, [w.decided for w in windows], one),
    )


def _figures(windows: TrialWindows, found: Gains, group: Ints, chosen: Ints) -> dict[str, Any]:
    mine = np.isin(group[windows.offer], chosen)
    units, earned = windows.units[mine], windows.shown_profit[mine]
    mean, lower, upper = found.interval(chosen)
    profit = float(units @ earned)
    return {
        "sold": {"units": int(units.sum()), "profit": round(profit, 2)},
        "would": {
            "units": round(float(found.units[chosen].sum()), 1),
            "profit": round(profit + mean, 2),
        },
        "gain": {"mean": round(mean, 2), "lower": round(lower, 2), "upper": round(upper, 2)},
    }


def _beyond(windows: list[TrialWindow]) -> float:
    """Share of the units whose decided price the shop showed nothing near to."""
    low: dict[Offer, float] = {}
    high: dict[Offer, float] = {}
    for w in windows:
        price = float(w.shown)
        low[w.offer] = min(low.get(w.offer, price), price)
        high[w.offer] = max(high.get(w.offer, price), price)
    inside = [
        low[w.offer] * (1.0 - NEAR) <= float(w.decided) <= high[w.offer] * (1.0 + NEAR)
        for w in windows
    ]
    units = np.array([w.units for w in windows], dtype=np.float64)
    total = float(units.sum())
    return round(float(units[~np.array(inside)].sum()) / total, 4) if total else 0.0
