"""`demand_drift`: offers whose demand has left its forecast, reported together and not too often.

The models forget sooner at once. It is reported at most once a week: of the categories in which
many offers drift, for there something has happened, and of all other offers in one breath, for of
some thousand offers a few always do.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from online_models.demand.ensemble.models import DemandModels
from online_models.demand.networks.champions import Notice
from online_models.persistence.saved import Saved
from online_models.shop.catalogue import Catalogue
from schemas.values.instants import DAY

#: Time between two reports.
PAUSE = 7 * DAY
#: A category drifts as a whole once this share of its offers does, and at least so many.
SHARE, LEAST = 1.0 / 3.0, 3
#: Offers that a report names.
NAMED = 10


class DriftReports:
    """Offers that drifted since the last report."""

    SAVED = Saved(rows=set[int], last_report_ms=int | None)

    def __init__(self) -> None:
        self.rows: set[int] = set()
        #: When the last report was made, ms.
        self.last_report_ms: int | None = None

    def add(self, rows: NDArray[np.int64]) -> None:
        """Take down offers that raised a drift alarm."""
        self.rows.update(rows.tolist())

    def due(self, demand: DemandModels, catalogue: Catalogue, now: int) -> list[Notice]:
        """The report due at `now` (ms), if any: categories first, then the other offers."""
        if not self.rows or (self.last_report_ms is not None and now - self.last_report_ms < PAUSE):
            return []
        rows = np.array(sorted(self.rows), np.int64)
        self.rows.clear()
        self.last_report_ms = now
        category = demand.registry.category_row
        size = len(demand.tree)
        concerned = np.bincount(category[rows], minlength=size)
        learnt = np.flatnonzero(demand.filter.state.last_end >= 0)
        members = np.bincount(category[learnt], minlength=size)
        whole = (concerned >= LEAST) & (concerned >= SHARE * members)
        whole[0] = False
        notices = []
        for row in np.flatnonzero(whole).tolist():
            found = [catalogue.offer_name(offer) for offer in rows[category[rows] == row].tolist()]
            path = catalogue.category_names[row - 1]
            notices.append(_report(found, int(members[row]), path))
        others = [catalogue.offer_name(offer) for offer in rows[~whole[category[rows]]].tolist()]
        if others:
            notices.append(_report(others, int(members.sum()), None))
        return notices


def _report(names: list[tuple[str, str]], of: int, category: str | None) -> Notice:
    offers = [{"sku": sku, "channel": channel} for sku, channel in names[:NAMED]]
    details: dict[str, Any] = {"count": len(names), "of": of, "offers": offers}
    where = ""
    if category is not None:
        details["category"] = category
        where = f" in {category}"
    message = (
        f"demand of {len(names)} of {of} offers{where} has left its forecast since the last report:"
        " their levels are learnt anew"
    )
    return Notice("demand_drift", message, details, "info" if category is None else "warning")
