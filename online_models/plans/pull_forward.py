"""How much of what a promotion sells is bought ahead: the dip of units after earlier promotions.

Every promotion of the past is compared with what its offer would have sold without: its own rate
in the weeks before, times what offers without a promotion did since. The share bought ahead is
what is missing after the promotions over what they sold more; by category, shrunk to the shop's,
and that to what is known elsewhere: about a third of a promotion's bump comes from other weeks.

Reference: van Heerde, Leeflang, Wittink, "Decomposing the sales promotion bump with store data",
Marketing Science 23 (2004).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from online_models.plans.past import Past

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

#: What is believed of the share before any promotion was seen, and its standard deviation.
PRIOR_SHARE, PRIOR_DEVIATION = 1.0 / 3.0, 0.3
#: Standard deviation of the share between categories.
BETWEEN_CATEGORIES = 0.15
#: Days after a promotion in which what was bought ahead is missing, and days before it that tell
#: the usual rate, of which some at least must be known.
AFTER, BEFORE, LEAST_BEFORE = 21, 28, 7
#: Units of a day that the shop's course is worth beside a category's own.
COMMON_UNITS = 20.0


@dataclass(frozen=True)
class Episodes:
    """Past promotions, all (k,): the offer, units sold `during` and `after`, what was usual for
    these days, and the units of the days `before` that this is known from.
    """

    offer: Ints
    during: Floats
    after: Floats
    usual_during: Floats
    usual_after: Floats
    before: Floats

    @property
    def extra(self) -> Floats:
        """Units that the promotions sold beyond the usual."""
        return self.during - self.usual_during

    @property
    def dip(self) -> Floats:
        """Units missing after them."""
        return self.usual_after - self.after


@dataclass(frozen=True)
class PullForward:
    """Share of a promotion's additional units that is bought ahead, by group, and its deviation;
    `episodes` promotions tell of it. All (groups,).
    """

    share: Floats
    deviation: Floats
    episodes: Ints


def pull_forward(past: Past, group: Ints, groups: int, channel: Ints) -> PullForward:
    """The shares of `groups` categories; `group` and `channel` (offers,) say where offers are."""
    found, scatter = _episodes(past, group, channel)
    prior = PRIOR_SHARE, PRIOR_DEVIATION * PRIOR_DEVIATION
    shop = _update(found, np.ones(len(found.offer), np.bool_), prior, scatter)
    wide = shop[0], shop[1] + BETWEEN_CATEGORIES * BETWEEN_CATEGORIES
    mine = group[found.offer]
    told = [_update(found, mine == each, wide, scatter) for each in range(groups)]
    share, variance = np.array(told).reshape(-1, 2).T
    share = np.maximum(share, 0.0)
    return PullForward(share, np.sqrt(variance), np.bincount(mine, minlength=groups))


def _update(
    found: Episodes, chosen: Flags, prior: tuple[float, float], scatter: float
) -> tuple[float, float]:
    """Mean and variance of the share once the chosen promotions are known: a ratio of sums.

    Its noise is that of counted units, or what the promotions' own differences show, if that is
    more: a season of one category's own is no noise of counting.
    """
    mean, variance = prior
    extra = float(found.extra[chosen].sum())
    if extra <= 0.0:
        return prior
    ratio = float(found.dip[chosen].sum()) / extra
    at = min(max(ratio, 0.0), 1.0)
    rate = found.usual_after[chosen] + at * found.usual_during[chosen]
    noise = rate * rate / found.before[chosen] + found.usual_after[chosen]
    noise = scatter * (noise + at * at * found.during[chosen])
    missed = found.dip[chosen] - ratio * found.extra[chosen]
    precision = extra * extra / max(float(noise.sum()), float((missed * missed).sum()))
    whole = precision + 1.0 / variance
    return (precision * ratio + mean / variance) / whole, 1.0 / whole


def _episodes(past: Past, group: Ints, channel: Ints) -> tuple[Episodes, float]:
    """Past promotions with a known rate before and free days after; and how much more than Poisson
    the units of unpromoted days scatter.
    """
    promoted, days = past.promoted, past.units.shape[1]
    quiet = (past.stocked > 0.0) & ~_near(promoted)
    exposure = np.where(quiet, past.stocked, 0.0)
    sold = np.where(quiet, past.units, 0.0)
    usual = sold.sum(axis=1) / np.maximum(exposure.sum(axis=1), 1e-9)
    course = _course(sold, exposure * usual[:, None], group, channel)
    expected = exposure * usual[:, None] * course
    scatter = float(((sold - expected) ** 2).sum()) / max(float(expected.sum()), 1.0)
    flow = past.stocked * course
    rows = []
    for offer in np.flatnonzero(promoted.any(axis=1)).tolist():
        for start, end in _runs(promoted[offer]):
            before = slice(max(start - BEFORE, 0), start)
            after = slice(end, end + AFTER)
            free = end + AFTER <= days and not promoted[offer, after].any()
            seen = quiet[offer, before]
            units = float(past.units[offer, before][seen].sum())
            base = float(flow[offer, before][seen].sum())
            if not free or int(seen.sum()) < LEAST_BEFORE or units <= 0.0 or base <= 0.0:
                continue
            periods = slice(start, end), after
            sold_then = (float(past.units[offer, period].sum()) for period in periods)
            usual_then = (float(flow[offer, period].sum()) * units / base for period in periods)
            rows.append((offer, *sold_then, *usual_then, units))
    table = np.array(rows, dtype=np.float64).reshape(-1, 6).T
    return Episodes(table[0].astype(np.int64), *table[1:]), max(scatter, 1.0)


def _near(promoted: Flags) -> Flags:
    """Days in a promotion, or so shortly behind one that something may be missing."""
    near = promoted.copy()
    for lag in range(1, min(AFTER, promoted.shape[1] - 1) + 1):
        near[:, lag:] |= promoted[:, :-lag]
    return near


def _course(sold: Floats, expected: Floats, group: Ints, channel: Ints) -> Floats:
    """What the unpromoted offers of a category on a channel did on each day against their own
    means, shrunk to what all of the channel did, (offers, days): a season, a weekday or a growing
    shop is no effect of a promotion.
    """
    course = np.ones_like(sold)
    for each in np.unique(channel).tolist():
        rows = channel == each
        # a unit's worth of belief that nothing happened
        whole = (sold[rows].sum(axis=0) + 1.0) / (expected[rows].sum(axis=0) + 1.0)
        for category in np.unique(group[rows]).tolist():
            some = rows & (group == category)
            above = sold[some].sum(axis=0) + COMMON_UNITS * whole
            course[some] = above / (expected[some].sum(axis=0) + COMMON_UNITS)
    return course


def _runs(flags: Flags) -> list[tuple[int, int]]:
    """[start, end) of the runs of true.

    >>> _runs(np.array([True, False, True, True]))
    [(0, 1), (2, 4)]
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
