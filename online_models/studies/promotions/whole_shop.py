"""The offers of all partitions as one list: promotions move what the whole shop sells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from online_models.fold.state import State
from online_models.numerics.arrays import Ints
from online_models.pricing.state.policy_book import BUILT_IN
from online_models.shop.catalogue import Interner
from schemas.records.policy.pricing_policies import Policy


class Groups(NamedTuple):
    """Where offers belong, all (offers,): a row of the category tree, an SKU row, a channel."""

    category: Ints
    sku: Ints
    channel: Ints


@dataclass(frozen=True)
class WholeShop:
    """The states of partitions; the offers of one follow those of the one before.

    first: row of each partition's first offer, and the number of all, (partitions + 1,).
    groups: where each offer belongs, by names that all partitions share.
    categories: how many rows of categories there are, row 0 (none) included.
    """

    states: Sequence[State]
    first: Ints
    groups: Groups
    categories: int

    @classmethod
    def of(cls, states: Sequence[State]) -> WholeShop:
        """Join the partitions by their names."""
        categories, channels, skus = Interner(), Interner(), Interner()
        columns: list[tuple[Ints, Ints, Ints]] = []
        for state in states:
            catalogue = state.catalogue
            offers = catalogue.offers
            path = _renamed(catalogue.category_names, categories)
            row = state.demand.registry.category_row[: offers.size]
            columns.append(
                (
                    np.where(row > 0, path[row - 1] + 1 if len(path) else 0, 0),
                    _renamed(catalogue.sku_names, skus)[offers.sku],
                    _renamed(catalogue.channel_names, channels)[offers.channel],
                )
            )
        category, sku, channel = (np.concatenate(each) for each in zip(*columns, strict=True))
        sizes = [len(each[0]) for each in columns]
        first = np.concatenate([[0], np.add.accumulate(np.array(sizes, np.int64))])
        return cls(states, first, Groups(category, sku, channel), len(categories) + 1)

    @property
    def size(self) -> int:
        """The number of offers."""
        return int(self.first[-1])

    @property
    def now(self) -> int:
        """The latest event time of a partition, ms."""
        return max(state.clock.now for state in self.states)

    def name(self, row: int) -> tuple[str, str]:
        """SKU and channel of an offer."""
        state, own = self._place(row)
        return state.catalogue.offer_name(own)

    def currencies(self) -> list[str]:
        """The currencies in which something is sold."""
        names = (state.catalogue.currency_names.names for state in self.states)
        return list(dict.fromkeys(name for some in names for name in some))

    def policies(self) -> dict[str, Policy]:
        """The policies in force that let promotions be planned, by id."""
        found: dict[str, Policy] = {}
        for state in self.states:
            for policy in state.pricing.book.slots:
                if policy is not None and policy.promotions is not None:
                    found[policy.policy_id] = policy
        return found

    def promotes(self) -> bool:
        """Whether any promotion was ever announced."""
        return any(len(state.pricing.promotions.ids) for state in self.states)

    def promotion(self, promotion_id: str) -> bool | None:
        """Whether a promotion is in force or to come, False where it is over or was withdrawn, None
        where nobody has announced it.
        """
        now = self.now
        said = [state.pricing.promotions.stands(promotion_id, now) for state in self.states]
        known = [each for each in said if each is not None]
        return any(known) if known else None

    def ruling(self, row: int) -> str:
        """The id of the policy that rules an offer."""
        state, own = self._place(row)
        policy = state.pricing.book.slots[int(state.pricing.ledger.policy[own])]
        return BUILT_IN.policy_id if policy is None else policy.policy_id

    def currency(self, row: int) -> str:
        """The currency of an offer's product."""
        state, own = self._place(row)
        catalogue = state.catalogue
        return catalogue.currency_names[int(catalogue.skus.currency[catalogue.offers.sku[own]])]

    def row(self, sku: str, channel: str) -> int:
        """The row of an offer, −1 where no partition has it."""
        for state, first in zip(self.states, self.first.tolist(), strict=False):
            catalogue = state.catalogue
            known = catalogue.sku_names.index.get(sku, -1)
            place = catalogue.channel_names.index.get(channel, -1)
            if known >= 0 and (row := catalogue.offer(known, place)) >= 0:
                return int(first) + row
        return -1

    def _place(self, row: int) -> tuple[State, int]:
        """The partition of an offer, and its row there."""
        part = int(np.searchsorted(self.first, row, side="right")) - 1
        return self.states[part], row - int(self.first[part])


def _renamed(names: Interner, joined: Interner) -> Ints:
    """The joined id of each name."""
    return np.array([joined.id(name) for name in names.names], np.int64)
