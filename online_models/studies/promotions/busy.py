"""Days on which offers, or others that they compete with, are promoted already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from online_models.numerics.arrays import Flags, Ints
from online_models.numerics.special import sum_by
from online_models.studies.promotions.candidates import OffersOnSale
from online_models.studies.promotions.past import scheduled
from online_models.studies.promotions.standing import StandingPlan
from online_models.studies.promotions.whole_shop import WholeShop
from schemas.values.instants import DAY


def taken(
    parts: Sequence[OffersOnSale],
    among: Ints,
    shop: WholeShop,
    standing: Iterable[StandingPlan],
    days: Ints,
) -> Flags:
    """Days (ms) on which an offer is promoted, or planned to be, (n, days)."""
    found = np.concatenate([scheduled(part.state, part.rows, days) for part in parts])
    place = {row: k for k, row in enumerate(among.tolist())}
    for each in standing:
        row = place.get(shop.row(each.sku, each.channel), -1)
        if row >= 0:
            found[row] |= (days + DAY > each.start) & (days < each.end)
    return found


def touched(taken: Flags, group: Ints) -> Flags:
    """Days on which a member of an offer's group is promoted, (n, days); −1 is a group of one."""
    _, place = np.unique(group, return_inverse=True)
    count = int(place.max(initial=-1)) + 1
    sums = np.stack([sum_by(place, day.astype(np.float64), count) for day in taken.T], axis=1)
    return np.where(group[:, None] >= 0, sums[place] > 0.0, taken)
