"""Estimates shrunk to their group's, and groups' to everybody's (normal, empirical Bayes)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from online_models.numerics.arrays import Flags, Floats, Ints
from online_models.numerics.special import sum_by

#: Weight of the prior deviation within groups, in members.
BELIEF = 4.0


@dataclass(frozen=True)
class EffectPrior:
    """Mean and deviation of everybody's mean, and deviations of groups about it and of members
    about their group (0: they are all the same).
    """

    mean: float
    deviation: float
    groups: float
    members: float = 0.0


@dataclass(frozen=True)
class ShrunkEffects:
    """Posteriors: of the groups' means, (groups,), and of each member given its group's mean,
    (members,): `own` + `group_weight` · mean, with deviation `own_deviation`.
    """

    mean: Floats
    deviation: Floats
    own: Floats
    group_weight: Floats
    own_deviation: Floats
    group: Ints

    @property
    def member(self) -> Floats:
        """Posterior means of the members, (members,)."""
        return self.own + self.group_weight * self.mean[self.group]

    def take(self, members: Ints) -> ShrunkEffects:
        """Some of the members."""
        mine = self.own[members], self.group_weight[members], self.own_deviation[members]
        return ShrunkEffects(self.mean, self.deviation, *mine, self.group[members])

    def draw(self, common: float, own: Floats | float = 0.0) -> Floats:
        """Members where all groups are `common` deviations off, and members `own` ones."""
        mean = (self.mean + self.deviation * common)[self.group]
        return self.own + self.group_weight * mean + self.own_deviation * own


def pool(
    estimate: Floats, information: Floats, group: Ints, groups: int, prior: EffectPrior
) -> ShrunkEffects:
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
    precision_of = np.where(known, information, 0.0)
    if within <= 0.0:
        nothing = np.zeros(len(group))
        return ShrunkEffects(mean, np.sqrt(variance), nothing, nothing + 1.0, nothing, group)
    whole_precision = precision_of + 1.0 / within
    return ShrunkEffects(
        mean,
        np.sqrt(variance),
        precision_of * estimate / whole_precision,
        1.0 / within / whole_precision,
        np.sqrt(1.0 / whole_precision),
        group,
    )


def _within(
    estimate: Floats,
    noise: Floats,
    known: Flags,
    group: Ints,
    groups: int,
    prior: EffectPrior,
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
