"""An entry of `match_competitor` in numbers."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from online_models.pricing.context.decision_context import Flags, Floats
from online_models.shop.catalogue import NEVER, PPM
from schemas.records.policy.strategies import MatchCompetitor as Entry
from schemas.values.money import scaled
from schemas.values.offsets import Offset
from schemas.values.percentages import to_ppm


class Following(NamedTuple):
    """An entry of the policy in numbers: prices in minor units, shares in ppm, ages in ms."""

    #: Which of the prices counts: the middle one, or that of the rank, from 1 for the lowest.
    median: bool
    rank: int
    #: Of each competitor by its id: whether it counts, and its weight in the median, if any has
    #: one, else shape (0,).
    admitted: Flags
    weights: Floats
    least_confidence: int
    #: NEVER: a price of any age counts.
    max_age: int
    #: 0: a competitor counts from its first price on.
    known_for: int
    include_shipping: bool
    #: The offset: a share of the competitor's price (−1: an amount) or an amount.
    share: int
    amount: int

    @property
    def at_most(self) -> bool:
        """Whether the entry asks for less than the competitor's price."""
        return self.share < PPM if self.share >= 0 else self.amount < 0


def following(entry: Entry, digits: int, names: list[str]) -> Following:
    """The entry in numbers, for competitors of these names."""
    share, amount = offset_terms(entry.offset, digits)
    return Following(
        entry.which == "median",
        entry.rank or 1 if entry.which == "rank" else 1,
        _admitted(entry.competitors, entry.exclude, tuple(names)),
        _weights(tuple(entry.weights.items()), tuple(names)),
        round(entry.minimum_confidence * PPM),
        NEVER if entry.max_age is None else entry.max_age,
        entry.known_for,
        entry.include_shipping,
        share,
        amount,
    )


@lru_cache(maxsize=1024)
def offset_terms(offset: Offset, digits: int) -> tuple[int, int]:
    """(share, amount) as in `Following`."""
    if offset.fraction is not None:
        return max(PPM + to_ppm(offset.fraction), 0), 0
    return -1, scaled(offset.amount or 0, digits)


@lru_cache(maxsize=256)
def _admitted(wanted: tuple[str, ...], barred: tuple[str, ...], names: tuple[str, ...]) -> Flags:
    some, others = folded(wanted), folded(barred)
    compared = [name.strip().casefold() for name in names]
    return np.array([(not some or n in some) and n not in others for n in compared], np.bool_)


@lru_cache(maxsize=256)
def _weights(weights: tuple[tuple[str, float], ...], names: tuple[str, ...]) -> Floats:
    if not weights:
        return np.empty(0)
    by_name = {name.strip().casefold(): float(weight) for name, weight in weights}
    return np.array([by_name.get(name.strip().casefold(), 1.0) for name in names])


def folded(names: Iterable[str]) -> set[str]:
    """Names as they are compared: without case and surrounding space."""
    return {name.strip().casefold() for name in names}
