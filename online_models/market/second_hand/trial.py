"""Suggestions judged by a market of used goods: how near to the worth, and if promises hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np

from online_models.fold.fold import Fold
from online_models.fold.state import FoldSettings
from online_models.journal.batch import FORCED, Batch, BatchBuilder, Fact, Kind, SourcePartition
from online_models.market.second_hand.goods import HAGGLE, Good, UsedGoods
from schemas.values.instants import DAY, to_text

TOPIC = "market-listings"
#: New listings a day, and things at the end for which a price is asked.
A_DAY, ASKED_FOR, COMPARABLES = 25, 600, 5000
START = 1_704_067_200_000
MEANINGS = (
    "answered: share of the things for which a price is suggested. error: median of how far the "
    "suggested value is off the market's own. said, sold: mean probability promised, and true one, "
    "that a thing sells in time at the price of an aim. gap: the one less the other."
)
AIMS = ("quick", "suggested", "patient")
DAYS = {"quick": 7.0, "suggested": 30.0, "patient": 90.0}
#: Of sellers, this share asks what was suggested for what they have, from the first on.
FOLLOWING = 0.3


class Shop:
    """A fold that is told of listings and days."""

    def __init__(self) -> None:
        self._fold = Fold(FoldSettings())
        self._offset = 0

    def tell(self, listing: dict[str, Any], time: int) -> dict[str, Any] | None:
        """One record; returns the suggestion, where there is one."""
        rows = BatchBuilder()
        detail = rows.fact(Fact(TOPIC, None, msgspec.json.encode(listing)))
        rows.add(Kind.FACT, time, SourcePartition(TOPIC, 0), offset=self._next(), detail=detail)
        return self._answer(rows.batch())

    def pass_day(self, time: int) -> None:
        """A tick."""
        rows = BatchBuilder()
        source = SourcePartition("pricing-control", 0)
        rows.add(Kind.TICK, time, source, offset=self._next(), flag=FORCED)
        self._fold.step(rows.batch())

    def _next(self) -> int:
        self._offset += 1
        return self._offset

    def _answer(self, batch: Batch) -> dict[str, Any] | None:
        found = [o for o in self._fold.step(batch) if o.topic == "price-suggestions"]
        return msgspec.json.decode(found[0].value) if found else None


def run(seed: int, comparables: int = COMPARABLES) -> dict[str, float]:
    """Let a market of that seed run for so many listings, then ask for prices; returns the figures
    (`MEANINGS`).
    """
    market, shop = UsedGoods(seed), Shop()
    days = comparables // A_DAY
    events: list[tuple[int, dict[str, Any]]] = []
    for day in range(days):
        now = START + day * DAY
        due = sorted((e for e in events if e[0] <= now), key=lambda e: e[0])
        events = [e for e in events if e[0] > now]
        for time, record in due:
            shop.tell(record, time)
        shop.pass_day(now)
        for k in range(A_DAY):
            events += _listed(market, shop, day * A_DAY + k, day)
    return _judged(market, shop, comparables, days)


def _listed(
    market: UsedGoods, shop: Shop, number: int, day: int
) -> Iterator[tuple[int, dict[str, Any]]]:
    """A seller comes; yields when the thing is sold or taken back."""
    now, good = START + day * DAY + number % A_DAY, market.good(number, day)
    price = market.asked(good, number)
    record = {**market.record(good), "listing_id": f"l-{number}", "listed_at": to_text(now)}
    if number % 100 < 100 * FOLLOWING:
        answer = shop.tell(record, now)
        if answer is not None and answer["suggested"] is not None:
            price = float(answer[AIMS[number % 3]]["price"])
            record["suggestion_id"] = answer["suggestion_id"]
    record["asked"] = f"{price:.2f}"
    shop.tell(record, now)
    sold, back = market.sale_day(good, price, number), market.patience(number)
    at = to_text(now + round(min(sold, back) * DAY))
    if sold <= back:
        paid = f"{price * (1.0 - HAGGLE):.2f}"
        yield now + round(sold * DAY), {**record, "sold_at": at, "sold_for": paid}
    else:
        yield now + round(back * DAY), {**record, "ended_at": at}


def _judged(market: UsedGoods, shop: Shop, first: int, day: int) -> dict[str, float]:
    errors: list[float] = []
    promised: dict[str, list[tuple[float, float]]] = {aim: [] for aim in AIMS}
    for number in range(first, first + ASKED_FOR):
        good, now = market.good(number, day), START + day * DAY
        record = {**market.record(good), "listing_id": f"q-{number}", "listed_at": to_text(now)}
        answer = shop.tell(record, now)
        if answer is None or answer["value"] is None:
            continue
        errors.append(abs(float(answer["value"]) / good.worth - 1.0))
        for aim in AIMS:
            promised[aim].append(_kept(market, good, answer[aim], DAYS[aim]))
    found = {"answered": len(errors) / ASKED_FOR, "error": float(np.median(errors))}
    for aim, pairs in promised.items():
        said, true = np.array(pairs).T
        found[f"said_{aim}"], found[f"sold_{aim}"] = float(said.mean()), float(true.mean())
        found[f"gap_{aim}"] = found[f"said_{aim}"] - found[f"sold_{aim}"]
    found["gap_worst"] = max(abs(found[f"gap_{aim}"]) for aim in AIMS)
    return found


def _kept(
    market: UsedGoods, good: Good, promise: dict[str, Any], days: float
) -> tuple[float, float]:
    return promise["probability"], market.sold_within(good, float(promise["price"]), days)
