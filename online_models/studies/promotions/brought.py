"""What promotions that are over brought, as records of `promotion-results`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from online_models.numerics.arrays import Floats, Ints
from online_models.numerics.special import exp
from online_models.pricing.profit.economics import unit_profit
from online_models.studies.promotions.candidates import Learnt, OffersOnSale, on_sale
from online_models.studies.promotions.control import ChannelControl
from online_models.studies.promotions.ended import EndedPromotion
from online_models.studies.promotions.gain import Gain, Usual, UsualDay, ends
from online_models.studies.promotions.measured import Sold, measured
from schemas.values.instants import to_text as instant_text
from schemas.values.money import minor_digits, texts, to_minor

#: Deviation of what an advertisement without a discount does to log sales, before it is seen.
ADVERTISED = 0.5
#: A result, which is of whose, and each draw of its profit, minor units, (DRAWS,).
Result = tuple[EndedPromotion, dict[str, Any], Floats]


def results(learnt: Learnt, ended: Iterable[EndedPromotion]) -> Iterator[dict[str, Any]]:
    """The records, of promotions of offers that are on sale and had sold something before."""
    asked: dict[str, list[EndedPromotion]] = defaultdict(list)
    for each in ended:
        asked[each.currency].append(each)
    for currency, some in asked.items():
        parts = list(on_sale(learnt, currency))
        alike: dict[tuple[int, ...], list[EndedPromotion]] = defaultdict(list)
        for each in some:
            alike[tuple(each.days.tolist())].append(each)
        found: dict[tuple[str, int], list[Result]] = defaultdict(list)
        for days, mine in alike.items():
            for result in _results(learnt, parts, np.array(days, np.int64), mine):
                found[result[0].promotion_id, result[0].end].append(result)
        for of_promotion in found.values():
            yield from _together(currency, of_promotion)


def _together(currency: str, found: Sequence[Result]) -> Iterator[dict[str, Any]]:
    """The records of a promotion, which say of more than one what all of them brought."""
    whole = {}
    if len(found) > 1:
        lower, upper = ends(np.sum([draws for *_, draws in found], axis=0))
        digits = minor_digits(currency)
        profit = sum(to_minor(record["profit"], currency) for _, record, _ in found)
        said = texts([profit, round(float(lower)), round(float(upper))], digits)
        names = ("profit", "lower", "upper")
        whole["together"] = {"offers": len(found), **dict(zip(names, said, strict=True))}
    for _, record, _ in found:
        yield record | whole


def _results(
    learnt: Learnt, parts: Sequence[OffersOnSale], days: Ints, ended: Sequence[EndedPromotion]
) -> Iterator[Result]:
    """Of promotions that ran on the same days."""
    by_row: dict[int, list[EndedPromotion]] = defaultdict(list)
    for each in ended:
        by_row[each.row].append(each)
    channel = learnt.shop.groups.channel
    controls = {
        number: ChannelControl.of(learnt.past, channel == number, days)
        for number in {int(channel[row]) for row in by_row}
    }
    then = _usual_then(learnt, parts, days)
    known_from = learnt.responses.usual.known_from
    first = 0
    for part in parts:
        places, mine = [], []
        for place, row in enumerate(part.among.tolist()):
            if then.units[first + place] > 0.0 and then.price[first + place] > 0.0:
                found = [each for each in by_row.get(row, ()) if each.price > 0]
                mine += found
                places += [place] * len(found)
        before = then.take(first + np.array(places, np.int64))
        first += len(part.among)
        if not mine:
            continue
        rows = part.among[places]
        told = [controls[int(number)] for number in channel[rows]]
        known = np.maximum(known_from[rows][:, days].sum(axis=1) / len(days), 1.0)
        common = np.array([control.variance for control in told])
        # what is expected is a mean, and a usual day is told by its median
        median = before.units * exp(-0.5 * (1.0 / known + common))
        units = learnt.past.units[rows][:, days].sum(axis=1)
        advertised = np.array([each.advertisement for each in mine])
        price = np.where(advertised, before.price, [float(each.price) for each in mine])
        brought, draws = measured(
            part.situation.take(np.array(places, np.int64)),
            replace(before, units=median, deviation=np.sqrt(common)),
            price,
            learnt.responses.take(rows),
            len(days),
            Sold(
                units,
                1.0 / np.maximum(units, 1.0) + learnt.responses.scatter,
                learnt.responses.lost[rows][:, days].sum(axis=1) / len(days),
                np.sqrt(1.0 / known),
                np.where(advertised, ADVERTISED, 0.0),
            ),
            rows,
        )
        whole = brought.over(len(days), 0.0)
        for place, (each, control) in enumerate(zip(mine, told, strict=True)):
            usually = float(before.units[place]) * len(days)
            sold = float(units[place]), usually
            record = _record(each, whole, place, sold, control, learnt.shop.now)
            yield each, record, draws[:, place] * len(days) - each.cost


def _usual_then(learnt: Learnt, parts: Sequence[OffersOnSale], days: Ints) -> Usual:
    """A usual one of these days, of the offers of all parts. Those that were promoted on it, too,
    have nothing to lose to others: what they lost is in results of their own.
    """
    units = learnt.responses.usual.units[:, days]
    alone = np.where(learnt.past.promoted[:, days], 0.0, units).sum(axis=1) / len(days)
    mean, regular = units.sum(axis=1) / len(days), learnt.past.regular[:, days[0]]
    sold = []
    for part in parts:
        price = np.where(np.isnan(regular[part.among]), part.sold.price, regular[part.among])
        profit = np.maximum(unit_profit(part.situation, price), 0.0) * alone[part.among]
        sold.append(UsualDay(price, mean[part.among], np.zeros(len(price)), profit))
    return learnt.among_others(parts, sold)


def _record(
    ended: EndedPromotion,
    brought: Gain,
    place: int,
    sold: tuple[float, float],
    control: ChannelControl,
    now: int,
) -> dict[str, Any]:
    digits = minor_digits(ended.currency)

    def money(minor: float) -> str:
        return texts([round(minor)], digits)[0]

    profit, lower, upper, discount, taken, ahead, along = (
        float(getattr(brought, name)[place])
        for name in ("profit", "lower", "upper", "discount", "taken", "ahead", "along")
    )
    planned = {}
    if ended.planned_profit is not None:
        planned["planned_profit"] = money(ended.planned_profit)
    return {
        "promotion_id": ended.promotion_id,
        "sku": ended.sku,
        "channel": ended.channel,
        "currency": ended.currency,
        "policy_id": ended.policy_id,
        "starts_at": instant_text(ended.start),
        "ends_at": instant_text(ended.end),
        "price": money(ended.price),
        "units": round(sold[0], 2),
        "usual_units": round(sold[1], 2),
        "bought_ahead": round(ahead, 2),
        "taken_from_others": money(taken),
        "brought_along": money(along),
        "discount": money(discount),
        "cost": money(ended.cost),
        "profit": money(profit - ended.cost),
        "lower": money(lower - ended.cost),
        "upper": money(upper - ended.cost),
        **planned,
        "time": instant_text(now),
        "control_units": round(control.units, 2),
        "assumes": _assumes(ended, control),
    }


def _assumes(ended: EndedPromotion, control: ChannelControl) -> str:
    """What the result rests on, in words."""
    days = "the day" if control.days == 1 else f"the {control.days} days"
    if control.weight >= 0.5:
        said = (
            f"Without it, the offer would have sold as around {days} of it, as much more or less "
            f"as the offers without a promotion on {ended.channel} did ({control.units:.0f} units)."
        )
    else:
        others = f"only {control.units:.0f} units" if control.units else "nothing"
        said = (
            f"Without it, the offer would have sold as around {days} of it: {others} was sold on "
            f"{ended.channel} without a promotion then, which tells little of what else those days "
            f"were like. Sales of so many days there stray by {100.0 * control.stray:.0f} % from "
            "those before, and the interval holds that."
        )
    cost = ""
    if ended.planned_profit is None:
        cost = " What it cost itself is not known, and not counted."
    return f"{said} What else was special about the offer then counts as the promotion's.{cost}"
