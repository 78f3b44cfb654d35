"""Personal prices by group: how many, how low, how far apart, with 95 % intervals."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from streams.studies.fairness.personal import Personal, PersonalPrices
from streams.studies.fairness.uplift import uplifts

#: Half the width of a 95 % interval in standard deviations.
NORMAL_95 = 1.959964
GROUPS = ("segment", "channel", "category", "cluster")


@dataclass(frozen=True)
class GroupFigures:
    """Personal prices of one group. `discount` is the mean over its customers of each one's mean
    share off, with its interval (None for a single customer); `low` and `high` hold 80 % of the
    prices between them.
    """

    by: str
    name: str
    prices: int
    customers: int
    discount: float
    interval: tuple[float, float] | None
    low: float
    high: float


def figures(found: PersonalPrices) -> dict[str, Any]:
    """The report as plain values."""
    rows = [_group("all", "all", found.personal)] if found.personal else []
    for by in GROUPS:
        names = sorted({price.groups[by] for price in found.personal if by in price.groups})
        rows += [_group(by, n, [p for p in found.personal if p.groups.get(by) == n]) for n in names]
    consent = [found.consent(price) for price in found.personal]
    return {
        "groups": [asdict(row) for row in rows],
        "shares": _shares(found),
        "discount_gaps": _gaps(found),
        "uplifts": [asdict(each) for each in uplifts(found.uplift, found.first_learnt)],
        "personal_prices": len(found.personal),
        "above_public": sum(price.discount < 0 for price in found.personal),
        "undisclosed": sum(not price.disclosed for price in found.personal),
        "agreed": consent.count(True),
        "last_order_did_not_agree": consent.count(False),
        "consent_unknown": consent.count(None),
        "decision_unknown": found.unknown,
    }


def _gaps(found: PersonalPrices) -> list[dict[str, Any]]:
    """By segment, how far apart the clusters' mean discounts are: the measure that a policy's
    `largest_gap` bounds, of offers rather than of customers.
    """
    off: dict[str, dict[str, list[float]]] = {}
    for price in found.personal:
        if "cluster" in price.groups:
            clusters = off.setdefault(price.groups["segment"], {})
            clusters.setdefault(price.groups["cluster"], []).append(price.discount)
    gaps = []
    for segment in sorted(off):
        means = {cluster: float(np.mean(each)) for cluster, each in off[segment].items()}
        low, high = min(means, key=means.__getitem__), max(means, key=means.__getitem__)
        row = {"segment": segment, "gap": means[high] - means[low], "lowest": low, "highest": high}
        gaps.append(row)
    return gaps


def _group(by: str, name: str, prices: list[Personal]) -> GroupFigures:
    off = np.array([price.discount for price in prices])
    own: dict[str, list[float]] = {}
    for price in prices:
        own.setdefault(price.customer, []).append(price.discount)
    means = np.array([np.mean(each) for each in own.values()])
    mean, interval = float(means.mean()), None
    if len(means) > 1:
        half = NORMAL_95 * float(means.std(ddof=1)) / len(means) ** 0.5
        interval = (mean - half, mean + half)
    low, high = np.quantile(off, [0.1, 0.9]).tolist()
    return GroupFigures(by, name, len(prices), len(means), mean, interval, low, high)


def _shares(found: PersonalPrices) -> list[dict[str, Any]]:
    """By segment, which share of the customers who ever agreed got a personal price, with Wilson's
    interval.
    """
    agreed = {who for who, orders in found.agreed.items() if any(yes for _, yes in orders)}
    served = {price.customer for price in found.personal}
    rows = []
    for segment in sorted({found.segments[who] for who in agreed}):
        members = [who for who in agreed if found.segments[who] == segment]
        n, got = len(members), sum(who in served for who in members)
        z2 = NORMAL_95 * NORMAL_95
        centre = (got + z2 / 2) / (n + z2)
        half = NORMAL_95 * (got * (n - got) / n + z2 / 4) ** 0.5 / (n + z2)
        interval = (max(centre - half, 0.0), min(centre + half, 1.0))
        row = {"segment": segment, "agreed": n, "got": got, "share": got / n, "interval": interval}
        rows.append(row)
    return rows
