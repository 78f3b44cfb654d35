"""How far apart the clusters' mean discounts are, and which offer a cap on that gap allows.

The measure is the difference in mean share off of the offers made, between the cluster of the
highest and that of the lowest mean: conditional demographic parity of a continuous outcome
(Calders and others, "Controlling attribute effect in linear regression", ICDM 2013).
"""

from __future__ import annotations

from collections.abc import Sequence

from online_models.persistence.saved import Saved, attribute
from online_models.pricing.personal.sensitivity import CLUSTERS
from online_models.shop.catalogue import PPM

#: Offers of a cluster after which its number and sum are halved, so that old offers fade.
_HALVED_AT = 20_000


class DiscountGap:
    """Of each segment and cluster the offers made, and the sum of their shares off (ppm)."""

    SAVED = Saved(made=attribute("_made", dict[str, list[tuple[int, int]]]))

    def __init__(self) -> None:
        self._made: dict[str, list[tuple[int, int]]] = {}

    def allows(self, segment: str, cluster: int, off: int, largest: int) -> bool:
        """Whether the means stay within `largest` (ppm) of each other with one more offer.

        >>> gap = DiscountGap()
        >>> gap.enter("b2c", 0, 20_000)
        >>> gap.allows("b2c", 4, 50_000, 30_000), gap.allows("b2c", 4, 60_000, 30_000)
        (True, False)
        """
        made = list(self._of(segment))
        made[cluster] = made[cluster][0] + 1, made[cluster][1] + off
        return _within(made, largest)

    def enter(self, segment: str, cluster: int, off: int) -> None:
        """An offer was made."""
        made = list(self._of(segment))
        number, total = made[cluster][0] + 1, made[cluster][1] + off
        if number > _HALVED_AT:
            number, total = number // 2, total * (number // 2) // number
        made[cluster] = number, total
        self._made[segment] = made

    def gap(self, segment: str) -> float:
        """The gap as a share."""
        means = [total / number for number, total in self._of(segment) if number]
        return (max(means) - min(means)) / PPM if means else 0.0

    def _of(self, segment: str) -> Sequence[tuple[int, int]]:
        return self._made.get(segment, [(0, 0)] * CLUSTERS)


def _within(made: Sequence[tuple[int, int]], largest: int) -> bool:
    known = [each for each in made if each[0]]
    return all(
        abs(a_total * b - b_total * a) <= largest * a * b
        for i, (a, a_total) in enumerate(known)
        for b, b_total in known[:i]
    )
