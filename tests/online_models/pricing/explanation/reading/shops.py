"""Shops of which every decision is read: the chapters of the recordings, and some more."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from online_models.pricing.explanation.narrate import words
from streams.configuration.settings import Settings
from streams.pipe.pipe import Pipe
from tests.online_models.pricing.explanation.reading import frames, guardrails, people, raw_prices
from tests.online_models.pricing.explanation.reading.facts import Facts, witness
from tests.online_models.pricing.explanation.reading.reader import Past, Reading
from tests.recordings.chapters import (
    CHAPTERS,
    DAY,
    KEEP,
    MATCH,
    OPTIMISE,
    Chapter,
    Json,
    Shop,
    play,
)

#: The rooms whose forms of sentences are known once they are loaded.
IN, OUT = "in", "out"
FORMS_OF = frames, guardrails, people, raw_prices


def _forecasts(shop: Shop, step: int) -> None:
    """Two models, of which the second also says how units answer to the price."""
    midnight = shop.now // DAY * DAY + DAY
    for sku, price in shop.prices.items():
        for model, prices in (("prophet", (1.0,)), ("vendor", (0.8, 1.0, 1.2))):
            points = [
                {"price": shop.money(sku, price * at), "units": 4.0 * at**-1.7, "spread": 0.2}
                for at in prices
            ]
            value: Json = {"model": model, "version": "1", "sku": sku, "channel": "web"}
            value |= {"bucket_start": midnight, "bucket_end": midnight + DAY, "time": shop.now}
            shop.send("demand-forecasts", value | {"points": points}, sku)


def _brings_new(shop: Shop, step: int) -> None:
    """Offers that come one after the other, and of which nothing is known."""
    if step in (2, 5, 7):
        sku = f"p{len(shop.prices)}"
        shop.prices[sku] = 6.5
        code = shop.currency(sku)[0]
        value = {"sku": sku, "name": sku, "currency": code, "category": f"food/{code}"}
        value |= {"price": shop.money(sku, 6.5), "cost": shop.money(sku, 3.0)}
        shop.send("products", value | {"substitutes": ["p0"], "launched_at": shop.now}, sku)


def _restocks_scarcely(shop: Shop, step: int) -> None:
    for sku in shop.prices:
        shop.stock(sku, (40, 3, 0, 12)[step % 4])


def _changes(**fields: Any) -> Json:
    return {"strategy": [MATCH, OPTIMISE], "guardrails": {}} | fields


_NARROW: Json = {"price_endings": ["7.77"], "reference_band": "20%"}
_RAILS: Json = {"max_step_up": "10%", "max_step_down": "10%", "minimum_margin": "5%"}
#: Name → the policy, and what else happens at every step, as in the recordings.
MORE: dict[str, Chapter] = {
    "breaker of shares": (_changes(breaker={"largest_share": "40%", "window": "PT20H"}), ()),
    "breaker of moves": (
        _changes(breaker={"largest_mean_move": "2%", "largest_share": "90%", "window": "P1D"}),
        (),
    ),
    "forecasts": (_changes(strategy=[OPTIMISE], guardrails=_RAILS), (_forecasts,)),
    "new offers": (_changes(strategy=[OPTIMISE], guardrails=_RAILS), (_brings_new,)),
    "scarce": (_changes(strategy=[OPTIMISE]), (_restocks_scarcely,)),
    "shared stock": (
        _changes(strategy=[OPTIMISE], coordinate_channels=True),
        (_restocks_scarcely,),
    ),
    "scarce markdown": (
        _changes(strategy=[{"kind": "markdown"}, KEEP], objective={"sell_by": 1_700_500_000_000}),
        (_restocks_scarcely,),
    ),
    "no ending": (_changes(guardrails=_NARROW), ()),
    "known rivals": (_changes(strategy=[MATCH | {"known_for": "P1D"}, KEEP]), ()),
}
ALL = CHAPTERS | MORE


def decisions(name: str, products: int) -> Iterator[tuple[list[str], Json, Facts, Past]]:
    """Every decision of a shop in words and as a record, with its facts and what was before it."""
    pipe, taken, past = Pipe(Settings()), dict[str, Facts](), Past()
    told: list[tuple[str, bytes]] = []

    def feed(lines: Iterable[bytes]) -> Iterable[bytes]:
        found: list[bytes] = []
        for line in lines:
            # one by one, so that what was said before a decision is known
            told.append((IN, line))
            out = list(pipe.feed([line]))
            told.extend((OUT, each) for each in out)
            found += out
        return found

    with witness(taken):
        play(feed, name, products, ALL)
    for way, line in told:
        record = json.loads(line)
        value, topic = record["value"], record["topic"]
        if way == IN:
            _hear(past, topic, value)
        elif topic == "demand-observations" and value["features"]["available"] > 0:
            past.observed[value["sku"], value["channel"]] += 1
        elif topic == "price-decisions":
            yield words(value), value, taken[value["decision_id"]], past


def _hear(past: Past, topic: str, value: Json) -> None:
    if topic == "price-acks" and value["status"] == "rejected":
        past.contradicted.add((value["sku"], value["channel"]))
    elif topic == "pricing-control":
        past.orders.append(value)


def remember(past: Past, reading: Reading) -> None:
    """A decision that was read is past."""
    guardrails.count(reading)
    past.decisions.setdefault(reading.offer, []).append(reading.decision)
    past.by_id[reading.decision["decision_id"]] = reading.decision
