"""What the partitions of the journal tell each other: the evidence on their common categories.

A partition sees its own SKUs alone. So once a day it tells what its offers say of every category,
as sums of their likelihoods; ingest writes that down for all partitions, and each of them adds the
others' sums to its own from that place of its journal on. The pooled priors are then those of the
whole shop, a day late, and a replay of the journal meets them at the same place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from online_models.demand.ensemble.models import DemandModels
from online_models.demand.filter.pools import EVIDENCE
from online_models.fold.categories import introduce
from online_models.journal.outputs import Output
from online_models.shop.catalogue import Catalogue
from schemas.records.category_evidence import CategoryEvidence
from schemas.values.instants import to_text as instant_text

Floats = NDArray[np.float64]
TOPIC = "category-evidence"
#: Categories in one record: it stays far below what a record may hold.
AT_ONCE = 500


class Sharing:
    """The evidence of other partitions, by origin and category path; `origin` names this one."""

    def __init__(self) -> None:
        self.origin: str | None = None
        self.told: dict[str, None] = {}
        self.heard: dict[str, dict[str, tuple[float, ...]]] = {}

    def leads(self, path: str) -> bool:
        """Whether this partition is the one to speak for a category."""
        others = [origin for origin, said in self.heard.items() if path in said]
        return self.origin is None or all(self.origin < other for other in others)

    def tell(self, catalogue: Catalogue, demand: DemandModels, now: int) -> Iterator[Output]:
        """What this partition has to say at `now` (ms)."""
        known = np.flatnonzero(catalogue.skus.known)
        if self.origin is None and len(known):
            self.origin = catalogue.sku_names[int(known[0])]
        own, names = demand.filter.pools.own, catalogue.category_names
        paths = [names[row - 1] for row in np.flatnonzero(own.any(axis=1)).tolist() if row > 0]
        self.told |= dict.fromkeys(paths)
        told = list(self.told)
        for first in range(0, len(told), AT_ONCE):
            part = told[first : first + AT_ONCE]
            said = {path: own[names.id(path) + 1].tolist() for path in part}
            record = {"origin": self.origin, "time": instant_text(now), "categories": said}
            yield Output(TOPIC, None, msgspec.json.encode(record), now)

    def hear(self, catalogue: Catalogue, demand: DemandModels, record: CategoryEvidence) -> None:
        """Take up what another partition says; its own words come back to it too."""
        if record.origin == self.origin:
            return
        said = self.heard.setdefault(record.origin, {})
        for path, numbers in record.categories.items():
            if len(numbers) == EVIDENCE:
                said[path] = numbers
                introduce(catalogue, demand, path)
        self._apply(catalogue, demand)

    def _apply(self, catalogue: Catalogue, demand: DemandModels) -> None:
        """Hand the sum over all others to the pools, origins in order of their names."""
        others = np.zeros_like(demand.filter.pools.others)
        names = catalogue.category_names
        for origin in sorted(self.heard):
            for path, numbers in self.heard[origin].items():
                others[names.id(path) + 1] += numbers
        demand.filter.pools.others = others

    def snapshot(self) -> dict[str, Any]:
        """Plain values."""
        heard = {o: {p: list(n) for p, n in said.items()} for o, said in self.heard.items()}
        return {"origin": self.origin, "told": list(self.told), "heard": heard}

    @classmethod
    def restore(cls, snapshot: Mapping[str, Any]) -> Sharing:
        """The inverse of `snapshot`."""
        sharing = cls()
        sharing.origin = snapshot["origin"]
        sharing.told = dict.fromkeys(snapshot["told"])
        sharing.heard = {
            o: {p: tuple(n) for p, n in said.items()} for o, said in snapshot["heard"].items()
        }
        return sharing
