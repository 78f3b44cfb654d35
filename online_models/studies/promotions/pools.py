"""Estimates shrunk to their group's, and groups' to everybody's (normal, empirical Bayes)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from online_models.numerics.special import sum_by

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Members' worth of belief in the prior deviation within groups.
BELIEF = 4.0


@dataclass(frozen=True)
class Prior:
    """Mean and deviation of everybody's mean, and deviations of groups about it and of members
    about their group (0: they are all the same).
    """

    mean: float
    deviation: float
    groups: float
    members: float = 0.0


@dataclass(frozen=True)
class Pooled:
    """Posteriors: of the groups' means, (groups,), and of each member given its group's mean,
    (members,): `own` + `lean` · mean, with deviation `own_deviation`.
    """

    mean: Floats
    deviation: Floats
    own: Floats
    lean: Floats
    own_deviation: Floats
    group: Ints

    @property
    def member(self) -> Floats:
        """Posterior means of the members, (members,)."""
        return self.own + self.lean * self.mean[self.group]

    def draw(self, common: float, own: float = 0.0) -> Floats:
        """Members where all groups are `common` deviations off, and members `own` ones."""
        mean = (self.mean + self.deviation * common)[self.group]
        return self.own + self.lean * mean + self.own_deviation * own


def pool(estimate: Floats, information: Floats, group: Ints, groups: int, prior: Prior) -> Pooled:
    """`estimate` and its inverse variance, (members,); an information of 0 is no estimate.

    The variance within groups is a moment estimate (DerSimonian and Laird 1986), shrunk to the
    prior's; all other levels are conjugate.
    """
    known = information > 0.0
    noise = 1.0 / np.where(known, information, 1.0)
    within = _within(estimate, noise, known, group, groups, prior)
    weight = np.where(known, 1.0 / (noise + within), 0.0)
    whole = sum_by(group, weight, groups)
    centre = sum_by(group, weight * estimate, groups) / np.maximum(whole, 1e-12)
    between = prior.groups * prior.groups
    apart = np.where(whole > 0.0, 1.0 / (1.0 / np.maximum(whole, 1e-12) + between), 0.0)
    precision = float(apart.sum()) + 1.0 / prior.deviation**2
    everybody = (float((apart * centre).sum()) + prior.mean / prior.deviation**2) / precision
    sure = whole + 1.0 / between
    mean = (whole * centre + everybody / between) / sure
    variance = 1.0 / sure + (1.0 / between / sure) ** 2 / precision
    told = np.where(known, information, 0.0)
    if within <= 0.0:
        nothing = np.zeros(len(group))
        return Pooled(mean, np.sqrt(variance), nothing, nothing + 1.0, nothing, group)
    sum_ = told + 1.0 / within
    return Pooled(
        mean,
        np.sqrt(variance),
        told * estimate / sum_,
        1.0 / within / sum_,
        np.sqrt(1.0 / sum_),
        group,
    )


def _within(
    estimate: Floats,
    noise: Floats,
    known: NDArray[np.bool_],
    group: Ints,
    groups: int,
    prior: Prior,
) -> float:
    """The variance of members about their group's mean."""
    expected = prior.members * prior.members
    if expected <= 0.0:
        return 0.0
    weight = np.where(known, 1.0 / noise, 0.0)
    whole = sum_by(group, weight, groups)
    centre = sum_by(group, weight * estimate, groups) / np.maximum(whole, 1e-12)
    excess = float((weight * (estimate - centre[group]) ** 2).sum())
    many = sum_by(group, known.astype(np.float64), groups)
    free = float(np.maximum(many - 1.0, 0.0).sum())
    squares = sum_by(group, weight * weight, groups) / np.maximum(whole, 1e-12)
    scale = float((whole - squares).sum())
    if scale <= 0.0 or free <= 0.0:
        return expected
    found = max((excess - free) / scale, 0.0)
    return (free * found + BELIEF * expected) / (free + BELIEF)
