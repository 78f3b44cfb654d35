"""What promotions brought, as their results say, or beside the same offers' days before."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Float, and_, cast, func, select

from schemas.values.instants import DAY
from schemas.values.money import to_minor
from streams.web.store.intake.record import unpacked
from streams.web.store.reading import Row, rows
from streams.web.store.sales_reading import margin_of_units
from streams.web.store.tables.shop import documents, observations, offers

#: How far back the usual days of an offer reach from the first of its promotion.
USUAL_DAYS = 28
#: Usual buckets that an offer needs, to be compared.
FEWEST = 7
#: Standard deviations of the central 90 % of a normal distribution.
NINETY = 1.6449


@dataclass(frozen=True)
class PromotionEffect:
    """Of a promotion in one currency: profit in minor units, after tax, cost and fees.

    offers: those that it was in force for. compared: those of them whose usual days are known; the
    rest of the figures is theirs. units, usual_units: sold in it, and in as many usual days.
    brought: profit in it less that of as many usual days, between `lower` and `upper` with 90 %.
    judged: whether results of the promotion say so, which know of season and what is missing later.
    """

    currency: str
    offers: int = 0
    compared: int = 0
    units: float = 0.0
    usual_units: float = 0.0
    brought: float = 0.0
    lower: float = 0.0
    upper: float = 0.0
    judged: bool = False


def promotion_effects(connection: Connection, since: int) -> dict[str, list[PromotionEffect]]:
    """Promotion → what it brought, by currency; of buckets that began since then."""
    return _by_days_before(connection, since) | _by_results(connection, since)


def _by_results(connection: Connection, since: int) -> dict[str, list[PromotionEffect]]:
    """The sums of the results of a promotion's offers, with the range that they say together; where
    they say none, the ends of theirs are summed, as if all erred alike.
    """
    found = select(documents.c.body).where(
        documents.c.kind == "promotion-results", documents.c.time >= since
    )
    sums: dict[str, dict[str, PromotionEffect]] = {}
    seen: set[tuple[str, str, str]] = set()
    for body in connection.execute(found).scalars():
        each = unpacked(body)
        of, currency = sums.setdefault(each["promotion_id"], {}), each["currency"]
        before = of.get(currency, PromotionEffect(currency, judged=True))
        profit, lower, upper = (
            to_minor(each[name], currency) for name in ("profit", "lower", "upper")
        )
        if (together := each.get("together")) is not None:
            which = each["promotion_id"], currency, each["ends_at"]
            lower, upper = (
                0 if which in seen else to_minor(together[name], currency)
                for name in ("lower", "upper")
            )
            seen.add(which)
        of[currency] = replace(
            before,
            offers=before.offers + 1,
            compared=before.compared + 1,
            units=before.units + each["units"],
            usual_units=before.usual_units + each["usual_units"],
            brought=before.brought + profit,
            lower=before.lower + lower,
            upper=before.upper + upper,
        )
    return {promotion: [of[name] for name in sorted(of)] for promotion, of in sums.items()}


def _by_days_before(connection: Connection, since: int) -> dict[str, list[PromotionEffect]]:
    found: dict[tuple[str, str], list[Row]] = {}
    for row in _offers_in_promotions(connection, since):
        found.setdefault((row["promotion_id"], row["currency"]), []).append(row)
    effects: dict[str, list[PromotionEffect]] = {}
    for (promotion, currency), some in sorted(found.items()):
        effects.setdefault(promotion, []).append(_effect(currency, some))
    return effects


def _offers_in_promotions(connection: Connection, since: int) -> list[Row]:
    """Per promotion and offer: buckets, units and profit in it, and in its usual days."""
    promoted = observations.alias("promoted")
    profit = margin_of_units(promoted)
    within = (
        select(
            promoted.c.promotion_id,
            promoted.c.offer_id,
            func.min(promoted.c.start).label("first"),
            func.count().label("buckets"),
            func.sum(promoted.c.units).label("units"),
            func.sum(profit).label("profit"),
        )
        .join(offers, offers.c.id == promoted.c.offer_id)
        .where(promoted.c.promotion_id.is_not(None), promoted.c.start >= since)
        .group_by(promoted.c.promotion_id, promoted.c.offer_id)
        .subquery("within")
    )
    usual = observations.alias("usual")
    each = cast(margin_of_units(usual), Float)
    before = and_(
        usual.c.offer_id == within.c.offer_id,
        usual.c.start < within.c.first,
        usual.c.start >= within.c.first - USUAL_DAYS * DAY,
        usual.c.promotion_id.is_(None),
        ~usual.c.stocked_out,
    )
    return rows(
        connection,
        select(
            within.c.promotion_id,
            offers.c.currency,
            within.c.buckets,
            within.c.units,
            within.c.profit,
            func.count(each).label("usual_buckets"),
            func.sum(usual.c.units).label("usual_units"),
            func.sum(each).label("usual_profit"),
            func.sum(each * each).label("usual_squares"),
        )
        .select_from(within)
        .join(offers, offers.c.id == within.c.offer_id)
        .outerjoin(usual, before)
        .where(offers.c.currency.is_not(None))
        .group_by(
            within.c.promotion_id,
            within.c.offer_id,
            offers.c.currency,
            within.c.buckets,
            within.c.units,
            within.c.profit,
        ),
    )


def _effect(currency: str, some: Iterable[Row]) -> PromotionEffect:
    sums: dict[str, Any] = {"offers": 0, "compared": 0}
    units = usual_units = brought = variance = 0.0
    for row in some:
        sums["offers"] += 1
        number, usual = row["buckets"], row["usual_buckets"]
        if usual < FEWEST or row["profit"] is None:
            continue
        sums["compared"] += 1
        mean = row["usual_profit"] / usual
        spread = max(0.0, row["usual_squares"] - usual * mean * mean) / (usual - 1)
        units += row["units"]
        usual_units += row["usual_units"] / usual * number
        brought += row["profit"] - mean * number
        # of the sum of `number` days, and of as many times the mean of the usual ones
        variance += spread * number * (1.0 + number / usual)
    off = NINETY * math.sqrt(variance)
    return PromotionEffect(
        currency,
        units=units,
        usual_units=usual_units,
        brought=brought,
        lower=brought - off,
        upper=brought + off,
        **sums,
    )
