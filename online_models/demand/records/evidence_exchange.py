"""`category-evidence`: what the partitions of the journal learn from each other of a category.

A partition sees its own SKUs alone. So once a day it says what its offers show of every category,
as sums of their likelihoods; ingest writes that down for all partitions, and each of them adds the
others' sums to its own from that place of its journal on. The pooled priors are then those of the
whole shop, a day late, and a replay of the journal meets them at the same place.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import numpy as np

from online_models.demand.ensemble.models import DemandModels
from online_models.demand.filter.pools import EVIDENCE
from online_models.journal.outputs import Output
from online_models.persistence.saved import Saved
from online_models.shop.catalogue import Catalogue
from schemas.records.demand.category_evidence import CategoryEvidence
from schemas.values.instants import to_text as instant_text

TOPIC = "category-evidence"
#: Categories in one record: it stays far below what a record may hold.
AT_ONCE = 500


class EvidenceExchange:
    """The evidence of other partitions, by origin and category path; `origin` names this one."""

    SAVED = Saved(
        origin=str | None,
        announced=dict[str, None],
        received=dict[str, dict[str, tuple[float, ...]]],
    )

    def __init__(self) -> None:
        self.origin: str | None = None
        self.announced: dict[str, None] = {}
        self.received: dict[str, dict[str, tuple[float, ...]]] = {}

    def leads(self, path: str) -> bool:
        """Whether this partition is the one to speak for a category."""
        others = [origin for origin, said in self.received.items() if path in said]
        return self.origin is None or all(self.origin < other for other in others)

    def announce(self, catalogue: Catalogue, demand: DemandModels, now: int) -> Iterator[Output]:
        """What this partition has to say at `now` (ms)."""
        known = np.flatnonzero(catalogue.skus.known)
        if self.origin is None and len(known):
            self.origin = catalogue.sku_names[int(known[0])]
        own, names = demand.filter.pools.own, catalogue.category_names
        fresh = [names[row - 1] for row in np.flatnonzero(own.any(axis=1)).tolist() if row > 0]
        self.announced |= dict.fromkeys(fresh)
        paths = list(self.announced)
        for first in range(0, len(paths), AT_ONCE):
            part = paths[first : first + AT_ONCE]
            said = {path: own[names.id(path) + 1].tolist() for path in part}
            record = {"origin": self.origin, "time": instant_text(now), "categories": said}
            yield Output(TOPIC, None, msgspec.json.encode(record), now)

    def accept(self, catalogue: Catalogue, demand: DemandModels, record: CategoryEvidence) -> None:
        """Take up what another partition says; its own words come back to it too."""
        if record.origin == self.origin:
            return
        said = self.received.setdefault(record.origin, {})
        for path, numbers in record.categories.items():
            if len(numbers) == EVIDENCE:
                said[path] = numbers
                demand.register_categories(*catalogue.add_category(path))
        self._apply(catalogue, demand)

    def _apply(self, catalogue: Catalogue, demand: DemandModels) -> None:
        """Hand the sum over all others to the pools, origins in order of their names."""
        others = np.zeros_like(demand.filter.pools.others)
        names = catalogue.category_names
        for origin in sorted(self.received):
            for path, numbers in self.received[origin].items():
                others[names.id(path) + 1] += numbers
        demand.filter.pools.others = others
