"""How dear the rest of an offer's category is: what cross-effects are learnt from."""

from __future__ import annotations

import numpy as np

from online_models.numerics.arrays import Flags, Floats, Ints
from online_models.numerics.special import sum_by
from online_models.persistence.kinds import Array
from online_models.persistence.saved import Saved


class SiblingPrices:
    """Sums of log price deviations by group of offers that compete: a category on one channel.

    Offers without a category compete with nobody. What a whole channel's prices do together passes
    for its shock (`shock`): a channel of a single category tells next to nothing of its siblings.
    """

    SAVED = Saved(
        channels=int,
        total=Array(np.float64, None),
        count=Array(np.float64, None),
    )

    def __init__(self) -> None:
        self.channels = 1
        self.total: Floats = np.zeros(1)
        self.count: Floats = np.zeros(1)

    def grow(self, categories: int, channels: int) -> None:
        """Make room; what is known of the groups is kept."""
        before, self.channels = self.channels, max(channels, self.channels)
        total, count = (np.zeros((categories, self.channels)) for _ in range(2))
        for grown, old in ((total, self.total), (count, self.count)):
            known = old.reshape(-1, before)
            grown[: len(known), :before] = known
        self.total, self.count = total.reshape(-1), count.reshape(-1)

    def remember(self, row: Ints, channel: Ints, deviation: Floats) -> None:
        """Take down every offer's last known deviation; those of row 0 and NaN do not count."""
        group, counts = self._groups(row, channel), (row > 0) & ~np.isnan(deviation)
        groups = len(self.total)
        self.total = sum_by(group, np.where(counts, deviation, 0.0), groups)
        self.count = sum_by(group, counts.astype(np.float64), groups)

    def together(self, row: Ints, channel: Ints, deviation: Floats) -> Floats:
        """Mean deviation of the siblings of each row in one window, (n,).

        A row whose siblings are not among the rows gets what is remembered of them.
        """
        group, groups = self._groups(row, channel), len(self.total)
        total = sum_by(group, deviation, groups)[group]
        count = np.bincount(group, minlength=groups)[group]
        among = (count > 1) & (row > 0)
        others: Floats = (total - deviation) / np.where(among, count - 1, 1)
        return np.where(among, others, self.remembered(row, channel, deviation))

    def remembered(self, row: Ints, channel: Ints, deviation: Floats) -> Floats:
        """The same from the last prices known; `deviation` is the row's own last one, (n,)."""
        group = self._groups(row, channel)
        count = self.count[group]
        among = (count > 1.0) & (row > 0) & ~np.isnan(deviation)
        others: Floats = (self.total[group] - deviation) / np.where(among, count - 1.0, 1.0)
        return np.where(among, others, 0.0)

    def among(self, row: Ints, channel: Ints) -> Flags:
        """Whether offers of these category rows and channels have priced siblings, (n,)."""
        return (row > 0) & (self.count[self._groups(row, channel)] > 1.0)

    def _groups(self, row: Ints, channel: Ints) -> Ints:
        return row * self.channels + channel
