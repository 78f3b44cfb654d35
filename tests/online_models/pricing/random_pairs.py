"""Random states under random policies, for batteries."""

from __future__ import annotations

from typing import Any

import numpy as np

from online_models.pricing.guardrails import GUARDRAILS
from online_models.pricing.state.history import PriceHistory
from online_models.pricing.state.ledger import Ledger
from online_models.pricing.strategies import STRATEGIES
from online_models.second_hand.item import item
from online_models.second_hand.listings import Ending, ListedThing
from online_models.shop.catalogue import NO_PRICE

HOUR = 3_600_000
DAY = 24 * HOUR
NOW = 1_700_006_400_000 // DAY * DAY + 13 * HOUR
OFFERS = 400
TAX, FEE = (0, 70_000, 190_000, 250_000), (0, 80_000, 150_000)
ENDINGS = ([], [".99"], [".99", ".49"], ["9"], [".00", ".50"], ["4.95"])


def percent(rng: np.random.Generator, *choices: str) -> str:
    return str(rng.choice(choices))


def random_policy(rng: np.random.Generator) -> dict[str, Any]:
    def maybe(value: Any, chance: float = 0.5) -> Any:
        return value if rng.random() < chance else None

    kinds: list[dict[str, Any]] = [
        {"kind": "optimise"},
        {
            "kind": "match_competitor",
            "which": str(rng.choice(["lowest", "median", "rank"])),
            "rank": int(rng.integers(1, 4)),
            "offset": str(rng.choice(["-0.01", "0", "0.10", "-1%", "2.5%"])),
            "max_age": maybe("PT24H"),
            "include_shipping": bool(rng.random() < 0.5),
            "minimum_confidence": float(rng.choice([0.0, 0.8])),
        },
        {"kind": "cost_plus", "margin": percent(rng, "5%", "20%", "45%")},
        {"kind": "markdown", "salvage": maybe("30%")},
        {"kind": "keep"},
        {"kind": "reinforcement"},
        {
            "kind": "second_hand",
            "aim": str(rng.choice(["suggested", "quick", "patient"])),
            "probability": percent(rng, "50%", "75%", "95%"),
            "salvage": percent(rng, "0%", "40%"),
        },
    ]
    assert {kind["kind"] for kind in kinds} == {strategy.kind for strategy in STRATEGIES}
    chosen = rng.permutation(len(kinds))[: rng.integers(1, 4)]
    low = int(rng.integers(50, 3000))
    guardrails: dict[str, Any] = {
        "minimum_price": maybe(f"{low / 100:.2f}"),
        "maximum_price": maybe(f"{(low + int(rng.integers(-200, 4000))) / 100 + 2.5:.2f}"),
        "minimum_margin": maybe(percent(rng, "0%", "5%", "12.5%", "-10%")),
        "never_below_cost": maybe(True, 0.2),
        "respect_map": maybe(True, 0.4),
        "reference_band": maybe(percent(rng, "10%", "30%", "150%")),
        "reference_price": maybe(f"{int(rng.integers(200, 3000)) / 100:.2f}", 0.2),
        "max_step_up": maybe(percent(rng, "0.5%", "5%", "20%")),
        "max_step_down": maybe(percent(rng, "0.5%", "10%", "100%")),
        "cooldown": maybe(str(rng.choice(["PT1H", "P2D"])), 0.4),
        "max_changes_per_day": maybe(int(rng.integers(0, 4)), 0.4),
        "price_endings": ENDINGS[int(rng.integers(len(ENDINGS)))],
        "never_above_list_price": maybe(True, 0.4),
        "protect_channels": ["store"] if rng.random() < 0.2 else [],
        "channel_ladder": [],
        "freeze": [{"from": NOW - HOUR, "until": NOW + DAY}] if rng.random() < 0.15 else [],
    }
    assert set(guardrails) - {"reference_price"} == {rule.name for rule in GUARDRAILS}
    return {
        "policy_id": "p",
        "seed": int(rng.integers(1000)),
        "objective": {
            "maximise": str(rng.choice(["profit", "revenue", "units", "sell_through"])),
            "sell_by": maybe(NOW + 20 * DAY),
        },
        "strategy": [kinds[i] for i in chosen.tolist()],
        "explore": {"kind": "thompson" if rng.random() < 0.4 else "none", "budget": "2%"},
        "guardrails": guardrails,
        "approval": {"required_above_step": maybe("8%", 0.4)},
        "experiment": maybe({"name": "e", "holdout": 0.2, "unit": "offer"}, 0.2),
    }


def fill(shop: Any, rng: np.random.Generator) -> None:
    """Put offers on sale, each SKU in the store and then on the web, with up to 3 competitors."""
    for i in range(OFFERS // 2):
        for channel in ("store", "web"):
            shop.product(f"s{i}", "10.00", "5.00", channel)
        for name in ("x", "y", "z"):
            if rng.random() < 0.6:
                shop.competitor("10.00", f"s{i}", name, decide=False)
    _use(shop, rng)


def _use(shop: Any, rng: np.random.Generator) -> None:
    """Make half of the products used ones, in categories of which some sales are known."""
    known = shop.pricing.state.second_hand
    for sku in range(shop.catalogue.skus.size):
        thing = item("EUR", "toys" if sku % 2 else "books", "good", None, {"brand": "a"}, None)
        if sku % 4 < 2:
            known.describe(sku, thing)
        for k in range(3):
            price, since = int(rng.integers(500, 2500)), NOW - DAY * int(rng.integers(1, 60))
            listing = ListedThing(thing, price, since, since)
            known.listings.end(f"{sku}-{k}", listing, Ending(NOW, price if k else None))


def shuffle(shop: Any, rng: np.random.Generator) -> None:
    """Make prices, costs, histories, orders and competitors anything, and forget all that was but
    which policy rules.
    """
    ledger, offers, skus = shop.pricing.ledger, shop.catalogue.offers, shop.catalogue.skus
    n, s = ledger.size, skus.size
    for name, (_, nothing, *_) in Ledger.FIELDS.items():
        if name not in ("policy", "ruling_reason", "ruling_version"):
            getattr(ledger, name)[:] = nothing
    price = rng.integers(100, 4000, n)
    ledger.price[:] = ledger.regular_price[:] = price
    shop.pricing.history = PriceHistory(shop.settings.history_ms)
    rows = np.arange(n)
    since = np.full(n, NOW - 90 * DAY)
    shop.pricing.history.append(ledger.history_entry, rows, since, price, price, ledger.sequence)
    offers.cost[:] = price * rng.uniform(0.2, 1.3, n)
    offers.fee_ppm[:] = rng.choice(FEE, n)
    offers.fee_fixed[:] = rng.choice([0, 30], n)
    skus.tax_ppm[:] = rng.choice(TAX, s)
    usual = price[1::2]
    drawn = rng.random(s)
    skus.list_price[:] = np.where(drawn < 0.4, NO_PRICE, np.where(drawn < 0.42, 0, usual * 1.2))
    skus.map_price[:] = np.where(rng.random(s) < 0.4, NO_PRICE, usual * 0.8)
    ledger.reference_price[:] = np.maximum(price + rng.integers(-300, 300, n), 1)
    ledger.changed_at[:] = NOW - rng.integers(0, 3 * DAY, n)
    ledger.changes_day[:] = ledger.changed_at // DAY
    ledger.changes_on_day[:] = rng.integers(0, 4, n)
    ledger.pre_match_price[:] = np.where(
        rng.random(n) < 0.3, price + rng.integers(0, 400, n), NO_PRICE
    )
    for name in ("override_price", "rollback_price"):
        ordered = rng.random(n) < 0.03
        getattr(ledger, name)[:] = np.where(ordered, rng.integers(1, 5000, n), NO_PRICE)
    shop.stock.on_hand = rng.integers(-1, 300, n)
    book = shop.competitors.entries
    m = book.size
    book.price[:] = rng.integers(100, 4000, m)
    book.shipping[:] = rng.choice([0, 199], m)
    book.in_stock[:] = rng.random(m) < 0.9
    book.confidence_ppm[:] = rng.choice([500_000, 900_000], m)
    book.time[:] = NOW - rng.integers(0, 3 * DAY, m)
